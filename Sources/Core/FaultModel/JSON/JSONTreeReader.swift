// SPDX-License-Identifier: Apache-2.0

/// Reads the JSON (RFC 8259) that the proxy sends.
package struct JSONTreeReader {
    private let bytes: [UInt8]
    private var position = 0

    /// Levels of arrays and objects; a deeper document is refused.
    package static let maximumDepth = 128

    package struct Malformed: Error, Equatable {
        /// Where the text stops being JSON, in bytes from its start.
        package let offset: Int
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    package static func read(_ bytes: some Sequence<UInt8>) throws(Malformed) -> JSONTree {
        var reader = JSONTreeReader(Array(bytes))
        let tree = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.position == reader.bytes.count else { throw reader.malformed }
        return tree
    }

    private var malformed: Malformed { Malformed(offset: position) }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
    }

    private mutating func take(_ byte: UInt8) throws(Malformed) {
        guard peek == byte else { throw malformed }
        position += 1
    }

    /// Whether `byte` comes next, in which case it is taken.
    private mutating func accept(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(Malformed) -> JSONTree {
        guard depth <= Self.maximumDepth else { throw malformed }
        skipBlanks()
        switch peek {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ tree: JSONTree) throws(Malformed) -> JSONTree {
        for byte in word.utf8 { try take(byte) }
        return tree
    }

    private mutating func object(_ depth: Int) throws(Malformed) -> JSONTree {
        try take(UInt8(ascii: "{"))
        var members: [JSONTree.Member] = []
        if accept(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipBlanks()
            let key = try string()
            skipBlanks()
            try take(UInt8(ascii: ":"))
            members.append(JSONTree.Member(key, try value(depth: depth + 1)))
        } while accept(UInt8(ascii: ","))
        try take(UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func array(_ depth: Int) throws(Malformed) -> JSONTree {
        try take(UInt8(ascii: "["))
        var items: [JSONTree] = []
        if accept(UInt8(ascii: "]")) { return .array(items) }
        repeat {
            items.append(try value(depth: depth + 1))
        } while accept(UInt8(ascii: ","))
        try take(UInt8(ascii: "]"))
        return .array(items)
    }

    private mutating func number() throws(Malformed) -> JSONTree {
        let start = position
        while let byte = peek, "0123456789+-.eE".utf8.contains(byte) { position += 1 }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let first = digits.last, first.isNumber, let value = Double(digits), value.isFinite
        else { throw malformed }
        return .number(digits)
    }

    private mutating func string() throws(Malformed) -> String {
        try take(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while let byte = peek, byte >= 0x20 {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: text, as: UTF8.self) else { throw malformed }
                return text
            case UInt8(ascii: "\\"): text += Array(String(try escape()).utf8)
            default: text.append(byte)
            }
        }
        throw malformed
    }

    private mutating func escape() throws(Malformed) -> Unicode.Scalar {
        guard let letter = peek else { throw malformed }
        position += 1
        switch letter {
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try codePoint()
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return Unicode.Scalar(letter)
        default: throw malformed
        }
    }

    /// One `\u` escape, or two that are a surrogate pair (RFC 8259, section 7).
    private mutating func codePoint() throws(Malformed) -> Unicode.Scalar {
        let high = try codeUnit()
        if let scalar = Unicode.Scalar(high) { return scalar }
        try take(UInt8(ascii: "\\"))
        try take(UInt8(ascii: "u"))
        let low = try codeUnit()
        guard high < 0xdc00, (0xdc00...0xdfff).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
        else { throw malformed }
        return scalar
    }

    private mutating func codeUnit() throws(Malformed) -> UInt32 {
        guard position + 4 <= bytes.count else { throw malformed }
        let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        guard digits.allSatisfy(\.isHexDigit), let unit = UInt32(digits, radix: 16) else {
            throw malformed
        }
        position += 4
        return unit
    }
}
