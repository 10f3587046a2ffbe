// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// Makes rules at random over the whole language; each one is valid.
///
/// The same seed makes the same rules. What they mean is up to chance: most of them are of no use to
/// anybody, and all of them have to be taken, obeyed and released.
package struct RandomRules {
    package var numbers: SeededNumbers
    let setting: Setting
    private var made = 0

    /// What the rules are for.
    package struct Setting: Sendable {
        /// Proxies of HTTP that `proxy` may name.
        package var proxies: [String]
        /// Proxies of plain streams, named by rules that need no exchange.
        package var streams: [String]
        /// The longest time that is written, in milliseconds, from 2 on.
        package var longest: Int
        /// Whether clients, hosts, headers and the like are matched by what every request has.
        package var matchesOften: Bool

        /// Everything that can be said: times of up to 24 h, matchers of anything.
        package static let language = Setting(
            proxies: [],
            streams: [],
            longest: 86_400_000,
            matchesOften: false
        )

        package init(proxies: [String], streams: [String], longest: Int, matchesOften: Bool) {
            self.proxies = proxies
            self.streams = streams
            self.longest = longest
            self.matchesOften = matchesOften
        }
    }

    /// What a rule's faults may act on.
    enum Reach {
        /// A whole connection, from its dial on.
        case connection
        /// A stream, once it holds certain bytes.
        case stream
        /// A request and its answer.
        case exchange
        /// The answer, once it has come.
        case answer
    }

    package init(seed: UInt64, setting: Setting = .language) {
        numbers = SeededNumbers(seed: seed)
        self.setting = setting
    }

    /// The next rule, as a document.
    ///
    /// - Parameter id: `nil`: one that no other rule of this generator has.
    package mutating func rule(id: String? = nil) -> DocumentValue {
        made += 1
        let name = id ?? "rule-\(made)-\(numbers.pick(Self.marks))"
        if numbers.once(in: 12) { return refusal(name) }
        let reach = numbers.pick([Reach.connection, .stream, .exchange, .exchange, .answer])
        let limit = maybe { $0.limit() }
        return Self.object([
            "id": .string(name),
            "about": maybe { .string($0.text()) },
            "tags": maybe { .array($0.some(0...3) { .string($0.word()) }) },
            "enabled": numbers.once(in: 8) ? .bool(numbers.once(in: 2)) : nil,
            "final": numbers.once(in: 6) ? .bool(numbers.once(in: 2)) : nil,
            "x-note": numbers.once(in: 10) ? tree(depth: 2) : nil,
            "when": matcher(reach),
            "limit": limit,
            "then": .array(faults(reach, isLimited: limit != nil)),
        ])
    }

    /// A closed listener knows its proxy and its times, and nothing else.
    private mutating func refusal(_ name: String) -> DocumentValue {
        let cut = DocumentValue.object([
            .init(key: "refuse", value: Self.object(["cut": .bool(numbers.once(in: 2))]))
        ])
        return Self.object([
            "id": .string(name),
            "when": proxy(.connection).map { Self.object(["proxy": $0]) },
            "limit": maybe { random in
                Self.object([
                    "after": random.maybe { $0.time() }, "for": random.maybe { $0.time() },
                    "window": random.maybe { $0.window() },
                ])
            },
            "then": .array([numbers.once(in: 2) ? .string("refuse") : cut]),
        ])
    }

    private mutating func faults(_ reach: Reach, isLimited: Bool) -> [DocumentValue] {
        some(1...4) { random in
            random.numbers.once(in: 8) && reach != .stream && reach != .answer
                ? random.preset(reach, isLimited: isLimited) : random.fault(reach)
        }
    }

    /// Presets with a `limit` of their own are named only where the rule has none.
    private mutating func preset(_ reach: Reach, isLimited: Bool) -> DocumentValue {
        var names = ["edge", "3g", "lte", "wifi", "very-bad", "satellite", "NetworkTimeout"]
        if reach == .exchange {
            names += ["ServerError500", "RateLimitExceeded429", "DatabaseUnavailable503"]
            names += ["PartialResponse206", "AuthenticationFailure401"]
        }
        if !isLimited { names.append("doze") }
        let name = numbers.pick(names)
        return numbers.once(in: 2)
            ? .string(name) : .object([.init(key: name, value: .object([]))])
    }
}
