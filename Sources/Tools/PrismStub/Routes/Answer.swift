// SPDX-License-Identifier: Apache-2.0
package import NIOCore
package import NIOHTTP1

/// What goes back to the client.
package struct Answer: Sendable {
    package enum Body: Sendable {
        case none
        /// Bytes of known length; large ones are sent piece by piece as the client takes them.
        case bytes(ByteBuffer)
        /// Pieces of a body whose length is not known: the n-th one, or nil after the last.
        case pieces(@Sendable (_ index: Int) -> ByteBuffer?)
    }

    package var status: HTTPResponseStatus
    package var headers = HTTPHeaders()
    package var body: Body

    init(_ status: HTTPResponseStatus, body: Body) {
        self.status = status
        self.body = body
    }

    static func json(_ value: JSONValue, _ status: HTTPResponseStatus = .ok) -> Answer {
        Answer(status, body: .bytes(ByteBuffer(string: value.text + "\n")))
            .with("Content-Type", "application/json")
    }

    static func text(_ text: String, type: String) -> Answer {
        Answer(.ok, body: .bytes(ByteBuffer(string: text))).with("Content-Type", type)
    }

    static let noContent = Answer(.noContent, body: .none)

    init(_ refusal: Refusal) {
        self = Answer.json(refusal.body, refusal.status)
        for header in refusal.headers { headers.add(name: header.name, value: header.value) }
    }

    func with(_ name: String, _ value: String) -> Answer {
        var copy = self
        copy.headers.replaceOrAdd(name: name, value: value)
        return copy
    }
}
