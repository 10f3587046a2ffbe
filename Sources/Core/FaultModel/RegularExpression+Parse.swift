// SPDX-License-Identifier: Apache-2.0

extension RegularExpression {
    /// Reads an expression and writes its code in one go.
    ///
    /// Groups are kept on a stack of its own, and every piece of code is bounded when it grows.
    struct Parser {
        typealias Code = [Instruction]

        let scalars: [Unicode.Scalar]
        var position = 0
        var foldsCase: Bool
        private var sets: [UnitSet] = []
        /// The groups around the position, the whole expression first.
        private var outer: [Group] = []
        private var group = Group(offset: 0)

        private struct Group {
            let offset: Int
            /// The choices before the last `|`.
            var choices: [Code] = []
            /// How long all the choices are, with what joins them.
            var settled = 0
            var sequence: Code = []
            /// Where the last piece of the sequence begins, which a repeat is about.
            var piece: Int?
            var endsInRepeat = false
        }

        init(_ pattern: String, ignoresCase: Bool) throws(Failure) {
            guard pattern.utf8.count <= RegularExpression.maximumLength else {
                throw Failure(reason: .tooLong, offset: 0)
            }
            scalars = Array(pattern.unicodeScalars)
            foldsCase = ignoresCase
        }

        mutating func parse() throws(Failure) -> Program {
            if takes("(?i)") { foldsCase = true }
            while position < scalars.count {
                position += 1
                try read(scalars[position - 1], at: position - 1)
            }
            guard outer.isEmpty else {
                throw Failure(reason: .unclosedGroup, offset: group.offset)
            }
            let code = Code.anyOf(group.choices + [group.sequence])
            return Program(code: code + [.match], sets: sets, foldsCase: foldsCase)
        }
    }
}

extension RegularExpression.Parser {
    typealias Failure = RegularExpression.Failure

    private mutating func read(_ scalar: Unicode.Scalar, at offset: Int) throws(Failure) {
        switch scalar {
        case "(": try openGroup(at: offset)
        case ")": try closeGroup(at: offset)
        case "|": try beginChoice(at: offset)
        case "*": try repeatPiece(least: 0, most: nil, at: offset)
        case "+": try repeatPiece(least: 1, most: nil, at: offset)
        case "?": try repeatPiece(least: 0, most: 1, at: offset)
        case "{":
            if let (least, most) = try readCounts(at: offset) {
                try repeatPiece(least: least, most: most, at: offset)
            } else {
                try append(bytes(of: scalar.value), at: offset)
            }
        case "[":
            let (ranges, isNegated) = try readClass(at: offset)
            try append(ranges, isNegated: isNegated, at: offset)
        case ".": try append(UnitSet.lineFeed, isNegated: true, at: offset)
        case "^": try append([.claim(.textStart)], at: offset)
        case "$": try append([.claim(.textEnd)], at: offset)
        case "\\":
            switch try readEscape(at: offset, inClass: false) {
            case .unit(let unit): try append(bytes(of: unit), at: offset)
            case .units(let ranges): try append(ranges, isNegated: false, at: offset)
            case .claim(let claim): try append([.claim(claim)], at: offset)
            }
        default: try append(bytes(of: scalar.value), at: offset)
        }
    }

    private mutating func append(_ code: Code, at offset: Int) throws(Failure) {
        group.piece = group.sequence.count
        group.endsInRepeat = false
        group.sequence += code
        try checkStates(at: offset)
    }

    private mutating func append(
        _ ranges: [ClosedRange<UInt32>],
        isNegated: Bool,
        at offset: Int
    ) throws(Failure) {
        let set = UnitSet(ranges, foldsCase: foldsCase, isNegated: isNegated)
        let place = sets.firstIndex(of: set) ?? sets.count
        if place == sets.count { sets.append(set) }
        try append([.unit(UInt16(place))], at: offset)
    }

