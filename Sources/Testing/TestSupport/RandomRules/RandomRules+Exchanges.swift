// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// The faults of HTTP exchanges, in each of their forms.
extension RandomRules {
    private static let malformations = [
        "bad-chunk-size", "missing-last-chunk", "long-length", "short-length", "duplicate-length",
        "length-and-chunked", "garbage-status", "bad-header", "huge-header", "extra-bytes",
        "wrong-version",
    ]

    mutating func exchangeFault(_ reach: Reach) -> DocumentValue {
        switch numbers.below(reach == .answer ? 5 : 8) {
        case 0: Self.item("respond", respond())
        case 1: Self.item("edit", edit(reach))
        case 2: Self.item("truncate", truncate(reach))
        case 3: Self.item("malform", malformation(reach))
        case 4: Self.item("swallow", swallow(reach))
        case 5: Self.item("repeat", .int(Int64(2 + numbers.below(setting.matchesOften ? 3 : 99))))
        case 6: Self.item("rate-limit", rateLimit())
        default: stale()
        }
    }

    private mutating func status() -> Int64 {
        numbers.once(in: 3) ? Int64(200 + numbers.below(400)) : numbers.pick([200, 404, 503, 599])
    }

    private mutating func respond() -> DocumentValue {
        let status = status()
        guard numbers.once(in: 2) else { return .int(status) }
        return Self.object([
            "status": .int(status),
            "reason": maybe { .string($0.word()) },
            "headers": maybe { .object($0.named(0...3) { $0.fieldValues() }) },
            "forward": maybe { .bool($0.numbers.once(in: 2)) },
        ]).merging(content(for: status))
    }

    private mutating func fieldValues() -> DocumentValue {
        numbers.once(in: 3) ? .array(some(1...3) { $0.fieldValue() }) : fieldValue()
    }

    /// `body`, `json`, `base64`, a template, or nothing; nothing where a status allows none.
    private mutating func content(for status: Int64?) -> DocumentValue {
        guard status != 204, status != 304 else { return .object([]) }
        switch numbers.below(6) {
        case 0: return Self.item("body", .string("line\r\n\(text())\tend\n"))
        case 1:
            let tree = Self.object(["a": tree(depth: 3)])
            return Self.item("json", tree)
        case 2: return Self.item("base64", string("", "AA==", "AAECAw==", "//79\n/Pv6"))
        case 3:
            return Self.object([
                "template": .bool(true),
                "body": string(
                    "{{request.path}}",
                    "{{{time.unix}}} {{n}}",
                    "{{#request}}{{method}}{{/request}}",
                    "{{! nothing }}",
                    "{{^none}}é{{/none}}",
                    ""
                ),
            ])
        case 4: return Self.object(["template": .bool(false), "body": .string(text())])
        default: return .object([])
        }
    }

    private mutating func edit(_ reach: Reach) -> DocumentValue {
        let request = reach == .answer || numbers.once(in: 2) ? nil : requestEdit()
        return Self.object([
            "request": request,
            "response": request == nil || numbers.once(in: 2) ? responseEdit() : nil,
            "lengths": maybe { $0.string("keep", "fix") },
        ])
    }

    private mutating func requestEdit() -> DocumentValue {
        Self.object([
            "path": string("/", "/other", "/a%20b/c", "/text/7"),
            "method": maybe { $0.string("GET", "POST", "PUT", "M-SEARCH") },
            "query": maybe { $0.fieldEdits() },
            "headers": maybe { $0.fieldEdits() },
        ]).merging(newContent(for: nil))
    }

    private mutating func responseEdit() -> DocumentValue {
        let status: Int64? = maybe { $0.status() }
        return Self.object([
            "status": status.map { .int($0) }, "headers": fieldEdits(),
        ]).merging(newContent(for: status))
    }

    private mutating func newContent(for status: Int64?) -> DocumentValue {
        guard numbers.once(in: 3), status != 204, status != 304 else {
            return content(for: status)
        }
        let patch = Self.object(["a": .int(1), "b": Self.object(["c": .string(text())])])
        return Self.item("json-merge", patch)
    }

    private mutating func fieldEdits() -> DocumentValue {
        Self.object([
            "set": .object(named(0...2) { $0.fieldText() }),
            "add": maybe { .object($0.named(0...2) { $0.fieldText() }) },
            "remove": maybe { random in
                random.numbers.once(in: 2)
                    ? .string(random.word()) : .array(random.some(1...3) { .string($0.word()) })
            },
        ])
    }

    private mutating func fieldText() -> DocumentValue { .string("v" + word()) }

    private mutating func truncate(_ reach: Reach) -> DocumentValue {
        let after = numbers.once(in: 2) ? bytes(0...10_000) : DocumentValue.string("50%")
        switch numbers.below(3) {
        case 0: return after
        case 1:
            return Self.object([
                "after": after, "lengths": .string("fix"),
                "toward": toward(reach, ["client", "server"]),
            ])
        default:
            return Self.object([
                "after": after, "then": maybe { $0.string("close", "reset", "hang") },
                "lengths": maybe { _ in .string("keep") },
                "toward": toward(reach, ["client", "server"]),
            ])
        }
    }

    private mutating func malformation(_ reach: Reach) -> DocumentValue {
        let early = reach == .answer ? [] : ["early-response"]
        return .string(numbers.pick(Self.malformations + early))
    }

    private mutating func swallow(_ reach: Reach) -> DocumentValue {
        let message = reach == .answer || numbers.once(in: 2) ? "response" : "request"
        guard numbers.once(in: 2) else { return .string(message) }
        return Self.object([
            "message": .string(message), "then": maybe { $0.string("close", "reset", "hang") },
        ])
    }

    private mutating func rateLimit() -> DocumentValue {
        Self.object([
            "quota": .int(Int64(1 + numbers.below(1_000))), "per": string("1s", "60s", "24h"),
            "key": maybe { $0.string("rule", "client", "connection", "header:X-Key") },
            "headers": maybe { $0.string("ietf", "x", "none") },
            "retry-after": maybe { $0.string("seconds", "date", "none") },
        ])
    }

    private mutating func stale() -> DocumentValue {
        switch numbers.below(3) {
        case 0: return .string("stale")
        case 1: return Self.item("stale", time())
        default:
            let stale = Self.object([
                "max-age": maybe { $0.time() }, "headers": maybe { .bool($0.numbers.once(in: 2)) },
            ])
            return Self.item("stale", stale)
        }
    }
}
