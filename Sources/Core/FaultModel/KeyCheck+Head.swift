// SPDX-License-Identifier: Apache-2.0

extension Matcher {
    /// Asks the keys that a request's head decides.
    func headChecks(_ situation: Situation) -> [KeyCheck] {
        var scratch = MatchScratch()
        if let request = situation.request {
            scratch.split(request.head.span, path: request.facts.path)
        }
        return headKeys.map { $0.check(situation, scratch) }
    }

    /// A matcher for each key, with that key alone.
    private var headKeys: [HeadKey] {
        var keys: [HeadKey] = []
        if !requests.isEmpty {
            keys.append(HeadKey(["request"], inFields: false) { $0.requests = requests })
        }
        if host != nil { keys.append(HeadKey(["host"]) { $0.host = host }) }
        for header in headers {
            keys.append(HeadKey(["headers", header.text]) { $0.headers = [header] })
        }
        for parameter in query {
            let key = ["query", parameter.text]
            keys.append(HeadKey(key, inFields: false) { $0.query = [parameter] })
        }
        for cookie in cookies {
            keys.append(HeadKey(["cookies", cookie.text]) { $0.cookies = [cookie] })
        }
        return keys
    }
}

/// One key about a request's head, asked alone.
private struct HeadKey {
    let key: [String]
    /// Whether the answer is in the header fields, which may have been cut.
    let isInFields: Bool
    var matcher = Matcher.everything

    init(_ key: [String], inFields: Bool = true, _ set: (inout Matcher) -> Void) {
        self.key = key
        isInFields = inFields
        set(&matcher)
    }

    func check(_ situation: Situation, _ scratch: MatchScratch) -> KeyCheck {
        guard let request = situation.request else { return .onStream(key) }
        let was = was(in: situation)
        // What is not there may be in the part that was cut off.
        if request.isCut, isInFields, was == nil { return .unknown(key) }
        // The seed matters to cohorts alone, and none is asked here.
        let (facts, head) = (request.facts, request.head.span)
        let holds =
            matcher.requests.mean(facts, in: head, scratch)
            && matcher.holdsBesideRequests(for: facts, in: head, seed: 0)
        if holds { return KeyCheck(key, .holds, was: was) }
        let nearness = nearness(request, scratch, isThere: was != nil)
        return KeyCheck(key, .fails, was: was, nearness: nearness)
    }

    private func was(in situation: Situation) -> String? {
        switch key[0] {
        case "request": situation.requestLine
        case "host": situation.host
        case "headers": matcher.headers.first.flatMap { situation.header($0.name) }
        case "query": matcher.query.first.flatMap { situation.parameter($0.name) }
        default: matcher.cookies.first.flatMap { situation.cookie($0.name) }
        }
    }

    /// A value that is there and another is nearer than none.
    private func nearness(
        _ request: Situation.Request,
        _ scratch: MatchScratch,
        isThere: Bool
    ) -> Double {
        guard key == ["request"] else { return isThere ? 0.5 : 0 }
        return matcher.requests.map { $0.nearness(request, scratch) }.max() ?? 0
    }
}

extension Matcher.NamedPattern {
    fileprivate var text: String { String(decoding: name, as: UTF8.self) }
}

extension RequestPattern {
    /// The share of what is asked for that is there: the method, the leading segments, the length.
    fileprivate func nearness(_ request: Situation.Request, _ scratch: MatchScratch) -> Double {
        let head = request.head.span
        let isOtherMethod = method.map { !head.equals(request.facts.method, $0) } ?? false
        var points = isOtherMethod ? 0 : 1
        let count = scratch.segments.count
        if matchesRest ? count >= segments.count : count == segments.count { points += 1 }
        for (segment, range) in zip(segments, scratch.segments) {
            let decoded = PercentDecoding.decoded(head, in: range)
            guard segment.stands(for: decoded) else { break }
            points += 1
        }
        // Never 1: the pattern as a whole did not hold.
        return Double(points) / Double(segments.count + 3)
    }
}

extension RequestPattern.Segment {
    fileprivate func stands(for decoded: [UInt8]) -> Bool {
        switch self {
        case .any: true
        case .literal(let bytes): bytes == decoded
        case .glob(let pattern): pattern.matches(decoded.span, in: 0..<decoded.count)
        }
    }
}
