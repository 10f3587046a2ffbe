// SPDX-License-Identifier: Apache-2.0

/// The bytes of a ``RecordRow``: numbers of eight bytes, and texts behind their lengths.
///
/// Read in the order in which they were written, and never outside the process.
struct WrittenBytes: Sendable {
    /// More than `count` of them, so that writing asks for room once for a whole record.
    private var storage: [UInt8] = []
    private(set) var count = 0

    mutating func removeAll() { count = 0 }

    mutating func append(_ other: WrittenBytes, _ range: Range<Int>) {
        write(range.count) { writer in
            unsafe other.storage.withUnsafeBytes { bytes in
                unsafe writer.put(UnsafeRawBufferPointer(rebasing: bytes[range]))
            }
        }
    }

    /// Writes so many bytes, and not one more.
    private mutating func write(_ length: Int, _ body: (inout ByteWriter) -> Void) {
        let end = count + length
        if storage.count < end {
            let more = max(end, 2 * storage.count) - storage.count
            storage += [UInt8](repeating: 0, count: more)
        }
        unsafe storage.withUnsafeMutableBytes { bytes in
            var writer = unsafe ByteWriter(
                bytes: UnsafeMutableRawBufferPointer(rebasing: bytes[count..<end])
            )
            body(&writer)
            precondition(writer.isFull)
        }
        count = end
    }

    func reader(from start: Int) -> ByteReader { ByteReader(bytes: storage, position: start) }

    // MARK: Records

    mutating func append(_ opened: ConnectionOpened) {
        let name = opened.connection
        write(2 * 8 + name.proxy.room + opened.client.room) { writer in
            writer.put(name)
            writer.put(opened.client)
        }
    }

    mutating func append(_ closed: ConnectionClosed) {
        let name = closed.connection
        write(6 * 8 + name.proxy.room) { writer in
            writer.put(name)
            writer.put(closed.bytesToServer)
            writer.put(closed.bytesToClient)
            writer.put(closed.exchanges)
            writer.put(UInt64(closed.closedBy.code) << 8 | UInt64(closed.how.code))
        }
    }

    mutating func append(_ fault: FaultRecord) {
        let name = fault.connection
        write(6 * 8 + name.proxy.room + fault.rule.room + fault.fault.room) { writer in
            writer.put(name)
            writer.put(fault.unit)
            let flags: UInt64 = (fault.toss == nil ? 0 : 1) | (fault.delay == nil ? 0 : 2)
            writer.put(flags)
            writer.put(fault.toss?.bitPattern ?? 0)
            writer.put(UInt64(bitPattern: fault.delay ?? 0))
            writer.put(fault.rule)
            writer.put(fault.fault)
        }
    }

    mutating func append(_ exchange: ExchangeRecord) {
        let name = exchange.connection
        let texts = name.proxy.room + exchange.method.room + exchange.target.room
        let rules = exchange.rules
        let length = rules.reduce(8 * 8 + texts) { $0 + $1.room }
        write(length) { writer in
            writer.put(name)
            writer.put(exchange.unit)
            // There may be no status: 0.
            let status = exchange.status.map { UInt64($0) + 1 } ?? 0
            writer.put(status << 8 | UInt64(exchange.outcome.code))
            writer.put(exchange.requestBytes)
            writer.put(exchange.responseBytes)
            writer.put(UInt64(bitPattern: exchange.duration))
            writer.put(exchange.method)
            writer.put(exchange.target)
            writer.put(UInt64(rules.count))
            for rule in rules { writer.put(rule) }
        }
    }
}

// One byte for each case; `rawValue` is the word for people.

extension ConnectionClosed.Party {
    fileprivate var code: UInt8 {
        switch self {
        case .client: 0
        case .server: 1
        case .proxy: 2
        }
    }

    fileprivate init(code: UInt8) {
        self = code == 0 ? .client : code == 1 ? .server : .proxy
    }
}

extension ConnectionClosed.How {
    fileprivate var code: UInt8 {
        switch self {
        case .fin: 0
        case .rst: 1
        case .timeout: 2
        }
    }

    fileprivate init(code: UInt8) { self = code == 0 ? .fin : code == 1 ? .rst : .timeout }
}

extension ExchangeRecord.Outcome {
    fileprivate var code: UInt8 {
        switch self {
        case .complete: 0
        case .answered: 1
        case .cut: 2
        case .unreachable: 3
        case .abandoned: 4
        case .upgraded: 5
        case .refused: 6
        }
    }

