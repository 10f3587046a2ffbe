// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Services that are absent, slow or rude: the client is told, the log says why, others go on.
@Suite struct UpstreamInputTests {
    @Test(arguments: ["502", "reset", "close"])
    func `an absent service is what on-upstream-failure says`(ending: String) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: "unix:\(stage.path("absent.sock"))",
                settings: "on-upstream-failure: \(ending)"
            )
            let wire = try Wire(proxy.address)
            try await wire.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
            if ending == "502" {
                let answer = try await wire.answer()
                #expect(answer.hasPrefix("HTTP/1.1 502 ") && answer.contains("absent.sock"))
                #expect(try await wire.get("/again").hasPrefix("HTTP/1.1 502 "))
            } else {
                let (data, how) = try await wire.readToEnd()
                #expect(data.isEmpty && how == (ending == "reset" ? .reset : .end))
            }
            let log = try await proxy.events { $0.contains { $0.code == "upstream.unreachable" } }
            let notice = log.first { $0.code == "upstream.unreachable" }
            #expect(notice?.message?.contains("absent.sock") == true)
        }
    }

    @Test func `a stream whose service is absent is reset before a byte of it is sent`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("tcp", to: "unix:\(stage.path("absent.sock"))")
            #expect(try await Wire.isReset(proxy.address))
            _ = try await proxy.events { events in
                events.contains {
                    $0.code == "upstream.unreachable"
                        && $0.message?.contains("absent.sock") == true
                }
            }
        }
    }

    @Test func `the next upstream of the list answers for one that is absent`() async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy(
                configuration: """
                    version: 1
                    proxies:
                      main:
                        listen: 127.0.0.1:0
                        upstream: ["unix:\(stage.path("absent.sock"))", "\(upstream)"]
                        protocol: http
                    """
            )
            #expect(try await curl("\(proxy.url)/text/5").data.count == 5)
        }
    }

    @Test func `a service that does not accept is given up after connect-timeout`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream("upstream.py", "full"),
                settings: "limits: { connect-timeout: 300ms }"
            )
            let (time, result) = try await ContinuousClock().timed {
                try await curl("-w", "%{http_code}", "-o", "/dev/null", "\(proxy.url)/a")
            }
            #expect(result.output == "502" && time >= .milliseconds(300))
        }
    }

    @Test func `promise 1: a reset of the service is a reset for the client`() async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy("http", to: upstream)
            let result = try await curl("\(proxy.url)/reset")
            #expect(result.status == 56 && result.errors.contains("reset by peer"))

            let wire = try Wire(proxy.address)
            try await wire.send("GET /reset-half/go HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await wire.read(until: "first")
            _ = try await curl("http://\(upstream)/open/go")
            let (data, ending) = try await wire.readToEnd()
            #expect(data.isEmpty && ending == .reset)
            #expect(try await curl("\(proxy.url)/text/5").data.count == 5)
        }
    }

    @Test func `promise 1: a reset of the client is a reset for the service`() async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy("http", to: upstream)
            let wire = try Wire(proxy.address)
            try await wire.send(
                "POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nnot a hundred"
            )
            _ = try await proxy.settled {
                try await curl("http://\(upstream)/seen").output
            } where: {
                $0 == "POST /take HTTP/1.1\n"
            }
            wire.reset()
            let log = try await proxy.events { $0.contains { $0.event == "closed" } }
            #expect(log.first { $0.kind == "xchg" }?.outcome == "abandoned")
            #expect(try await curl("\(proxy.url)/text/5").data.count == 5)
        }
    }
}
