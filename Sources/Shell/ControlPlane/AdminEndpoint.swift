// SPDX-License-Identifier: Apache-2.0

/// A path of the admin socket, and what may be done there.
///
/// The one list of them: what is not here is answered with 404, and a test holds
/// `Documentation/openapi.json` to it.
struct AdminEndpoint: Sendable {
    /// Segments in braces stand for any one segment.
    let path: String
    /// HEAD works where GET does.
    let methods: [String]

    private let segments: [Substring]

    init(_ path: String, _ methods: String...) {
        self.path = path
        self.methods = methods
        segments = path.split(separator: "/")
    }

    static let all = [
        AdminEndpoint("/healthz", "GET"),
        AdminEndpoint("/readyz", "GET"),
        AdminEndpoint("/metrics", "GET"),
        AdminEndpoint("/v1/openapi.json", "GET"),
        AdminEndpoint("/v1/status", "GET"),
        AdminEndpoint("/v1/config", "GET", "PUT"),
        AdminEndpoint("/v1/reset", "POST"),
        AdminEndpoint("/v1/panic", "POST"),
        AdminEndpoint("/v1/unpanic", "POST"),
        AdminEndpoint("/v1/events", "GET"),
        AdminEndpoint("/v1/exchanges", "GET"),
        AdminEndpoint("/v1/exchanges/{id}", "GET"),
        AdminEndpoint("/v1/explain", "POST"),
        AdminEndpoint("/v1/wait", "POST"),
        AdminEndpoint("/v1/marks", "POST"),
        AdminEndpoint("/v1/rules", "GET", "POST"),
        AdminEndpoint("/v1/rules/{id}", "GET", "PATCH", "DELETE"),
        AdminEndpoint("/v1/rules/{id}/enable", "POST"),
        AdminEndpoint("/v1/rules/{id}/disable", "POST"),
        AdminEndpoint("/v1/rules/{id}/reset-counters", "POST"),
        AdminEndpoint("/v1/proxies", "GET", "POST"),
        AdminEndpoint("/v1/proxies/{name}", "GET", "PATCH", "DELETE"),
        AdminEndpoint("/v1/proxies/{name}/enable", "POST"),
        AdminEndpoint("/v1/proxies/{name}/disable", "POST"),
        AdminEndpoint("/v1/partitions", "GET", "POST"),
        AdminEndpoint("/v1/partitions/{id}", "GET", "PATCH", "DELETE"),
        AdminEndpoint("/v1/leases", "GET", "POST"),
        AdminEndpoint("/v1/leases/{id}", "GET", "DELETE"),
        AdminEndpoint("/v1/leases/{id}/renew", "POST"),
        AdminEndpoint("/v1/connections", "GET"),
        AdminEndpoint("/v1/connections/{id}", "DELETE"),
    ]

    static func isKnown(_ path: [String]) -> Bool { all.contains { $0.stands(for: path) } }

    private func stands(for path: [String]) -> Bool {
        guard path.count == segments.count else { return false }
        return zip(segments, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
