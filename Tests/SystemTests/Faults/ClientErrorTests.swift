// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What client libraries make of faults: the exception that a program has to be ready for.
@Suite struct ClientErrorTests {
    /// A fault, and what each library raises.
    struct Expectation: Sendable {
        let name: String
        let fault: String
        let standard: String?
        let httpx: String?
    }

    static let expectations = [
        Expectation(
            name: "reset",
            fault: "reset",
            standard: "ConnectionResetError",
            httpx: "ReadError"
        ),
        Expectation(
            name: "close",
            fault: "close",
            standard: "RemoteDisconnected",
            httpx: "RemoteProtocolError"
        ),
        Expectation(
            name: "truncate",
            fault: "truncate: 50%",
            standard: "IncompleteRead",
            httpx: "RemoteProtocolError"
        ),
        Expectation(
            name: "fixed",
            fault: "truncate: { after: 50%, lengths: fix }",
            standard: nil,
            httpx: nil
        ),
        Expectation(
            name: "request-lost",
            fault: "swallow: { message: request, then: close }",
            standard: "RemoteDisconnected",
            httpx: "RemoteProtocolError"
        ),
        Expectation(
            name: "response-lost",
            fault: "swallow: { message: response, then: reset }",
            standard: "ConnectionResetError",
            httpx: "ReadError"
        ),
    ]

    @Test(arguments: ["http.client", "httpx"])
    func `a Python client raises what an ending deserves`(library: String) async throws {
        try await Stage.with { stage in
            let rules = Self.expectations.map { Cases.rule($0.name, then: $0.fault) }
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: rules.joined(separator: "\n")
            )
            let heard = try await proxy.heard(by: library, Self.expectations.map(\.name))
            for expectation in Self.expectations {
                let told = try #require(heard[expectation.name])
                let error = library == "httpx" ? expectation.httpx : expectation.standard
                #expect(told.error == error, "\(told)")
                if error == nil { #expect(told.status == 200 && told.length == 50) }
            }
        }
    }

    @Test(arguments: [("http.client", "TimeoutError"), ("httpx", "ReadTimeout")])
    func `a Python client runs into its own time limit when nothing comes`(
        library: String,
        error: String
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: Cases.rules([
                    "hang": "hang", "stall": "stall",
                    "lost": "swallow: response", "half": "truncate: { after: 5B, then: hang }",
                ])
            )
            let cases = ["hang", "stall", "lost", "half"]
            let heard = try await proxy.heard(by: library, cases, patience: 1)
            for name in cases { #expect(heard[name]?.error == error, "\(name)") }
        }
    }

    @Test(arguments: [("http.client", "ConnectionRefusedError"), ("httpx", "ConnectError")])
    func `a Python client is refused by a proxy that refuses`(
        library: String,
        error: String
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: "- { id: away, enabled: false, then: [refuse] }"
            )
            try await proxy.control("rule", "enable", "away")
            #expect(try await proxy.heard(by: library, ["any"])["any"]?.error == error)
            try await proxy.control("rule", "remove", "away")
            #expect(try await proxy.heard(by: library, ["any"])["any"]?.length == 100)
        }
    }
}
