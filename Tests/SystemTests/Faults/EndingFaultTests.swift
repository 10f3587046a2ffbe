// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Faults that end a connection or leave it silent, as a client of the real proxy sees them.
@Suite struct EndingFaultTests {
    /// curl's own codes: CURLE_RECV_ERROR and so on.
    private enum Code {
        static let partialFile: Int32 = 18
        static let timedOut: Int32 = 28
        static let emptyReply: Int32 = 52
        static let receiveError: Int32 = 56
    }

    @Test func `reset is a reset for curl, on a new connection`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            try await proxy.control("fault", "main", "reset")
            let result = try await curl("\(proxy.url)/text/5")
            #expect(result.status == Code.receiveError)
            #expect(result.errors.contains("reset by peer"))
        }
    }

    @Test func `reset is a reset for a keep-alive connection that already lives`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            let wire = try Wire(proxy.address)
            #expect(try await wire.get("/text/5").hasSuffix("\u{0}\u{1}\u{2}\u{3}\u{4}"))
            try await proxy.control("fault", "main", "reset")
            try await wire.send("GET /text/5 HTTP/1.1\r\nHost: a\r\n\r\n")
            let (data, ending) = try await wire.readToEnd()
            #expect(data.isEmpty && ending == .reset)
        }
    }

    @Test func `reset is a reset for a tcp stream that already lives`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "tcp",
                to: try await stage.upstream(),
                listen: "[::1]:0"
            )
            let wire = try Wire(proxy.address)
            try await wire.send("GET /gate/never HTTP/1.1\r\n")
            _ = try await proxy.events { $0.contains { $0.event == "opened" } }
            try await proxy.control("fault", "main", "reset")
            let (data, ending) = try await wire.readToEnd()
            #expect(data.isEmpty && ending == .reset)
        }
    }

    @Test func `close ends the connection in order and without an answer`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            try await proxy.control("fault", "main", "close")
            #expect(try await curl("\(proxy.url)/text/5").status == Code.emptyReply)
            #expect(
                try await curl("-o", "/dev/null", "\(proxy.url)/seen").status == Code.emptyReply
            )
        }
    }

    @Test(arguments: ["close", "reset"])
    func `an ending after 100 bytes lets exactly those 100 bytes through`(
        fault: String
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            try await proxy.control("fault", "main", fault, "--after", "100B")
            let wire = try Wire(proxy.address)
            try await wire.send("GET /text/1000 HTTP/1.1\r\nHost: a\r\n\r\n")
            let (data, ending) = try await wire.readToEnd()
            #expect(ending == (fault == "close" ? .end : .reset))
            // A reset overtakes what its client has not read yet.
            #expect(fault == "close" ? data.count == 100 : data.count <= 100)
            #expect(data.isEmpty || data.starts(with: Data("HTTP/1.1 200 OK".utf8)))
        }
    }

    @Test func `hang leaves curl to its own time limit`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            try await proxy.control("fault", "main", "hang")
            let result = try await curl("-m", "1", "\(proxy.url)/text/5")
            #expect(result.status == Code.timedOut)
            #expect(result.data.isEmpty)
        }
    }

    @Test func `promise 4: a hung request is answered when its rule is removed`() async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy("http", to: upstream)
            try await proxy.control("fault", "main", "hang", "--id", "stuck")
            async let answer = curl("-w", "%{http_code}", "-o", "/dev/null", "\(proxy.url)/text/5")
            _ = try await proxy.events { $0.contains { $0.fault == "hang" } }
            #expect(try await curl("http://\(upstream)/seen").output == "")
            try await proxy.control("rule", "remove", "stuck")
            let result = try await answer
            #expect(result.status == 0 && result.output == "200")
        }
    }

    @Test func `hang for a time closes at its end, and not before`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            try await proxy.control("fault", "main", "hang", "400ms")
            let wire = try Wire(proxy.address)
            let (time, result) = try await ContinuousClock().timed {
                try await wire.send("GET /text/5 HTTP/1.1\r\nHost: a\r\n\r\n")
                return try await wire.readToEnd()
            }
            #expect(result.data.isEmpty && result.ending == .end)
            #expect(time >= .milliseconds(400))
        }
    }

    @Test(arguments: [("50%", 500), ("17B", 17), ("0B", 0)])
    func `truncate promises the whole and delivers a part`(
        after: String,
        expected: Int
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            try await proxy.control("fault", "main", "truncate", after)
            let result = try await curl(
                "-o",
                "/dev/null",
                "-D",
                "-",
                "-w",
                "%{size_download} bytes",
                "\(proxy.url)/text/1000"
            )
            #expect(result.status == Code.partialFile)
            #expect(result.output.contains("Content-Length: 1000\r\n"))
            #expect(result.output.hasSuffix("\r\n\(expected) bytes"))
        }
    }
}
