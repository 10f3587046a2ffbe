// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

/// Finds the route of a request, and carries it out.
package struct RouteTable: Sendable {
    package static let eventsPath = ["api", "v1", "events"]

    package let routes: [Route] =
        Route.agents + Route.tasks + Route.swarms + Route.network + Route.storage + Route.sync
        + Route.consensus + Route.system

    package init() {}

    /// The route of a request, which then carries its path parameters.
    ///
    /// A HEAD request takes the GET route; its answer is sent without the body.
    ///
    /// - Throws: 404 for an unknown path; 405 with `Allow` for a known path and another method.
    package func route(for request: inout Request) throws(Refusal) -> Route {
        let method = request.method == .HEAD ? .GET : request.method
        var allowed: [String] = []
        for route in routes {
            guard let parameters = route.parameters(of: request.target.segments) else { continue }
            if route.method == method {
                request.parameters = parameters
                return route
            }
            allowed.append(route.method.rawValue)
        }
        guard !allowed.isEmpty else {
            throw Refusal(.notFound, "no_such_route", "There is nothing at this path.")
        }
        if allowed.contains("GET") { allowed.append("HEAD") }
        let list = allowed.sorted().joined(separator: ", ")
        throw Refusal(
            .methodNotAllowed,
            "method_not_allowed",
            "\(request.method.rawValue) is not possible here. Use \(list)."
        ).with("Allow", list)
    }

    /// Checks what the head of a request says about its body, before the body is read.
    package func check(
        _ request: Request,
        for route: Route,
        in state: PrismState
    ) throws(Refusal) {
        let declared = request.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        switch route.intake {
        case .none, .json:
            guard declared <= state.bounds.maximumJSONBytes else {
                throw .tooLarge("body", "maximumJSONBytes", state.bounds.maximumJSONBytes)
            }
            guard route.intake == .json, !request.isJSON else { return }
            throw Refusal(
                .unsupportedMediaType,
                "unsupported_media_type",
                "Send JSON, with 'Content-Type: application/json'."
            )
        case .block:
            guard declared <= state.bounds.maximumBlockBytes else {
                throw .tooLarge("block", "maximumBlockBytes", state.bounds.maximumBlockBytes)
            }
            try state.snapshot.blocks.admit(byteCount: declared)
        }
    }
}

extension Request {
    /// `application/json`, or a type that is written as JSON such as `application/merge-patch+json`.
    fileprivate var isJSON: Bool {
        guard let field = headers.first(name: "content-type") else { return false }
        let type = field.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        return type == "application/json" || type.hasSuffix("+json")
    }
}