    /// One state is left for `match`.
    private func checkStates(adding states: Int = 0, at offset: Int) throws(Failure) {
        let wanted = group.settled + group.sequence.count + states
        guard wanted < RegularExpression.maximumStates else {
            throw Failure(reason: .tooManyStates, offset: offset)
        }
    }

    private func bytes(of unit: UInt32) -> Code {
        guard unit < UnitSet.stray, let scalar = Unicode.Scalar(unit) else {
            return [.byte(UInt8(truncatingIfNeeded: unit))]
        }
        return Character(scalar).utf8.map { .byte(foldsCase ? ASCII.lowercased($0) : $0) }
    }
}

/// Groups and choices.
extension RegularExpression.Parser {
    private mutating func openGroup(at offset: Int) throws(Failure) {
        guard outer.count < RegularExpression.maximumNesting else {
            throw Failure(reason: .tooDeep, offset: offset)
        }
        if takes("?"), !takes(":") { throw Failure(reason: otherGroup, offset: offset) }
        outer.append(group)
        group = Group(offset: offset)
    }

    /// What stands after `(?`, when that is not a colon.
    private var otherGroup: RegularExpression.Reason {
        let next = scalars[position...].prefix(2)
        switch next.first {
        case "=", "!": return .lookAround
        case "<": return next.last == "=" || next.last == "!" ? .lookAround : .namedGroup
        case "P": return next.last == "=" ? .backReference : .namedGroup
        case "'": return .namedGroup
        case "-", "i", "m", "s", "u", "x", "U": return .flags
        default: return .unknownGroup
        }
    }

    private mutating func closeGroup(at offset: Int) throws(Failure) {
        let code = Code.anyOf(group.choices + [group.sequence])
        guard let enclosing = outer.popLast() else {
            throw Failure(reason: .unopenedGroup, offset: offset)
        }
        group = enclosing
        try append(code, at: offset)
    }

    private mutating func beginChoice(at offset: Int) throws(Failure) {
        try checkStates(adding: 2, at: offset)
        group.settled += group.sequence.count + 2
        group.choices.append(group.sequence)
        group.sequence = []
        group.piece = nil
        group.endsInRepeat = false
    }
}

/// Repeats.
extension RegularExpression.Parser {
    private mutating func repeatPiece(least: Int, most: Int?, at offset: Int) throws(Failure) {
        guard let start = group.piece else {
            throw Failure(reason: .nothingToRepeat, offset: offset)
        }
        guard !group.endsInRepeat else { throw Failure(reason: .repeatedRepeat, offset: offset) }
        _ = takes("?")
        group.endsInRepeat = true
        let length = group.sequence.count - start
        guard length > 0 else { return }
        let states = Code.states(of: length, repeated: least, most: most)
        try checkStates(adding: states - length, at: offset)
        let piece = Code(group.sequence[start...])
        group.sequence.removeSubrange(start...)
        group.sequence += piece.repeated(least: least, most: most)
    }

    /// The counts of `{m}`, `{m,}` or `{m,n}`; any other brace is a character.
    private mutating func readCounts(at offset: Int) throws(Failure) -> (Int, Int?)? {
        let start = position
        guard let least = readCount() else { return nil }
        var most: Int? = least
        if takes(",") { most = readCount() }
        guard takes("}") else {
            position = start
            return nil
        }
        guard max(least, most ?? 0) <= RegularExpression.maximumRepeat else {
            throw Failure(reason: .repeatTooLarge, offset: offset)
        }
        if let most, most < least { throw Failure(reason: .reversedRepeat, offset: offset) }
        return (least, most)
    }

    /// A number; one that is too large stays too large, whatever its digits.
    private mutating func readCount() -> Int? {
        var count: Int?
        while position < scalars.count, ("0"..."9").contains(scalars[position]) {
            let digit = Int(scalars[position].value) - 48
            count = min((count ?? 0) * 10 + digit, RegularExpression.maximumRepeat + 1)
            position += 1
        }
        return count
    }

    /// Steps over this text, if it is next.
    mutating func takes(_ text: String) -> Bool {
        guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }
}
