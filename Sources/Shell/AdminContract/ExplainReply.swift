// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// POST `/v1/explain`: what each rule makes of a request.
package struct ExplainReply: Codable, Equatable, Sendable {
    /// Of the rules that are explained: those of now.
    package var generation: UInt64
    package var seed: UInt64
    /// `nil` where nothing was found to explain the rule with.
    package var proxy: String?
    /// `METHOD /target`.
    package var request: String?
    /// The exchange that is explained; `nil` for a request that was only thought of.
    package var exchange: ExchangeReply?
    /// The generation that was in force when the exchange began.
    package var recordedGeneration: UInt64?
    /// Of a question about a rule: how many recent exchanges were compared with it.
    package var considered: Int?
    /// In the order in which they are read.
    package var rules: [RuleExplanation]

    package init(
        generation: UInt64,
        seed: UInt64,
        proxy: String? = nil,
        request: String? = nil,
        exchange: ExchangeReply? = nil,
        recordedGeneration: UInt64? = nil,
        considered: Int? = nil,
        rules: [RuleExplanation]
    ) {
        self.generation = generation
        self.seed = seed
        self.proxy = proxy
        self.request = request
        self.exchange = exchange
        self.recordedGeneration = recordedGeneration
        self.considered = considered
        self.rules = rules
    }

    private enum CodingKeys: String, CodingKey {
        case generation, seed, proxy, request, exchange, considered, rules
        case recordedGeneration = "recorded_generation"
    }
}

/// What one rule makes of a request, and why.
package struct RuleExplanation: Codable, Equatable, Sendable {
    package var rule: String
    /// `fires`, `may-fire`, `held-back`, `not-reached`, `not-matched`, `not-known` or `off`.
    package var verdict: String
    /// A sentence without its full stop.
    package var reason: String
    /// Why it is not in force; `nil` while it is.
    package var off: String?
    /// The key that keeps it from matching, such as `headers/X-User`; `nil` when it matches.
    package var key: String?
    /// Every key of its `when`, in the order in which they are decided.
    package var checks: [Check]
    /// What of its `limit` keeps it back, or may.
    package var limits: [Limit]
    /// What is drawn against its probability; `nil` when it is certain or cannot be drawn.
    package var toss: Double?
    /// What it would do.
    package var faults: [ExchangeReply.Fault]
    /// Of an exchange: what it did then.
    package var recorded: [ExchangeReply.Fault]?

    package struct Check: Codable, Equatable, Sendable {
        package var key: String
        /// `holds`, `fails` or `unknown`.
        package var answer: String
        /// As it was written.
        package var wanted: DocumentValue?
        /// `nil` when there was nothing of the kind, or it is not known.
        package var was: String?

        package init(key: String, answer: String, wanted: DocumentValue?, was: String?) {
            self.key = key
            self.answer = answer
            self.wanted = wanted
            self.was = was
        }
    }

    package struct Limit: Codable, Equatable, Sendable {
        /// `probability`, `skip`, `times`, `every`, ...
        package var key: String
        package var reason: String

        package init(key: String, reason: String) {
            self.key = key
            self.reason = reason
        }
    }

    package init(
        rule: String,
        verdict: String,
        reason: String,
        off: String?,
        key: String?,
        checks: [Check],
        limits: [Limit],
        toss: Double?,
        faults: [ExchangeReply.Fault],
        recorded: [ExchangeReply.Fault]?
    ) {
        self.rule = rule
        self.verdict = verdict
        self.reason = reason
        self.off = off
        self.key = key
        self.checks = checks
        self.limits = limits
        self.toss = toss
        self.faults = faults
        self.recorded = recorded
    }
}
