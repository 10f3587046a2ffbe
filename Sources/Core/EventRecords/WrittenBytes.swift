// SPDX-License-Identifier: Apache-2.0

/// The bytes of a ``RecordRow``: numbers of eight bytes, and texts behind their lengths.
///
/// Read in the order in which they were written, and never outside the process.
struct WrittenBytes: Sendable {
    /// Bytes that are kept for the next where more were needed once: far more than 512 records mostly
    /// take.
    static let keptRoom = 128 << 10

    /// More than `count` of them, so that writing asks for room once for a whole record.
    private var storage: [UInt8] = []
    private(set) var count = 0

    mutating func removeAll() {
        count = 0
        if storage.count > Self.keptRoom { storage = [] }
    }

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

    mutating func append(_ notice: NoticeRecord) {
        let length = 2 * 8 + notice.code.room + notice.message.room + (notice.proxy ?? "").room
        write(length) { writer in
            let flags: UInt64 = (notice.proxy == nil ? 0 : 1) | (notice.connection == nil ? 0 : 2)
            writer.put(flags)
            writer.put(notice.connection ?? 0)
            writer.put(notice.code)
            writer.put(notice.message)
            writer.put(notice.proxy ?? "")
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