    /// The cases are in the order of their codes.
    fileprivate init(code: UInt8) { self = Self.allCases[Int(code)] }
}

extension String {
    /// Bytes that it takes behind its length.
    fileprivate var room: Int { 4 + utf8.count }
}

/// Writes into room that was made before.
///
/// Every write is checked against the room, so nothing unsafe comes out of here.
@safe private struct ByteWriter: ~Copyable {
    private let bytes: UnsafeMutableRawBufferPointer
    private var position = 0

    @unsafe init(bytes: UnsafeMutableRawBufferPointer) { unsafe self.bytes = bytes }

    var isFull: Bool { unsafe position == bytes.count }

    @inline(__always)
    mutating func put(_ number: UInt64) {
        precondition(unsafe position + 8 <= bytes.count)
        unsafe bytes.storeBytes(of: number.littleEndian, toByteOffset: position, as: UInt64.self)
        position += 8
    }

    @inline(__always)
    mutating func put(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            precondition(unsafe position + 4 <= bytes.count)
            unsafe bytes.storeBytes(
                of: UInt32(utf8.count).littleEndian,
                toByteOffset: position,
                as: UInt32.self
            )
            position += 4
            unsafe put(UnsafeRawBufferPointer(utf8))
        }
    }

    mutating func put(_ name: ConnectionName) {
        put(name.id)
        put(name.ordinal)
        put(name.proxy)
    }

    @inline(__always) @unsafe
    mutating func put(_ source: UnsafeRawBufferPointer) {
        let end = position + source.count
        precondition(unsafe end <= bytes.count)
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[position..<end])
        unsafe room.copyMemory(from: source)
        position = end
    }
}

/// Reads what was written, in the same order.
struct ByteReader {
    private let bytes: [UInt8]
    private var position: Int

    init(bytes: [UInt8], position: Int) {
        self.bytes = bytes
        self.position = position
    }

    private mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number {
        var value: Number = 0
        for place in 0..<MemoryLayout<Number>.size {
            value |= Number(truncatingIfNeeded: bytes[position + place]) << (8 * place)
        }
        position += MemoryLayout<Number>.size
        return value
    }

    private mutating func number() -> UInt64 { number(UInt64.self) }

    private mutating func text() -> String {
        let length = Int(number(UInt32.self))
        defer { position += length }
        return String(decoding: bytes[position..<position + length], as: UTF8.self)
    }

    private mutating func name() -> ConnectionName {
        let (id, ordinal) = (number(), number())
        return ConnectionName(id: id, proxy: text(), ordinal: ordinal)
    }

    mutating func opened() -> ConnectionOpened {
        ConnectionOpened(connection: name(), client: text())
    }

    mutating func closed() -> ConnectionClosed {
        let name = name()
        let (toServer, toClient, exchanges) = (number(), number(), number())
        let codes = number()
        return ConnectionClosed(
            connection: name,
            closedBy: ConnectionClosed.Party(code: UInt8(truncatingIfNeeded: codes >> 8)),
            how: ConnectionClosed.How(code: UInt8(truncatingIfNeeded: codes)),
            bytesToServer: toServer,
            bytesToClient: toClient,
            exchanges: exchanges
        )
    }

    mutating func fault() -> FaultRecord {
        let name = name()
        let (unit, flags, toss, delay) = (number(), number(), number(), number())
        return FaultRecord(
            rule: text(),
            fault: text(),
            connection: name,
            unit: unit,
            toss: flags & 1 == 0 ? nil : Double(bitPattern: toss),
            delay: flags & 2 == 0 ? nil : Int64(bitPattern: delay)
        )
    }

    mutating func exchange(head: [UInt8]) -> ExchangeRecord {
        let name = name()
        let (unit, codes) = (number(), number())
        let status = codes >> 8
        let (requestBytes, responseBytes, duration) = (number(), number(), number())
        let (method, target) = (text(), text())
        var rules: [String] = []
        for _ in 0..<number() { rules.append(text()) }
        return ExchangeRecord(
            connection: name,
            unit: unit,
            method: method,
            target: target,
            status: status == 0 ? nil : UInt16(status - 1),
            outcome: ExchangeRecord.Outcome(code: UInt8(truncatingIfNeeded: codes)),
            requestBytes: requestBytes,
            responseBytes: responseBytes,
            duration: Int64(bitPattern: duration),
            rules: rules,
            head: head
        )
    }
}
