// SPDX-License-Identifier: Apache-2.0
import FaultModel

// Comparing one value with what a rule asks of it.
extension Benchmark {
    static var patterns: [Benchmark] {
        [percent, glob, expression]
    }

    private static var percent: Benchmark {
        Benchmark("percent-decoding of 60 bytes", unit: "text") {
            let text = Array(String(repeating: "caf%C3%A9-au", count: 5).utf8)
            return { units in
                var count = 0
                for _ in 0..<units { count += PercentDecoding.decoded(text)?.count ?? 0 }
                try WrongWork.check("bytes", count, is: units * 40)
                return count
            }
        }
    }

    private static var glob: Benchmark {
        Benchmark("glob in a value of 36 bytes", unit: "value") {
            let pattern = TextPattern("*-4c53-*-0f6f9b8a4d1?")
            let value = Array("7f0c2f9e-0f3b-4c53-9c0e-0f6f9b8a4d11".utf8)
            return { units in
                var found = 0
                for _ in 0..<units where pattern.matches(value.span, in: 0..<value.count) {
                    found += 1
                }
                try WrongWork.check("matches", found, is: units)
                return found
            }
        }
    }

    private static var expression: Benchmark {
        Benchmark("regular expression in 1 KiB", unit: "text", units: 100) {
            let expression = try RegularExpression(#"error: (timeout|refused) after \d+ ms"#)
            let text = Array(
                (String(repeating: "everything as usual here; ", count: 38)
                    + "error: timeout after 5000 ms, end").utf8
            )
            return { units in
                var found = 0
                for _ in 0..<units where expression.matches(text.span, in: 0..<text.count) {
                    found += 1
                }
                try WrongWork.check("matches", found, is: units)
                return found
            }
        }
    }
}
