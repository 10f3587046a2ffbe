// SPDX-License-Identifier: Apache-2.0

/// Classes and escapes.
extension RegularExpression.Parser {
    typealias Units = [ClosedRange<UInt32>]

    /// What an escape stands for.
    enum Escape {
        case unit(UInt32)
        case units(Units)
        case claim(RegularExpression.Claim)
    }

    /// - Parameter offset: where the bracket stands; the position is after it.
    mutating func readClass(at offset: Int) throws(Failure) -> (Units, isNegated: Bool) {
        let isNegated = takes("^")
        var ranges: Units = []
        while !takes("]") {
            let start = position
            let member = try readMember(of: offset)
            guard nextIsRange else {
                ranges += member
                continue
            }
            position += 1
            let last = try readMember(of: offset)
            guard let lower = Self.single(member), let upper = Self.single(last) else {
                throw Failure(reason: .rangeOfClass, offset: start)
            }
            guard lower <= upper else { throw Failure(reason: .reversedRange, offset: start) }
            ranges.append(lower...upper)
        }
        guard !ranges.isEmpty else { throw Failure(reason: .emptyClass, offset: offset) }
        return (ranges, isNegated)
    }

    /// A hyphen at the end of a class is itself.
    private var nextIsRange: Bool {
        let next = scalars[position...].prefix(2)
        return next.first == "-" && next.count == 2 && next.last != "]"
    }

    private static func single(_ ranges: Units) -> UInt32? {
        guard ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }

    private mutating func readMember(of bracket: Int) throws(Failure) -> Units {
        let offset = position
        guard offset < scalars.count else {
            throw Failure(reason: .unclosedClass, offset: bracket)
        }
        if takes("[:") { throw Failure(reason: .namedClass, offset: offset) }
        position += 1
        let scalar = scalars[offset]
        guard scalar == "\\" else { return [scalar.value...scalar.value] }
        switch try readEscape(at: offset, inClass: true) {
        case .unit(let unit): return [unit...unit]
        case .units(let ranges): return ranges
        case .claim: throw Failure(reason: .unknownEscape, offset: offset)
        }
    }

    /// - Parameter offset: where the backslash stands; the position is after it.
    mutating func readEscape(at offset: Int, inClass: Bool) throws(Failure) -> Escape {
        guard position < scalars.count else {
            throw Failure(reason: .unfinishedEscape, offset: offset)
        }
        let scalar = scalars[position]
        position += 1
        if let units = Self.units(of: scalar) { return .units(units) }
        if let control = Self.control(of: scalar, inClass: inClass) { return .unit(control) }
        switch scalar {
        case "A": return .claim(.textStart)
        case "z": return .claim(.textEnd)
        case "b": return .claim(.wordEdge)
        case "B": return .claim(.noWordEdge)
        case "x":
            let number = try readHexadecimal(digits: 2, at: offset)
            return .unit(number < 0x80 ? number : UnitSet.stray + number)
        case "u":
            let number = try readHexadecimal(digits: 4, at: offset)
            guard Unicode.Scalar(number) != nil else {
                throw Failure(reason: .notScalar, offset: offset)
            }
            return .unit(number)
        case "1"..."9", "k": throw Failure(reason: .backReference, offset: offset)
        case "0"..."9", "a"..."z", "A"..."Z":
            // Two digits after a zero would be octal to some, and a zero and a digit to others.
            let isLoneZero = scalar == "0" && !nextIsDigit
            guard isLoneZero else { throw Failure(reason: .unknownEscape, offset: offset) }
            return .unit(0)
        default: return .unit(scalar.value)
        }
    }

    private var nextIsDigit: Bool {
        position < scalars.count && ("0"..."9").contains(scalars[position])
    }

    private static func units(of letter: Unicode.Scalar) -> Units? {
        switch letter {
        case "d": UnitSet.digits
        case "w": UnitSet.word
        case "s": UnitSet.space
        case "D": UnitSet.complement(of: UnitSet.digits)
        case "W": UnitSet.complement(of: UnitSet.word)
        case "S": UnitSet.complement(of: UnitSet.space)
        default: nil
        }
    }

    private static func control(of letter: Unicode.Scalar, inClass: Bool) -> UInt32? {
        switch letter {
        case "b" where inClass: 8
        case "t": 9
        case "n": 10
        case "v": 11
        case "f": 12
        case "r": 13
        default: nil
        }
    }

    private mutating func readHexadecimal(digits: Int, at offset: Int) throws(Failure) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<digits {
            guard position < scalars.count, scalars[position].isASCII,
                let digit = ASCII.hexValue(UInt8(truncatingIfNeeded: scalars[position].value))
            else { throw Failure(reason: .notHexadecimal, offset: offset) }
            number = number * 16 + UInt32(digit)
            position += 1
        }
        return number
    }
}
