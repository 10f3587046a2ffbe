// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads JSON strictly (RFC 8259) into nodes with positions.
///
/// Foundation's decoder forgets the order of members, keeps one of two equal keys, and knows no
/// positions; an administrator is owed all three.
struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var lineStart = 0
    /// How far the scalars of this line are counted, and how many they are: counting from the
    /// line's start each time would be quadratic in a long line.
    private var counted = (position: 0, scalars: 0)
    private var nodeCount = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func read(_ bytes: [UInt8]) throws(InvalidConfiguration) -> DocumentNode {
        guard bytes.count <= DocumentBounds.bytes else {
            throw InvalidConfiguration(
                RuleFileError(
                    code: "json.malformed",
                    message: "the document is larger than \(DocumentBounds.bytes >> 20) MiB",
                    path: ""
                )
            )
        }
        var reader = JSONReader(bytes)
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw reader.failure("the text is not UTF-8")
        }
        let node = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.position == bytes.count else {
            throw reader.failure("something follows the end of the document")
        }
        return node
    }

    private mutating func value(depth: Int) throws(InvalidConfiguration) -> DocumentNode {
        skipBlanks()
        nodeCount += 1
        guard nodeCount <= DocumentBounds.nodes else {
            throw failure("the document has more than \(DocumentBounds.nodes) values")
        }
        guard depth <= DocumentBounds.depth else {
            throw failure("values are nested more than \(DocumentBounds.depth) deep")
        }
        let place = mark()
        switch peek {
        case UInt8(ascii: "{"): return DocumentNode(.object(try object(depth)), at: place)
        case UInt8(ascii: "["): return DocumentNode(.array(try array(depth)), at: place)
        case UInt8(ascii: "\""):
            let text = try string()
            return DocumentNode(.scalar(.string(text), text: text), at: place)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw failure("the text ends where a value is expected")
        default: return try number()
        }
    }

    private mutating func object(
        _ depth: Int
    ) throws(InvalidConfiguration) -> [DocumentNode.Member] {
        var members: [DocumentNode.Member] = []
        var keys: Set<String> = []
        position += 1
        skipBlanks()
        if take("}") { return members }
        repeat {
            skipBlanks()
            let place = mark()
            guard peek == UInt8(ascii: "\"") else { throw failure("a key in quotes is expected") }
            let key = try string()
            guard keys.insert(key).inserted else {
                throw failure(
                    "the key `\(key)` occurs more than once",
                    code: "json.duplicate-key",
                    at: place
                )
            }
            skipBlanks()
            guard take(":") else { throw failure("a colon is expected after the key") }
            let node = try value(depth: depth + 1)
            members.append(DocumentNode.Member(key: key, keyPosition: place, node: node))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw failure("a comma or `}` is expected") }
        return members
    }

    private mutating func array(_ depth: Int) throws(InvalidConfiguration) -> [DocumentNode] {
        var items: [DocumentNode] = []
        position += 1
        skipBlanks()
        if take("]") { return items }
        repeat {
            items.append(try value(depth: depth + 1))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw failure("a comma or `]` is expected") }
        return items
    }

    private mutating func word(
        _ word: String,
        _ value: DocumentValue
    ) throws(InvalidConfiguration) -> DocumentNode {
        let place = mark()
        guard bytes[position...].starts(with: word.utf8) else { throw failure("not a JSON value") }
        position += word.utf8.count
        return DocumentNode(
            .scalar(value, text: value == .null ? "" : word),
            at: place
        )
    }

    /// A number by the grammar of RFC 8259, section 6.
    private mutating func number() throws(InvalidConfiguration) -> DocumentNode {
        let place = mark()
        let start = position
        var isWhole = true
        _ = take("-")
        let leadsWithZero = peek == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits == 1 || digits > 1 && !leadsWithZero else { throw failure("not a JSON value") }
        if take(".") {
            isWhole = false
            guard skipDigits() > 0 else { throw failure("a digit is expected after the point") }
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            guard skipDigits() > 0 else { throw failure("a digit is expected in the exponent") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let number = Int64(text) {
            return DocumentNode(.scalar(.int(number), text: text), at: place)
        }
        guard let number = Double(text), number.isFinite else {
            throw failure("the number is too large", at: place)
        }
        return DocumentNode(.scalar(.double(number), text: text), at: place)
    }
}

extension JSONReader {
    private mutating func string() throws(InvalidConfiguration) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text += try escape()
            case 0..<0x20:
                throw failure("a control character has to be written as \\u00..")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw failure("the text ends inside a string")
    }

    private mutating func escape() throws(InvalidConfiguration) -> [UInt8] {
        position += 1
        guard let byte = peek else { throw failure("the text ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): return Array(String(try escapedScalar()).utf8)
        default: throw failure("an unknown escape in a string")
        }
    }

    private mutating func escapedScalar() throws(InvalidConfiguration) -> Character {
        let unit = try hexUnit()
        var code = UInt32(unit)
        if (0xd800..<0xdc00).contains(unit) {
            guard take("\\"), take("u") else { throw failure("half of a surrogate pair") }
            let low = try hexUnit()
            guard (0xdc00..<0xe000).contains(low) else { throw failure("half of a surrogate pair") }
            code = 0x10000 + (UInt32(unit) - 0xd800) << 10 + (UInt32(low) - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
        return Character(scalar)
    }

    private mutating func hexUnit() throws(InvalidConfiguration) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = peek.flatMap(ASCII.hexValue) else {
                throw failure("four hexadecimal digits are expected after \\u")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = peek, ASCII.isDigit(byte) { position += 1 }
        return position - start
    }

    private mutating func skipBlanks() {
        while let byte = peek {
            switch byte {
            case ASCII.lineFeed:
                position += 1
                line += 1
                lineStart = position
                counted = (position, 0)
            case ASCII.space, ASCII.tab, ASCII.carriageReturn: position += 1
            default: return
            }
        }
    }

    /// The column counts Unicode scalars, as the YAML reader does.
    private mutating func mark() -> DocumentNode.Position {
        counted.scalars += bytes[counted.position..<position].count { $0 & 0xc0 != 0x80 }
        counted.position = position
        return DocumentNode.Position(line: line, column: counted.scalars + 1)
    }

    private func failure(
        _ message: String,
        code: String = "json.malformed",
        at place: DocumentNode.Position? = nil
    ) -> InvalidConfiguration {
        let scalars = bytes[lineStart..<position].count { $0 & 0xc0 != 0x80 }
        let place = place ?? DocumentNode.Position(line: line, column: scalars + 1)
        return InvalidConfiguration(
            RuleFileError(
                code: code,
                message: message,
                line: place.line,
                column: place.column,
                path: ""
            )
        )
    }
}
