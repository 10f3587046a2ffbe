// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// What `limit` may hold.
extension RandomRules {
    mutating func limit() -> DocumentValue {
        Self.object([
            "probability": often { $0.share(from: 10) },
            "skip": often { $0.count(from: 0) },
            "times": often { $0.count(from: 1) },
            "every": often { $0.count(from: 1) },
            "per": often { $0.string("rule", "connection", "client", "header:X-Tenant") },
            "after": often { $0.time() },
            "for": often { $0.time() },
            "window": often { $0.window() },
            "concurrent": often { $0.count(from: 1) },
            "budget": often { $0.budget() },
        ]).merging(ramp())
    }

    /// Once in four.
    private mutating func often(_ make: (inout RandomRules) -> DocumentValue) -> DocumentValue? {
        numbers.once(in: 4) ? make(&self) : nil
    }

    private mutating func count(from least: Int) -> DocumentValue {
        if !setting.matchesOften, numbers.once(in: 4) { return .int(.max) }
        return .int(Int64(least + numbers.below(5)))
    }

    /// Open for at least 100 ms, and shorter than it comes again.
    mutating func window() -> DocumentValue {
        let on = min(milliseconds(from: 100), 86_000_000)
        return Self.object([
            "on": .string(written(on)),
            "every": .string(written(on + 100 + numbers.below(1_000))),
        ])
    }

    /// From a probability to another.
    private mutating func ramp() -> DocumentValue {
        guard numbers.once(in: 5) else { return .object([]) }
        return Self.object([
            "probability": .string("\(numbers.below(40))%"),
            "ramp": Self.object([
                "to": .string("\(41 + numbers.below(60))%"), "over": time(),
            ]),
        ])
    }

    private mutating func budget() -> DocumentValue {
        Self.object([
            "requests": .int(Int64(1 + numbers.below(1_000))),
            "clients": maybe { .int(Int64(1 + $0.numbers.below(10_000))) },
            "connections": maybe { .int(Int64(1 + $0.numbers.below(10_000))) },
            "bytes": maybe { $0.bytes(1...1 << 40) },
        ])
    }
}
