// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Rules that ask who asks, and for what.
@Suite struct RequestMatchingTests {
    @Test func `cookies, expressions, lists and presence choose the requests`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: """
                    - id: cookie
                      when: { cookies: { session: "abc*", theme: [dark, light] } }
                      then: [{ respond: 401 }]
                    - id: agent
                      when: { headers: { User-Agent: '/(?i)^prism-cli\\/[01]\\./' } }
                      then: [{ respond: 426 }]
                    - id: host
                      when: { host: '/^(api|admin)-\\d+\\.example$/' }
                      then: [{ respond: 421 }]
                    - id: keyless
                      when: { request: "GET /text/{n}", headers: { X-Key: { absent: true } } }
                      then: [{ respond: 407 }]
                    """
            )
            let wire = try Wire(proxy.address)
            for (fields, status) in [
                (["Cookie: theme=dark; session=abcdef"], 401),
                (["Cookie: session=abc", "Cookie: theme=light"], 401),
                (["Cookie: session=abcdef; theme=red"], 200),
                (["Cookie: xsession=abc; theme=dark"], 200),
                (["User-Agent: PRISM-cli/1.9"], 426),
                (["User-Agent: the prism-cli/1.9"], 200),
            ] {
                let reply = try await wire.ask("/text/5", headers: ["X-Key: k"] + fields)
                #expect(reply.status == status, "\(fields)")
            }
            #expect(try await wire.ask("/text/5").status == 407)
            #expect(try await wire.ask("/take").status == 200)
            try await wire.send(
                "GET http://API-7.example/take HTTP/1.1\r\nHost: API-7.example\r\n\r\n"
            )
            #expect(try await wire.reply().status == 421)
        }
    }

    @Test func `clients are chosen by their blocks, and connections by their ordinals`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: """
                    - id: blocked
                      when: { client: [127.0.1.7, 127.0.2.0/24] }
                      then: [{ respond: 403 }]
                    - id: early
                      when: { connection: [1, 4..5] }
                      then: [{ respond: 425 }]
                    """
            )
            for (source, status) in [
                ("127.0.1.1", 425), ("127.0.1.7", 403), ("127.0.2.200", 403), ("127.0.3.7", 425),
                ("127.0.2.1", 403), ("127.0.1.8", 200),
            ] {
                let wire = try Wire(proxy.address, from: "\(source):0")
                for _ in 0..<2 { #expect(try await wire.ask("/text/5").status == status) }
            }
        }
    }

    @Test func `a cohort is the same header values always, and about its share of them`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: """
                    - id: half
                      when: { cohort: { percent: 50, of: header:X-User } }
                      then: [{ respond: 503 }]
                    """
            )
            let users = (0..<60).map { "user-\($0)" }
            var rounds: [[Int]] = []
            for _ in 0..<2 {
                let wire = try Wire(proxy.address)
                var statuses: [Int] = []
                for user in users {
                    statuses += [try await wire.ask("/text/5", headers: ["X-User: \(user)"]).status]
                }
                rounds.append(statuses)
            }
            #expect(rounds[0] == rounds[1])
            #expect((15...45).contains(rounds[0].count { $0 == 503 }))
            #expect(try await Wire(proxy.address).ask("/text/5").status == 200)
        }
    }

    @Test func `a cohort of clients follows the address, and of connections each connection`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: """
                    - id: clients
                      when: { request: GET /text/1, cohort: { percent: 50 } }
                      then: [{ respond: 503 }]
                    - id: connections
                      when: { request: GET /text/2, cohort: { percent: 50, of: connection } }
                      then: [{ respond: 503 }]
                    """
            )
            var clients: [[Int]] = []
            var connections: [Int] = []
            for _ in 0..<2 {
                var statuses: [Int] = []
                for host in 1...30 {
                    let wire = try Wire(proxy.address, from: "127.0.1.\(host):0")
                    statuses += [try await wire.ask("/text/1").status]
                    let first = try await wire.ask("/text/2").status
                    #expect(try await wire.ask("/text/2").status == first)
                    connections.append(first)
                }
                clients.append(statuses)
            }
            #expect(clients[0] == clients[1])
            #expect((5...25).contains(clients[0].count { $0 == 503 }))
            #expect((10...50).contains(connections.count { $0 == 503 }))
        }
    }

    @Test func `final stops the reading of rules behind the one that fired`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: """
                    - id: first
                      final: true
                      when: { query: { stop: yes } }
                      then: [{ edit: { response: { headers: { set: { X-First: hit } } } } }]
                    - id: second
                      then: [{ edit: { response: { headers: { set: { X-Second: hit } } } } }]
                    """
            )
            let wire = try Wire(proxy.address)
            let stopped = try await wire.ask("/text/5?stop=yes")
            #expect(stopped["x-first"] == ["hit"] && stopped["x-second"].isEmpty)
            let other = try await wire.ask("/text/5")
            #expect(other["x-first"].isEmpty && other["x-second"] == ["hit"])
        }
    }
}
