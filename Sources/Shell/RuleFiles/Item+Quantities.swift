// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension Item {
    func duration(_ range: ClosedRange<Duration> = .zero...Quantity.maximumDuration) -> Duration? {
        guard let text else { return missingText("a duration", "such as 200ms or 1m30s") }
        return duration(of: text, range)
    }

    /// Reads a part of this item's text, and tells at this item what is wrong with it.
    func duration(
        of text: String,
        _ range: ClosedRange<Duration> = .zero...Quantity.maximumDuration
    ) -> Duration? {
        do {
            let value = try Quantity.duration(text)
            if range.contains(value) { return value }
            badValue("`\(text)` is outside \(range.lowerBound) to \(range.upperBound)")
        } catch {
            explain(error, text, "a duration", unit: "ms", sample: "such as 200ms, 1.5s or 1m30s")
        }
        return nil
    }

    func bytes(_ range: ClosedRange<Int> = 0...Quantity.maximumBytes) -> ByteCount? {
        guard let text else { return missingText("a count of bytes", "such as 17B or 4MiB") }
        return bytes(of: text, range)
    }

    /// Reads a part of this item's text, and tells at this item what is wrong with it.
    func bytes(
        of text: String,
        _ range: ClosedRange<Int> = 0...Quantity.maximumBytes
    ) -> ByteCount? {
        do {
            let value = try Quantity.bytes(text)
            guard range.contains(value.bytes) else {
                badValue("`\(text)` is outside \(range.lowerBound)B to \(range.upperBound)B")
                return nil
            }
            return value
        } catch {
            explain(error, text, "a count of bytes", unit: "B", sample: "such as 17B or 4MiB")
            return nil
        }
    }

    func rate() -> ByteRate? {
        guard let text else { return missingText("a rate", "such as 64KB/s") }
        do {
            return try Quantity.rate(text)
        } catch {
            explain(error, text, "a rate", unit: "KB/s", sample: "such as 64KB/s or 10Mbit/s")
            return nil
        }
    }

    private func missingText<Value>(_ what: String, _ sample: String) -> Value? {
        badValue("expected \(what)", hint: sample)
        return nil
    }

    private func explain(
        _ failure: Quantity.Failure,
        _ text: String,
        _ what: String,
        unit: String,
        sample: String
    ) {
        let shown = text.prefix(60)
        switch failure {
        case .noUnit:
            badValue("`\(shown)` has no unit", hint: "did you mean \(shown)\(unit)?")
        case .malformed: badValue("`\(shown)` is not \(what)", hint: sample)
        case .negative: badValue("`\(shown)` is negative", hint: sample)
        case .tooLarge: badValue("`\(shown)` is too large", hint: sample)
        }
    }
}
