// SPDX-License-Identifier: Apache-2.0

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

    mutating func notice() -> NoticeRecord {
        let (flags, connection) = (number(), number())
        let (code, message, proxy) = (text(), text(), text())
        return NoticeRecord(
            code: code,
            message: message,
            proxy: flags & 1 == 0 ? nil : proxy,
            connection: flags & 2 == 0 ? nil : connection
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
