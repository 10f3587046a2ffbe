// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PrismStub

extension Wire {
    struct Frame: Equatable {
        var opcode: UInt8
        var payload: [UInt8]

        var json: JSONValue { (try? JSONValue(parsing: payload)) ?? .null }
        var sequence: Int? { json["sequence"]?.integer.map(Int.init) }

        /// The status code of a close frame.
        var closeCode: Int? {
            guard opcode == 8, payload.count >= 2 else { return nil }
            return Int(payload[0]) << 8 | Int(payload[1])
        }
    }

    /// Opens the events; the key and its answer are the example of RFC 6455, section 1.3.
    mutating func upgrade(_ query: String = "") async throws -> Reply {
        try await send(
            "GET /api/v1/events\(query) HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\n"
                + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        return try await reply()
    }

    func send(opcode: UInt8, _ payload: [UInt8], fin: Bool = true, masked: Bool = true) async throws
    {
        var bytes: [UInt8] = [(fin ? 0x80 : 0) | opcode]
        let mask: UInt8 = masked ? 0x80 : 0
        if payload.count < 126 {
            bytes.append(mask | UInt8(payload.count))
        } else if payload.count < 65_536 {
            bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        } else {
            bytes.append(mask | 127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        let key: [UInt8] = [1, 2, 3, 4]
        if masked { bytes += key }
        bytes += payload.enumerated().map { masked ? $1 ^ key[$0 % 4] : $1 }
        try await send(bytes)
    }

    func send(message: String) async throws {
        try await send(opcode: 1, Array(message.utf8))
    }

    mutating func frame() async throws -> Frame {
        var head = try await bytes(2)
        let first = head.readInteger(as: UInt8.self) ?? 0
        var length = Int(head.readInteger(as: UInt8.self) ?? 0)
        if length == 126 {
            var more = try await bytes(2)
            length = Int(more.readInteger(as: UInt16.self) ?? 0)
        } else if length == 127 {
            var more = try await bytes(8)
            length = Int(more.readInteger(as: UInt64.self) ?? 0)
        }
        return Frame(
            opcode: first & 0x0f,
            payload: Array(try await bytes(length).readableBytesView)
        )
    }
}
