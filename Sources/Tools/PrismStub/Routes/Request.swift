// SPDX-License-Identifier: Apache-2.0
package import NIOCore
package import NIOHTTP1

/// One request, with its target taken apart and its body read.
package struct Request: Sendable {
    package let method: HTTPMethod
    package let target: RequestTarget
    package let headers: HTTPHeaders
    package var body = ReceivedBody()
    var parameters: [String: String] = [:]

    package init(_ head: HTTPRequestHead) throws(Refusal) {
        method = head.method
        target = try RequestTarget(parsing: head.uri)
        headers = head.headers
    }

    func parameter(_ name: String) -> String { parameters[name] ?? "" }

    func json() throws(Refusal) -> JSONValue {
        try JSONValue(parsing: body.bytes.readableBytesView)
    }

    /// A whole number from the query, or `fallback` when it is absent.
    func number(
        _ name: String,
        in range: ClosedRange<Int>,
        else fallback: Int
    ) throws(Refusal) -> Int {
        guard let text = target.query[name] else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            throw Refusal(
                .badRequest,
                "invalid_query",
                "Query '\(name)' must be a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound)."
            )
        }
        return number
    }

    func page(maximum: Int) throws(Refusal) -> Page {
        Page(
            offset: try number("offset", in: 0...Int(Int32.max), else: 0),
            limit: try number("limit", in: 0...maximum, else: maximum)
        )
    }
}

/// A body as it arrived, with its name as a block when the route asked for one.
package struct ReceivedBody: Sendable {
    package var bytes = ByteBuffer()
    package var sha256: String?

    package init() {}
}
