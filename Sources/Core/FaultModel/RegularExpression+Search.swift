// SPDX-License-Identifier: Apache-2.0

extension RegularExpression {
    /// A search in a text that comes in pieces, however it is cut.
    ///
    /// All states that the text so far can have led to are followed at once (Thompson, 1968), in at
    /// most three steps for each state and byte. Up to three bytes, of a UTF-8 sequence that has
    /// only begun, wait for the next piece or the end.
    package struct Search: Sendable {
        package let expression: RegularExpression
        /// Whether the expression has been found.
        package private(set) var isFound = false
        /// How often a state was gone through: the measure of work.
        private(set) var steps = 0
        /// Where the search stands: before the next byte, every jump taken.
        private var current: StateSet
        private var next: StateSet
        /// Where units of several bytes lead, until their last byte.
        private var targets: [Int] = []
        private var reader = UnitReader()
        private var isAtStart = true
        private var isEnded = false
        private var followsWord = false

        init(_ expression: RegularExpression) {
            self.expression = expression
            current = StateSet(below: expression.program.code.count)
            next = current
            next.insert(0)
            settle()
        }
    }
}

extension RegularExpression.Search {
    /// Takes the next bytes of the text.
    ///
    /// What needs to know what follows (`\b`, a UTF-8 sequence that has only begun) is told with
    /// what follows.
    /// - Returns: Whether the expression has been found so far; once it is, it stays so.
    package mutating func feed(_ bytes: borrowing Span<UInt8>, in range: Range<Int>) -> Bool {
        var position = range.lowerBound
        while !isFound, !isEnded, current.count > 0, position < range.upperBound {
            if isIdle {
                let candidate = expression.program.firstCandidate(
                    in: bytes,
                    position..<range.upperBound
                )
                if (candidate ?? range.upperBound) > position {
                    position = candidate ?? range.upperBound
                    skip(through: bytes[position - 1])
                    continue
                }
            }
            reader.read(bytes[position])
            while !isFound, let unit = reader.next() { take(unit) }
            position += 1
        }
        return isFound
    }

    /// Ends the text: bytes that are fed afterwards are no part of it.
    ///
    /// - Returns: Whether the expression was found in all of it.
    package mutating func finish() -> Bool {
        guard !isEnded, !isFound else { return isFound }
        isEnded = true
        reader.end()
        while !isFound, let unit = reader.next() { take(unit) }
        if !isFound { settleClaims(before: nil) }
        return isFound
    }

    /// Steps over bytes with which no match begins, while none has begun.
    ///
    /// - Parameter byte: the last of them.
    mutating func skip(through byte: UInt8) {
        reader = UnitReader()
        followsWord = Self.isWord(byte)
        isAtStart = false
    }

    /// Whether the only state is the first one, which waits for a byte that is known.
    private var isIdle: Bool {
        expression.program.firstByte != nil && current.count == 1 && current[0] == 0
    }

    /// Follows one unit, byte by byte.
    private mutating func take(_ unit: UnitReader.Unit) {
        for index in 0..<unit.length where !isFound {
            let byte = unit.byte(index)
            if index == 0 {
                settleClaims(before: byte)
                if isFound { return }
                takeWhole(unit)
            }
            step(over: byte)
            if index == unit.length - 1 {
                for target in targets { next.insert(target) }
                targets.removeAll(keepingCapacity: true)
            }
            // A match may begin anywhere.
            if !expression.program.isAnchored { next.insert(0) }
            followsWord = Self.isWord(byte)
            isAtStart = false
            settle()
        }
    }

    /// Notes where the unit leads as a whole.
    private mutating func takeWhole(_ unit: UnitReader.Unit) {
        for index in 0..<current.count {
            guard case .unit(let set) = expression.program.code[current[index]],
                expression.program.sets[Int(set)].contains(unit.value)
            else { continue }
            targets.append(current[index] + 1)
        }
    }

    private mutating func step(over byte: UInt8) {
        let folded = expression.program.fold(byte)
        next.removeAll()
        for index in 0..<current.count {
            if case .byte(folded) = expression.program.code[current[index]] {
                next.insert(current[index] + 1)
            }
        }
        steps += current.count
    }

    /// Makes the next states the current ones, and goes on wherever no byte is needed.
    private mutating func settle() {
        swap(&current, &next)
        follow(asking: nil)
    }

    /// Goes on behind the claims that hold here.
    ///
    /// - Parameter byte: what follows; `nil` at the end of the text.
    private mutating func settleClaims(before byte: UInt8?) {
        guard expression.program.hasClaims else { return }
        let isEdge = followsWord != (byte.map(Self.isWord) ?? false)
        follow(asking: (isEdge: isEdge, isEnd: byte == nil))
    }

    /// Adds every state that is reached without a byte; the set is its own list of work.
    ///
    /// - Parameter place: what is known of it once the next byte is; claims wait until then.
    private mutating func follow(asking place: (isEdge: Bool, isEnd: Bool)?) {
        var index = 0
        while index < current.count {
            let state = current[index]
            index += 1
            switch expression.program.code[state] {
            case .byte, .unit: continue
            case .match: isFound = true
            case .jump(let distance): current.insert(state + Int(distance))
            case .split(let one, let other):
                current.insert(state + Int(one))
                current.insert(state + Int(other))
            case .claim(let claim):
                guard holds(claim, place) else { continue }
                current.insert(state + 1)
            }
        }
        steps += current.count
    }

    private func holds(
        _ claim: RegularExpression.Claim,
        _ place: (isEdge: Bool, isEnd: Bool)?
    ) -> Bool {
        switch claim {
        case .textStart: isAtStart
        case .textEnd: place?.isEnd ?? false
        case .wordEdge: place?.isEdge ?? false
        case .noWordEdge: place.map { !$0.isEdge } ?? false
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte < 128 && (ASCII.isDigit(byte) || byte == 95 || (97...122).contains(byte | 32))
    }
}

extension RegularExpression.Search: Equatable {
    /// Whether both have found, and can still find, the same.
    package static func == (left: Self, right: Self) -> Bool {
        left.expression == right.expression && left.isFound == right.isFound
            && left.isEnded == right.isEnded && left.isAtStart == right.isAtStart
            && left.followsWord == right.followsWord && left.reader == right.reader
            && left.current == right.current
    }
}
