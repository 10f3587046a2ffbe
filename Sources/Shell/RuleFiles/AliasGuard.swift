// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Finds keys that aliases could make huge, before a composer compares keys by value.
///
/// Expanding aliases is bounded by counting; comparing keys happens earlier and is not. A key is
/// one only when it is an alias, a collection, or marked with `?`, and all of these can be seen in
/// one line of text. Documents without anchors are not looked at.
enum AliasGuard {
    /// The line, from 1, of the first such key; `nil` when there is none.
    static func lineOfAliasKey(in text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard hasAnchor(bytes) else { return nil }
        var line = 1
        for position in bytes.indices {
            switch bytes[position] {
            case ASCII.lineFeed: line += 1
            case ASCII.asterisk where startsToken(bytes, position):
                if isKeyEnd(bytes, after: endOfName(bytes, position + 1)) { return line }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if isKeyEnd(bytes, after: position + 1) { return line }
            case ASCII.questionMark where startsToken(bytes, position):
                let next = position + 1 < bytes.count ? bytes[position + 1] : ASCII.lineFeed
                if isBlank(next) || "[{*\"'".utf8.contains(next) { return line }
            default: break
            }
        }
        return nil
    }

    private static func hasAnchor(_ bytes: [UInt8]) -> Bool {
        bytes.indices.contains { position in
            bytes[position] == ASCII.ampersand && startsToken(bytes, position)
                && endOfName(bytes, position + 1) > position + 1
        }
    }

    private static func startsToken(_ bytes: [UInt8], _ position: Int) -> Bool {
        guard position > 0 else { return true }
        let before = bytes[position - 1]
        return isBlank(before) || "[{,:-?".utf8.contains(before)
    }

    private static func endOfName(_ bytes: [UInt8], _ start: Int) -> Int {
        var end = start
        while end < bytes.count, isNameByte(bytes[end]) { end += 1 }
        return end
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (97...122).contains(ASCII.lowercased(byte))
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    private static func isKeyEnd(_ bytes: [UInt8], after end: Int) -> Bool {
        var position = end
        while position < bytes.count, bytes[position] == ASCII.space || bytes[position] == ASCII.tab
        {
            position += 1
        }
        return position < bytes.count && bytes[position] == ASCII.colon
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == ASCII.space || byte == ASCII.tab || byte == ASCII.lineFeed
            || byte == ASCII.carriageReturn
    }
}
