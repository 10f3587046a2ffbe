// SPDX-License-Identifier: Apache-2.0

// Looking for single bytes, eight at a time.
//
// A word is loaded little-endian, so that its lowest byte is the first. The tests below mark the
// highest bit of each byte sought; a borrow can mark others too, but only behind the first.
extension Span<UInt8> {
    /// Where the first control character other than a tab is; `end` without one.
    @inline(__always)
    func firstControl(from start: Int, to end: Int) -> Int {
        var position = start
        while true {
            position = firstByte(below: 0x20, from: position, to: end)
            guard position < end, self[position] == Octet.tab else { return position }
            position += 1
        }
    }

    /// Where the first space or control character is; `end` without one.
    @inline(__always)
    func firstSpaceOrControl(from start: Int, to end: Int) -> Int {
        firstByte(below: 0x21, from: start, to: end)
    }

    /// Where the first byte is that is less than `bound`, or 127; `end` without one.
    @inline(__always)
    private func firstByte(below bound: UInt8, from start: Int, to end: Int) -> Int {
        let raw: RawSpan = unsafe bytes
        let bounds = UInt64(bound) &* Words.ones
        precondition(start >= 0 && end <= count)
        var position = start
        while position + 8 <= end {
            let word = unsafe raw.word(at: position)
            let less = word &- bounds
            let deletes = word & ~Words.marks &+ Words.ones
            let found = (less | deletes) & ~word & Words.marks
            if found != 0 { return position + found.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < end, self[position] >= bound, self[position] != 127 { position += 1 }
        return position
    }

    /// Where the first byte is that is neither a letter nor `-`, or a place before it.
    @inline(__always)
    func firstOtherThanLetters(from start: Int, to end: Int) -> Int {
        let raw: RawSpan = unsafe bytes
        precondition(start >= 0 && end <= count)
        var position = start
        while position + 8 <= end {
            let word = unsafe raw.word(at: position)
            // Without their highest bits the bytes can be added to and nothing is carried over.
            let folded = (word | Words.folds) & ~Words.marks
            let (fromA, behindZ) = (folded &+ 0x1f &* Words.ones, folded &+ 0x05 &* Words.ones)
            let dash = (word ^ 0x2d &* Words.ones) & ~Words.marks
            let isOther = ~(fromA & ~behindZ) & (dash &+ ~Words.marks)
            let found = (isOther | word) & Words.marks
            if found != 0 { return position + found.trailingZeroBitCount / 8 }
            position += 8
        }
        return position
    }

    /// Whether the bytes are a name, without regard to the case of letters.
    ///
    /// The bytes have no control characters: those could be taken for digits and marks.
    ///
    /// - Parameter name: in lower case, of letters, digits and marks.
    @inline(__always)
    func isName(_ range: Range<Int>, _ name: StaticString) -> Bool {
        let count = range.count
        guard count == name.utf8CodeUnitCount else { return false }
        precondition(range.lowerBound >= 0 && range.upperBound <= self.count)
        let raw: RawSpan = unsafe bytes
        // A static string's bytes live as long as the program.
        let other = unsafe UnsafeRawPointer(name.utf8Start)
        var position = 0
        while position + 8 < count {
            if unsafe raw.folded(range.lowerBound + position) != other.folded(position) {
                return false
            }
            position += 8
        }
        if count >= 8 {
            position = count - 8
            return unsafe raw.folded(range.lowerBound + position) == other.folded(position)
        }
        while position < count {
            let byte: UInt8 = unsafe other.load(fromByteOffset: position, as: UInt8.self)
            if self[range.lowerBound + position] | 0x20 != byte | 0x20 { return false }
            position += 1
        }
        return true
    }

    /// Whether the bytes are a text, in its case.
    @inline(__always)
    func isText(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count {
            guard unsafe self[range.lowerBound + offset] == text.utf8Start[offset] else {
                return false
            }
        }
        return true
    }

    /// Where a byte first is; `end` where it is not.
    @inline(__always)
    func first(_ byte: UInt8, from start: Int, to end: Int) -> Int {
        let raw: RawSpan = unsafe bytes
        let sought = UInt64(byte) &* Words.ones
        precondition(start >= 0 && end <= count)
        var position = start
        while position + 8 <= end {
            let difference = unsafe raw.word(at: position) ^ sought
            let found = (difference &- Words.ones) & ~difference & Words.marks
            if found != 0 { return position + found.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < end, self[position] != byte { position += 1 }
        return position
    }
}

private enum Words {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let marks: UInt64 = 0x8080_8080_8080_8080
    /// What makes a letter small.
    static let folds: UInt64 = 0x2020_2020_2020_2020
}

extension RawSpan {
    /// Eight bytes, the first of them lowest.
    ///
    /// - Parameter offset: not checked, because each search checks its ends once.
    @inline(__always) @unsafe
    fileprivate func word(at offset: Int) -> UInt64 {
        let word = unsafe unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset,
            as: UInt64.self
        )
        return UInt64(littleEndian: word)
    }

    /// Eight bytes of which the letters are small.
    @inline(__always) @unsafe
    fileprivate func folded(_ offset: Int) -> UInt64 { unsafe word(at: offset) | Words.folds }
}

extension UnsafeRawPointer {
    @inline(__always)
    fileprivate func folded(_ offset: Int) -> UInt64 {
        let word = unsafe loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return UInt64(littleEndian: word) | Words.folds
    }
}
