// SPDX-License-Identifier: Apache-2.0
import Testing

/// A request, what is asked before it, and the status of its answer.
struct Exchange: Sendable, CustomTestStringConvertible {
    var method: String
    /// As it is documented.
    var path: String
    var target: String
    var body: String?
    var status = 200
    var before: [(String, String, String?)] = []

    var testDescription: String { "\(method) \(target) \(status)" }

    init(
        _ method: String,
        _ path: String,
        _ target: String? = nil,
        _ body: String? = nil,
        _ status: Int = 200,
        before: [(String, String, String?)] = []
    ) {
        self.method = method
        self.path = path
        self.target = target ?? path
        self.body = body
        self.status = status
        self.before = before
    }

    static let document = """
        version: 1
        proxies:
          prism:
            listen: "127.0.0.1:0"
            upstream: "127.0.0.1:8080"
            protocol: http
            tags: [x]
            request-faults: { secret: 0f8a6c1e5b7d4239, budget: { requests: 1000 } }
          raw: { listen: "127.0.0.1:0", upstream: "127.0.0.1:8081", protocol: auto }
        rules:
          - { id: a, about: An a., then: [hang], limit: { times: 3, for: 10s } }
          - { id: storm, then: [hang], limit: { window: { on: 5s, every: 30s } } }
          - { id: late, then: [hang], limit: { after: 5s, budget: { requests: 2 } } }
        """

    private static let imagined = """
        {"request": {"url": "http://prism/a", "headers": {"A": "b", "C": ["d"]}}, "connection": 1,
        "unit": 0}
        """
    private static let rule = #"{"id": "b", "then": ["hang"]}"#
    private static let proxy = #"{"name": "q", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1"}"#
    private static let cut = #"{"id": "p", "groups": [["client"], ["prism"]], "for": "30s"}"#
    private static let lease = ("POST", "/v1/leases", Optional(#"{"ttl": "30s"}"#))
    private static let parted = ("POST", "/v1/partitions", Optional(cut))
    private static let whole = #"{"version": 1, "proxies": {}, "rules": []}"#

    static let samples: [Exchange] = [
        Exchange("GET", "/healthz"), Exchange("GET", "/readyz"), Exchange("GET", "/metrics"),
        Exchange("GET", "/v1/openapi.json"),
        Exchange("GET", "/v1/status"), Exchange("GET", "/v1/status", "/v1/status?x=1", nil, 400),
        Exchange("GET", "/v1/config"), Exchange("PUT", "/v1/config", nil, whole),
        Exchange("PUT", "/v1/config", "/v1/config?validate-only", whole),
        Exchange("PUT", "/v1/config", nil, #"{"version": 2}"#, 422),
        Exchange("POST", "/v1/reset"), Exchange("POST", "/v1/panic"),
        Exchange("POST", "/v1/unpanic", before: [("POST", "/v1/panic", nil)]),
        Exchange("POST", "/v1/marks", nil, #"{"name": "n", "data": [1]}"#, 201),
        Exchange("GET", "/v1/exchanges"),
        Exchange("GET", "/v1/exchanges", "/v1/exchanges?status=6xx&limit=0", nil, 400),
        Exchange("GET", "/v1/exchanges/{id}", "/v1/exchanges/17.0"),
        Exchange("GET", "/v1/exchanges/{id}", "/v1/exchanges/17.1"),
        Exchange("GET", "/v1/exchanges/{id}", "/v1/exchanges/1.0", nil, 404),
        Exchange("POST", "/v1/explain", nil, imagined),
        Exchange("POST", "/v1/explain", nil, #"{"exchange": "17.0"}"#),
        Exchange("POST", "/v1/explain", nil, #"{"rule": "late"}"#),
        Exchange("POST", "/v1/explain", nil, #"{"request": {}}"#, 422),
        Exchange("POST", "/v1/wait", nil, #"{"for": {"ready": true}}"#),
        Exchange("POST", "/v1/wait", nil, #"{"for": {"rule": "a", "fired": 0}}"#),
        Exchange("POST", "/v1/wait", nil, #"{"for": {"rule": "none", "fired": 1}}"#, 404),
        Exchange("GET", "/v1/rules"), Exchange("POST", "/v1/rules", nil, rule, 201),
        Exchange("POST", "/v1/rules", nil, #"{"id": "b", "thne": []}"#, 422),
        Exchange("GET", "/v1/rules/{id}", "/v1/rules/a"),
        Exchange("GET", "/v1/rules/{id}", "/v1/rules/storm"),
        Exchange("GET", "/v1/rules/{id}", "/v1/rules/none", nil, 404),
        Exchange("PATCH", "/v1/rules/{id}", "/v1/rules/a", #"{"about": null}"#),
        Exchange("DELETE", "/v1/rules/{id}", "/v1/rules/a"),
        Exchange("POST", "/v1/rules/{id}/enable", "/v1/rules/a/enable?for=5s"),
        Exchange("POST", "/v1/rules/{id}/disable", "/v1/rules/a/disable"),
        Exchange("POST", "/v1/rules/{id}/reset-counters", "/v1/rules/a/reset-counters"),
        Exchange("GET", "/v1/proxies"), Exchange("POST", "/v1/proxies", nil, proxy, 201),
        Exchange("GET", "/v1/proxies/{name}", "/v1/proxies/prism"),
        Exchange("PATCH", "/v1/proxies/{name}", "/v1/proxies/prism", #"{"tags": []}"#),
        Exchange("DELETE", "/v1/proxies/{name}", "/v1/proxies/prism"),
        Exchange("POST", "/v1/proxies/{name}/enable", "/v1/proxies/prism/enable"),
        Exchange("POST", "/v1/proxies/{name}/disable", "/v1/proxies/prism/disable"),
        Exchange("GET", "/v1/partitions", before: [parted]),
        Exchange("POST", "/v1/partitions", nil, cut, 201),
        Exchange("GET", "/v1/partitions/{id}", "/v1/partitions/p", before: [parted]),
        Exchange("PATCH", "/v1/partitions/{id}", "/v1/partitions/p", "{}", before: [parted]),
        Exchange("DELETE", "/v1/partitions/{id}", "/v1/partitions/p", before: [parted]),
        Exchange("GET", "/v1/leases", before: [lease]),
        Exchange("POST", "/v1/leases", nil, #"{"ttl": "30s"}"#, 201),
        Exchange("GET", "/v1/leases/{id}", "/v1/leases/LEASE", before: [lease]),
        Exchange("DELETE", "/v1/leases/{id}", "/v1/leases/LEASE", before: [lease]),
        Exchange("POST", "/v1/leases/{id}/renew", "/v1/leases/LEASE/renew", before: [lease]),
        Exchange("GET", "/v1/connections"),
        Exchange("DELETE", "/v1/connections/{id}", "/v1/connections/1?how=fin", nil, 204),
        Exchange("DELETE", "/v1/connections/{id}", "/v1/connections/2", nil, 404),
    ]
}
