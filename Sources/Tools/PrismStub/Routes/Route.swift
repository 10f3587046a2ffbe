// SPDX-License-Identifier: Apache-2.0
package import NIOHTTP1

/// One method of one path, and what it does.
package struct Route: Sendable {
    /// How the body of a request is read before the route runs.
    package enum Intake: Sendable, Hashable {
        /// No body is expected; one that comes is read and dropped.
        case none
        /// JSON of at most `maximumJSONBytes`.
        case json
        /// Bytes of any type, at most `maximumBlockBytes`, hashed while they arrive.
        case block
    }

    package let method: HTTPMethod
    /// The path with parameters in braces, such as `/api/v1/agents/{id}`.
    package let template: String
    package let intake: Intake
    let segments: [String]
    let respond: @Sendable (Request, PrismState) throws(Refusal) -> Answer

    init(
        _ method: HTTPMethod,
        _ template: String,
        reading intake: Intake = .none,
        respond: @escaping @Sendable (Request, PrismState) throws(Refusal) -> Answer
    ) {
        self.method = method
        self.template = template
        self.intake = intake
        self.respond = respond
        segments = template.dropFirst().split(separator: "/").map(String.init)
    }

    /// The parameters when `path` fits the template; nil when it does not.
    func parameters(of path: [String]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, text) in zip(segments, path) {
            if segment.hasPrefix("{") {
                guard !text.isEmpty else { return nil }
                parameters[String(segment.dropFirst().dropLast())] = text
            } else if segment != text {
                return nil
            }
        }
        return parameters
    }
}
