// SPDX-License-Identifier: Apache-2.0

/// The content of a message as far as it was kept for rules, and the JSON that it is.
package struct ContentFacts: Sendable {
    package let bytes: [UInt8]
    /// `nil` where the bytes are not, or not all of, a JSON document.
    package let json: JSONTree?

    /// - Parameter bytes: decoded of any content coding; at most `limits.body-limit`.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        json = try? JSONTreeReader.read(bytes)
    }
}

extension BodyPattern {
    package func holds(for content: ContentFacts) -> Bool {
        switch self {
        case .text(let pattern):
            return pattern.holds(for: 0..<content.bytes.count, in: content.bytes.span)
        case .value(let pointer, let pattern):
            guard let value = content.json?.value(at: pointer) else {
                // A document that cannot be read lacks nothing that is known.
                return content.json != nil && pattern.holds(for: nil, in: content.bytes.span)
            }
            let text = Array(value.comparedText.utf8)
            return pattern.holds(for: 0..<text.count, in: text.span)
        }
    }
}

/// What the moment adds to a decision: whatever is not the request's own.
package struct Circumstances: Sendable {
    /// The time of the run, in nanoseconds.
    package var now: Int64
    /// What `stale` rules remember; `nil` where nothing is.
    package var memory: (any AnswerMemory)?

    package init(now: Int64, memory: (any AnswerMemory)? = nil) {
        self.now = now
        self.memory = memory
    }
}

/// The good answers that `stale` rules remember; kept by the shell, and bounded there.
package protocol AnswerMemory: AnyObject, Sendable {
    /// The last good answer to the request, unless it is older than `maxAge`.
    ///
    /// - Parameters:
    ///   - key: Names the request: its host and target.
    ///   - now: The time of the run, in nanoseconds.
    func answer(of rule: String, to key: [UInt8], maxAge: Duration?, at now: Int64) -> KeptAnswer?

    /// Keeps an answer in place of the last; one that is too large is not kept.
    func keep(_ answer: KeptAnswer, for rule: String, to key: [UInt8])
}

/// A whole response as it came, and when.
package struct KeptAnswer: Sendable {
    /// Head and body, with the framing they came in.
    package let bytes: [UInt8]
    package let headLength: Int
    /// The time of the run, in nanoseconds.
    package let received: Int64

    package init(bytes: [UInt8], headLength: Int, received: Int64) {
        self.bytes = bytes
        self.headLength = headLength
        self.received = received
    }
}
