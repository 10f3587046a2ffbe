// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Each malformation, against curl, http.client and httpx: what the real client says.
@Suite struct MalformFaultTests {
    /// A malformation of an answer of 100 bytes, and what becomes of it at each client.
    struct Expectation: Sendable {
        let name: String
        /// curl's exit codes: more than one where its versions differ.
        let curl: [Int32]
        /// Bytes of the body that curl gets; `nil`: not looked at.
        var bytes: Int? = nil
        /// The exceptions of http.client and httpx; `nil`: a body of ``length`` bytes.
        let standard: String?
        let httpx: String?
        var length = 100
    }

    static let expectations: [Expectation] = [
        Expectation(
            name: "bad-chunk-size",
            curl: [56],
            bytes: 0,
            standard: "IncompleteRead",
            httpx: "RemoteProtocolError"
        ),
        Expectation(
            name: "missing-last-chunk",
            curl: [18],
            bytes: 100,
            standard: "IncompleteRead",
            httpx: "RemoteProtocolError"
        ),
        Expectation(
            name: "long-length",
            curl: [18],
            bytes: 100,
            standard: "IncompleteRead",
            httpx: "RemoteProtocolError"
        ),
        Expectation(
            name: "short-length",
            curl: [0],
            bytes: 99,
            standard: nil,
            httpx: nil,
            length: 99
        ),
        // http.client believes the first length; curl the second, and waits; httpx neither.
        Expectation(
            name: "duplicate-length",
            curl: [28, 8],
            standard: nil,
            httpx: "RemoteProtocolError"
        ),
        Expectation(
            name: "length-and-chunked",
            curl: [0],
            bytes: 100,
            standard: nil,
            httpx: nil
        ),
        Expectation(
            name: "garbage-status",
            curl: [1],
            standard: "BadStatusLine",
            httpx: "RemoteProtocolError"
        ),
        Expectation(
            name: "bad-header",
            curl: [8],
            standard: nil,
            httpx: "RemoteProtocolError"
        ),
        Expectation(
            name: "huge-header",
            curl: [27, 56, 100],
            standard: "LineTooLong",
            httpx: "RemoteProtocolError"
        ),
        Expectation(
            name: "extra-bytes",
            curl: [0],
            bytes: 100,
            standard: nil,
            httpx: nil
        ),
        Expectation(
            name: "wrong-version",
            curl: [1, 8],
            standard: "UnknownProtocol",
            httpx: nil
        ),
    ]

    private static func proxy(_ stage: Stage) async throws -> Proxy {
        let rules = expectations.map { Cases.rule($0.name, then: "malform: \($0.name)") }
        return try await stage.proxy(
            "http",
            to: try await stage.upstream(),
            rules: rules.joined(separator: "\n")
        )
    }

    @Test func `curl says of each malformation what it is`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage)
            for expectation in Self.expectations {
                let result = try await curl(
                    "-v",
                    "-m",
                    expectation.curl.contains(28) ? "1" : "20",
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{size_download}",
                    "\(proxy.url)/text/100?case=\(expectation.name)"
                )
                let told = "\(expectation.name): \(result.status) \(result.errors.suffix(600))"
                #expect(expectation.curl.contains(result.status), "\(told)")
                if let bytes = expectation.bytes {
                    #expect(result.output == "\(bytes)", "\(told)")
                }
            }
        }
    }

    @Test(arguments: ["http.client", "httpx"])
    func `a Python client says of each malformation what it is`(library: String) async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage)
            let heard = try await proxy.heard(by: library, Self.expectations.map(\.name))
            for expectation in Self.expectations {
                let told = try #require(heard[expectation.name])
                let error = library == "httpx" ? expectation.httpx : expectation.standard
                #expect(told.error == error, "\(told)")
                if error == nil {
                    #expect(told.status == 200 && told.length == expectation.length, "\(told)")
                }
            }
        }
    }

    @Test func `bytes that no length promised are on the wire`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage)
            let short = try Wire(proxy.address)
            try await short.send(Wire.request("GET", "/text/100?case=short-length"))
            #expect(try await short.reply().body.count == 99)
            #expect(try await short.read(1) == Data([99]))
            let extra = try Wire(proxy.address)
            try await extra.send(Wire.request("GET", "/text/100?case=extra-bytes"))
            #expect(try await extra.reply().body.count == 100)
            #expect(try await extra.read(until: "\r\n").contains("no message"))
        }
    }

    @Test func `an early response is whole, before the request's body was sent`() async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy(
                "http",
                to: upstream,
                rules: Cases.rules(["early": "malform: early-response"])
            )
            let wire = try Wire(proxy.address)
            try await wire.send(
                "POST /take?case=early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
            )
            let reply = try await wire.reply()
            #expect(reply.status >= 400 && !reply.body.isEmpty)
            #expect(reply["connection"] == ["close"])
            #expect(try await wire.readToEnd().data.isEmpty)
            let body = try stage.write(String(repeating: "a", count: 3_000_000), to: "body")
            let result = try await curl(
                "-o",
                "/dev/null",
                "-w",
                "%{http_code} %{size_upload}",
                "--expect100-timeout",
                "60",
                "--data-binary",
                "@\(body)",
                "\(proxy.url)/take?case=early"
            )
            for library in ["http.client", "httpx"] {
                let heard = try await proxy.heard(by: library, ["early"], of: "POST:/take")
                #expect(heard["early"]?.status == 413 && heard["early"]?.error == nil)
            }
            // curl stops sending when it has the answer, or is told so by a reset.
            #expect([0, 55, 56].contains(result.status), "\(result.errors)")
            #expect(result.output.split(separator: " ").last != "3000000", "\(result.output)")
            #expect(try await curl("http://\(upstream)/seen").output == "")
        }
    }

    @Test func `the answer behind a malformed one of the same connection is itself again`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage)
            for name in ["wrong-version", "huge-header", "length-and-chunked", "bad-header"] {
                let wire = try Wire(proxy.address)
                try await wire.send(Wire.request("GET", "/text/3?case=\(name)"))
                try await wire.send(Wire.request("GET", "/text/3"))
                _ = try await wire.read(until: "\r\n\r\n")
                let rest = try await wire.read(until: "HTTP/1.1 200 OK\r\n")
                #expect(!rest.isEmpty, "\(name)")
                #expect(try await wire.read(until: "\r\n\r\n").contains("Content-Length: 3\r\n"))
            }
        }
    }
}
