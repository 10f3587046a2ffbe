// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// What `when` may hold.
extension RandomRules {
    mutating func matcher(_ reach: Reach) -> DocumentValue? {
        let proxy = proxy(reach)
        let isPlain = setting.matchesOften && numbers.once(in: 2)
        let members = isPlain ? [] : self.members(reach)
        let needed = reach == .stream ? [bytes()] : reach == .answer ? [response()] : []
        let all = (proxy.map { [.init(key: "proxy", value: $0)] } ?? []) + members + needed
        return all.isEmpty && numbers.once(in: 2) ? nil : .object(all)
    }

    /// A rule that needs an exchange names no proxies of streams alone.
    mutating func proxy(_ reach: Reach) -> DocumentValue? {
        let isOfExchanges = reach == .exchange || reach == .answer
        let names = setting.proxies + (isOfExchanges ? [] : setting.streams)
        return maybe { random in
            switch random.numbers.below(4) {
            case 0 where !names.isEmpty: .string(random.numbers.pick(names))
            case 1 where !names.isEmpty: .array(names.map { .string($0) })
            case 2 where !random.setting.matchesOften: .string("tag:\(random.word())")
            default: .string("*")
            }
        }
    }

    private mutating func members(_ reach: Reach) -> [DocumentValue.Member] {
        var makers: [(String, (inout RandomRules) -> DocumentValue)] = [
            ("client", { $0.client() }), ("connection", { $0.connection() }),
            ("cohort", { $0.cohort(ofHeaders: reach == .exchange || reach == .answer) }),
        ]
        if reach == .exchange || reach == .answer {
            makers += [
                ("request", { $0.oneOrMore { $0.request() } }), ("host", { $0.pattern() }),
                ("headers", { .object($0.named(1...3) { $0.pattern() }) }),
                ("query", { .object($0.named(1...3) { $0.pattern() }) }),
                ("cookies", { .object($0.named(1...3) { $0.pattern() }) }),
                ("body", { $0.body() }),
            ]
        }
        return makers.compactMap { key, make in
            numbers.once(in: 3) ? .init(key: key, value: make(&self)) : nil
        }
    }

    private mutating func oneOrMore(
        _ make: (inout RandomRules) -> DocumentValue
    ) -> DocumentValue {
        numbers.once(in: 2) ? make(&self) : .array(some(1...4, make))
    }

    private mutating func client() -> DocumentValue {
        if setting.matchesOften { return string("127.0.0.1", "127.0.0.0/8", "0.0.0.0/0") }
        return oneOrMore {
            $0.string("10.0.0.0/8", "192.0.2.1", "::1", "2001:db8::/32", "0.0.0.0/0", "fe80::1")
        }
    }

    private mutating func connection() -> DocumentValue {
        oneOrMore { random in
            let first = random.numbers.below(9) + 1
            return switch random.numbers.below(4) {
            case 0: .int(Int64(first))
            case 1: .string("\(first)..\(first + random.numbers.below(1_000))")
            default: random.string("odd", "even", "1..18446744073709551615")
            }
        }
    }

    private mutating func request() -> DocumentValue {
        if setting.matchesOften { return string("GET /**", "ANY /**", "ANY /text/*", "ANY /take") }
        let method = numbers.pick(["GET", "POST", "ANY", "M-SEARCH", "OPTIONS"])
        let steps = some(0...5) {
            $0.numbers.pick(["a", "*", "{id}", "v1", "%2F", "a*b", "a?*", "é", "", "%E2%82%AC"])
        }
        return .string("\(method) /\(steps.joined(separator: "/"))\(numbers.pick(["", "/**"]))")
    }

    /// Text, a glob, an expression, a list of those, or a test for presence.
    private mutating func pattern(depth: Int = 2) -> DocumentValue {
        switch numbers.below(depth > 0 ? 7 : 5) {
        case 0: Self.object([numbers.pick(["absent", "present"]): .bool(true)])
        case 1: string("*", "a*", "*é?", "?", "**a**", "")
        case 2:
            string(
                "/^a+$/",
                "/[0-9]{2,5}/",
                "/(a|b)*c/",
                "/\\d\\w\\s/",
                "/(?i)abc/",
                "/é./",
                "/a{0,9}b{0,9}/",
                "/^$/",
                "/[^a-z]/"
            )
        case 3: .int(Int64.random(in: .min ... .max, using: &numbers))
        case 4: .string(text())
        default: .array(some(1...3) { $0.pattern(depth: depth - 1) })
        }
    }

    private mutating func body() -> DocumentValue {
        var members = some(0...3) { random in
            let steps = random.some(0...4) {
                $0.numbers.pick(["a", "0", "~0", "~1", "é", "", "-"])
            }
            return steps.joined(separator: "/")
        }
        members = Array(Set(members)).sorted()
        return .object(
            [.init(key: "text", value: pattern())]
                + members.map { .init(key: "/\($0)", value: pattern()) }
        )
    }

    private mutating func response() -> DocumentValue.Member {
        let status = oneOrMore { $0.string("503", "5xx", "2XX", "200", "404", "599") }
        let value = Self.object([
            "status": setting.matchesOften ? .string("2xx") : status,
            "headers": setting.matchesOften
                ? nil : maybe { .object($0.named(1...2) { $0.pattern() }) },
            "body": setting.matchesOften ? nil : maybe { $0.body() },
        ])
        return .init(key: "response", value: value)
    }

    private mutating func bytes() -> DocumentValue.Member {
        let hex = some(1...16) { $0.numbers.pick(["00", "ff", "0A", "61 "]) }.joined()
        let isText = numbers.once(in: 2)
        let often = numbers.pick(["a", "GET", "\n", " "])
        let value = Self.object([
            "toward": string("client", "server"),
            "text": isText ? .string(setting.matchesOften ? often : text()) : nil,
            "hex": isText ? nil : .string(setting.matchesOften ? "61" : hex),
            "scan": maybe { $0.bytes(512...65_536) },
        ])
        return .init(key: "bytes", value: value)
    }

    private mutating func cohort(ofHeaders: Bool) -> DocumentValue {
        let keys = ["client", "connection"] + (ofHeaders ? ["header:X-User", "header: Host"] : [])
        let percent = numbers.below(101)
        return Self.object([
            "percent": numbers.once(in: 2) ? .int(Int64(percent)) : .string("\(percent)%"),
            "of": maybe { .string($0.numbers.pick(keys)) },
        ])
    }
}
