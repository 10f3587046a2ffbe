// SPDX-License-Identifier: Apache-2.0
package import FaultModel

extension DocumentValue {
    /// This value as JSON text in UTF-8, compact, with its members in order.
    package var json: [UInt8] {
        var text: [UInt8] = []
        appendJSON(to: &text)
        return text
    }

    private func appendJSON(to text: inout [UInt8]) {
        switch self {
        case .null: text += "null".utf8
        case .bool(let value): text += (value ? "true" : "false").utf8
        case .int(let value): text += String(value).utf8
        case .double(let value): text += String(value).utf8
        case .string(let value): Self.append(value, to: &text)
        case .array(let values):
            text.append(UInt8(ascii: "["))
            for (position, value) in values.enumerated() {
                if position > 0 { text.append(ASCII.comma) }
                value.appendJSON(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            for (position, member) in members.enumerated() {
                if position > 0 { text.append(ASCII.comma) }
                Self.append(member.key, to: &text)
                text.append(ASCII.colon)
                member.value.appendJSON(to: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }

    private static func append(_ string: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case ASCII.lineFeed: text += "\\n".utf8
            case ASCII.carriageReturn: text += "\\r".utf8
            case ASCII.tab: text += "\\t".utf8
            case 0..<32: text += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}

extension DocumentValue {
    /// Reads JSON text strictly (RFC 8259); the members keep their order.
    package init(json: [UInt8]) throws(InvalidConfiguration) {
        self = try JSONReader.read(json).value
    }
}
