// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// The fields with which an answer tells a client what is left of its quota.
package enum RateLimitFields {
    /// The fields of one answer.
    ///
    /// Times are seconds, rounded up, so that who waits for them is not early. Retry-After comes with
    /// a refusal only.
    ///
    /// - Parameters:
    ///   - rule: names the policy (draft-ietf-httpapi-ratelimit-headers).
    ///   - wallTime: nanoseconds since 1970, for a Retry-After that is a date.
    package static func fields(
        rule: String,
        limit: RateLimit,
        quota: Quota,
        wallTime: Int64
    ) -> [Respond.Field] {
        let reset = seconds(quota.resetsIn)
        var fields: [Respond.Field] = []
        switch limit.headers {
        case .ietf:
            let name = quoted(rule)
            let window = max(1, seconds(limit.interval.nanoseconds))
            let policy = "\(name);q=\(integer(limit.quota));w=\(window)"
            let left = "\(name);r=\(integer(quota.remaining));t=\(reset)"
            fields = [field("RateLimit-Policy", policy), field("RateLimit", left)]
        case .x:
            fields = [
                field("X-RateLimit-Limit", String(limit.quota)),
                field("X-RateLimit-Remaining", String(quota.remaining)),
                field("X-RateLimit-Reset", String(reset)),
            ]
        case .none: break
        }
        guard !quota.isGranted else { return fields }
        switch limit.retryAfter {
        case .seconds: fields.append(field("Retry-After", String(reset)))
        case .date:
            let (end, overflow) = wallTime.addingReportingOverflow(max(0, quota.resetsIn))
            let (next, late) = end.addingReportingOverflow(999_999_999)
            let moment = overflow || late ? Int64.max : next
            fields.append(field("Retry-After", HTTPDate.text(at: moment)))
        case .none: break
        }
        return fields
    }

    private static func field(_ name: String, _ value: String) -> Respond.Field {
        Respond.Field(name: name, value: value)
    }

    private static func seconds(_ nanoseconds: Int64) -> Int64 {
        let (whole, rest) = max(0, nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
        return rest > 0 ? whole + 1 : whole
    }

    /// An Integer of structured fields has at most fifteen digits (RFC 9651, 3.3.1).
    private static func integer(_ value: UInt64) -> UInt64 { min(value, 999_999_999_999_999) }

    /// A String of structured fields is printable ASCII (RFC 9651, 3.3.3).
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case " "..."~": result.unicodeScalars.append(scalar)
            default: result += "_"
            }
        }
        return result + "\""
    }
}
