// SPDX-License-Identifier: Apache-2.0

extension RegularExpression {
    /// Why a text is not an expression, and where.
    package struct Failure: Error, Hashable, Sendable {
        package let reason: Reason
        /// Where the fault begins: how many Unicode scalars of the pattern stand before it.
        package let offset: Int
    }

    package enum Reason: Hashable, Sendable, CaseIterable {
        case tooLong, tooManyStates, tooDeep
        case unclosedGroup, unopenedGroup, unknownGroup, namedGroup, flags
        case backReference, lookAround
        case unclosedClass, emptyClass, namedClass, reversedRange, rangeOfClass
        case nothingToRepeat, repeatedRepeat, reversedRepeat, repeatTooLarge
        case unfinishedEscape, unknownEscape, notHexadecimal, notScalar
    }
}

extension RegularExpression.Failure {
    /// What is wrong; a clause that follows the place.
    package var message: String { explanation.message }
    /// What to do about it.
    package var hint: String { explanation.hint }

    private var explanation: (message: String, hint: String) {
        reason.aboutSize ?? reason.aboutGroups ?? reason.aboutClasses ?? reason.aboutRepeats
            ?? reason.aboutEscapes
    }
}

extension RegularExpression.Reason {
    typealias Explanation = (message: String, hint: String)

    fileprivate var aboutSize: Explanation? {
        switch self {
        case .tooLong:
            (
                "the expression is longer than \(RegularExpression.maximumLength) bytes",
                "look for less, or write several rules"
            )
        case .tooManyStates:
            (
                "written out, the repeats need more than \(RegularExpression.maximumStates) states",
                "count less, or write `*` or `+`"
            )
        case .tooDeep:
            (
                "groups stand more than \(RegularExpression.maximumNesting) deep",
                "leave out parentheses that group nothing"
            )
        default: nil
        }
    }

    fileprivate var aboutGroups: Explanation? {
        switch self {
        case .unclosedGroup: ("`(` has no `)`", #"close it, or write \( for the character"#)
        case .unopenedGroup: ("`)` has no `(`", #"open it, or write \) for the character"#)
        case .unknownGroup: ("`(?` begins no group that is known", "write (?:...) or (...)")
        case .namedGroup: ("groups have no names", "nothing reads them: write (...)")
        case .flags:
            (
                "the only flag is `(?i)`, at the start of the expression",
                "write (?i) first; it is about the whole expression"
            )
        case .backReference:
            ("a back reference has no linear-time meaning", "write out what it may repeat")
        case .lookAround:
            (
                "look-around is not supported: it would have to go back",
                "match what stands there, or write a second rule"
            )
        default: nil
        }
    }

    fileprivate var aboutClasses: Explanation? {
        switch self {
        case .unclosedClass: ("`[` has no `]`", #"close it, or write \[ for the character"#)
        case .emptyClass: ("the class holds nothing", #"write \] for a bracket in a class"#)
        case .namedClass: ("classes such as [:alpha:] are not known", "write a-zA-Z")
        case .reversedRange: ("the range ends before it begins", "the lower character comes first")
        case .rangeOfClass:
            ("an end of the range is a class itself", #"write \- for a hyphen that is meant"#)
        default: nil
        }
    }

    fileprivate var aboutRepeats: Explanation? {
        switch self {
        case .nothingToRepeat:
            ("nothing stands before the repeat", #"write \*, \+ or \? for the character"#)
        case .repeatedRepeat:
            ("a repeat is repeated", "group what is meant: (?:a*)*; possessive forms are not known")
        case .reversedRepeat: ("the least count is above the most", "write {least,most}")
        case .repeatTooLarge:
            (
                "the count is above \(RegularExpression.maximumRepeat)",
                "count less, or write `*` or `+`"
            )
        default: nil
        }
    }

    fileprivate var aboutEscapes: Explanation {
        switch self {
        case .notHexadecimal:
            (#"`\x` takes two hexadecimal digits and `\u` four"#, #"such as \x7f or \u00e9"#)
        case .notScalar: ("the number is half of a surrogate pair", "write the character itself")
        case .unfinishedEscape: (#"`\` ends the expression"#, #"write \\ for the character"#)
        default:
            (
                "the escape is not known",
                #"known are \d \D \w \W \s \S \b \B \A \z \t \n \r \f \v \0 \xHH \uHHHH"#
                    + " and escaped punctuation"
            )
        }
    }
}
