// SPDX-License-Identifier: Apache-2.0

extension RegularExpression {
    /// An automaton: instructions that are the states, and the sets of units that they name.
    struct Program: Sendable {
        let code: [Instruction]
        let sets: [UnitSet]
        /// Compare ASCII letters without case; the code's letters are in lower case then.
        let foldsCase: Bool
        /// The ASCII byte that every match begins with, if it does: what lies before is skipped.
        ///
        /// ASCII only: such a byte stands between units wherever the skipping began.
        let firstByte: UInt8?
        /// Whether a match can only begin where the text does.
        let isAnchored: Bool
        let hasClaims: Bool

        init(code: [Instruction], sets: [UnitSet], foldsCase: Bool) {
            self.code = code
            self.sets = sets
            self.foldsCase = foldsCase
            isAnchored = code[0] == .claim(.textStart)
            hasClaims = code.contains { if case .claim = $0 { true } else { false } }
            if case .byte(let byte) = code[0], byte < 0x80 {
                firstByte = byte
            } else {
                firstByte = nil
            }
        }

        @inline(__always)
        func fold(_ byte: UInt8) -> UInt8 { foldsCase ? ASCII.lowercased(byte) : byte }

        /// The first place where a match can begin; `nil` when there is none.
        func firstCandidate(in text: borrowing Span<UInt8>, _ range: Range<Int>) -> Int? {
            guard let firstByte else { return range.lowerBound }
            var position = range.lowerBound
            while position < range.upperBound {
                if fold(text[position]) == firstByte { return position }
                position += 1
            }
            return nil
        }
    }

    /// One state; what follows is the next instruction, or stands so many instructions away.
    enum Instruction: Hashable, Sendable {
        /// Takes this byte.
        case byte(UInt8)
        /// Takes a unit of the set at this place of `sets`.
        case unit(UInt16)
        /// Goes on at both.
        case split(Int16, Int16)
        case jump(Int16)
        /// Goes on where this holds.
        case claim(Claim)
        case match
    }

    /// What may be asked of a place between two units.
    enum Claim: Hashable, Sendable {
        case textStart, textEnd, wordEdge, noWordEdge
    }
}

/// Code is relocatable, so repeating is copying.
extension [RegularExpression.Instruction] {
    /// How many instructions `repeated` gives.
    static func states(of length: Int, repeated least: Int, most: Int?) -> Int {
        guard let most else { return least == 0 ? length + 2 : least * length + 1 }
        return least * length + (most - least) * (length + 1)
    }

    /// - Parameter most: `nil` for any number; else at least `least`.
    func repeated(least: Int, most: Int?) -> Self {
        var code: Self = []
        guard let most else {
            if least == 0 {
                return [.split(1, Int16(count + 2))] + self + [.jump(-Int16(count + 1))]
            }
            for _ in 0..<least { code += self }
            return code + [.split(-Int16(count), 1)]
        }
        for _ in 0..<least { code += self }
        for left in (0..<(most - least)).reversed() {
            code.append(.split(1, Int16((left + 1) * (count + 1))))
            code += self
        }
        return code
    }

    /// Any of these.
    static func anyOf(_ choices: [Self]) -> Self {
        // How long the choices from each one on are.
        var left = choices.reduce(0) { $0 + $1.count + 2 } - 2
        var code: Self = []
        for choice in choices.dropLast() {
            left -= choice.count + 2
            code.append(.split(1, Int16(choice.count + 2)))
            code += choice
            code.append(.jump(Int16(left + 1)))
        }
        return code + (choices.last ?? [])
    }
}
