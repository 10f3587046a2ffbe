// SPDX-License-Identifier: Apache-2.0

// Rules that wait for bytes of a stream.
extension RuleSet {
    /// What to look for in a stream: one search for each rule whose other keys hold.
    ///
    /// - Parameters:
    ///   - request: what opened the stream; `nil` for a TCP connection.
    ///   - serial: rules up to this one are being looked for already, or have been.
    package func byteSearches(
        request: RequestFacts?,
        in head: borrowing Span<UInt8>,
        about unit: UnitFacts,
        after serial: UInt64,
        using scratch: inout MatchScratch
    ) -> [ByteSearch] {
        guard !byteRules.isEmpty, newestSerial > serial else { return [] }
        if let request { scratch.split(head, path: request.path) }
        var searches: [ByteSearch] = []
        for position in byteRules {
            let compiled = rules[Int(position)]
            guard compiled.active.serial > serial,
                isMeant(compiled, request, in: head, unit.connection, scratch),
                let search = ByteSearch(compiled)
            else { continue }
            searches.append(search)
        }
        return searches
    }

    /// Puts the rules whose bytes were found through their limits, in their order.
    ///
    /// - Parameter found: searches that have found something, of rules in force.
    package func decideBytes(
        _ found: [ByteSearch],
        request: RequestFacts?,
        in head: borrowing Span<UInt8>,
        about unit: UnitFacts,
        in circumstances: Circumstances,
        tallies: inout ConnectionTallies
    ) -> Plan {
        var plan = Plan.pass
        let subject = Subject(unit, circumstances, request: request)
        for search in found {
            let compiled = search.compiled
            let scope = scope(compiled.active.rule.limit.scope, subject, in: head)
            if fire(compiled, subject, scope, in: head, &tallies, into: &plan) { break }
        }
        return plan
    }
}

/// A search for the bytes of one rule in one direction of a stream; keeps none of them.
///
/// The first ``BytesPattern/scan`` bytes of the direction are looked at, and where they are cut into
/// chunks does not matter. A regular expression takes the bytes that are looked at for all of its
/// text.
package struct ByteSearch: Sendable {
    let compiled: RuleSet.Compiled
    package let direction: Direction
    /// Bytes of the direction that are looked at, from the stream's beginning.
    private let scan: UInt64
    private var state: State

    private enum State {
        case literal(LiteralSearch)
        case expression(RegularExpression.Search)
    }

    package enum Progress {
        case goesOn
        case found
        /// Nothing was found where it would have counted.
        case over
    }

    init?(_ compiled: RuleSet.Compiled) {
        guard let pattern = compiled.matcher.bytes else { return nil }
        self.compiled = compiled
        direction = pattern.direction
        scan = UInt64(pattern.scan.bytes)
        switch pattern.sought {
        case .literal(let bytes):
            state = .literal(LiteralSearch(bytes, retries: compiled.retries))
        case .expression(let expression): state = .expression(expression.search())
        }
    }

    /// The serial of the rule's time in force.
    package var serial: UInt64 { compiled.active.serial }

    /// Looks at the next bytes of the direction.
    ///
    /// - Parameter place: how many bytes of the direction came before these.
    package mutating func look(
        at bytes: borrowing Span<UInt8>,
        from place: UInt64
    ) -> Progress {
        guard place < scan else { return .over }
        let count = Int(min(UInt64(bytes.count), scan - place))
        let isLast = place + UInt64(count) == scan
        var isFound: Bool
        switch state {
        case .literal(var search):
            isFound = search.feed(bytes, in: 0..<count)
            state = .literal(search)
        case .expression(var search):
            isFound = search.feed(bytes, in: 0..<count)
            if isLast, !isFound { isFound = search.finish() }
            state = .expression(search)
        }
        return isFound ? .found : isLast ? .over : .goesOn
    }
}

/// Finds a row of bytes in a text that comes in pieces, without keeping any of it.
///
/// The way of Knuth, Morris and Pratt ("Fast pattern matching in strings", 1977): the time is
/// proportional to the text.
struct LiteralSearch: Sendable {
    private let sought: [UInt8]
    private let retries: [Int32]
    private var matched = 0

    /// - Parameter retries: of ``retries(of:)``.
    init(_ sought: [UInt8], retries: [Int32]) {
        self.sought = sought
        self.retries = retries
    }

    /// For each length that has matched, the next shorter one that could have.
    static func retries(of sought: [UInt8]) -> [Int32] {
        var retries: [Int32] = [0, 0]
        var length = 0
        for position in sought.indices.dropFirst() {
            while length > 0, sought[position] != sought[length] { length = Int(retries[length]) }
            if sought[position] == sought[length] { length += 1 }
            retries.append(Int32(length))
        }
        return retries
    }

    /// - Returns: Whether the bytes were found by the end of these.
    mutating func feed(_ bytes: borrowing Span<UInt8>, in range: Range<Int>) -> Bool {
        for position in range where matched < sought.count {
            let byte = bytes[position]
            while matched > 0, sought[matched] != byte { matched = Int(retries[matched]) }
            if sought[matched] == byte { matched += 1 }
        }
        return matched == sought.count
    }
}
