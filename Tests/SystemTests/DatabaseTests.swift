// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Databases and their own clients through a tcp proxy, on sessions that are already open.
@Suite(.serialized) struct DatabaseTests {
    @Test func `redis-cli is slowed on an open session, and freed while a reply is held`()
        async throws
    {
        try await Stage.with { stage in
            let socket = try await redis(on: stage)
            let proxy = try await stage.proxy("tcp", to: "unix:\(socket)")
            let port = try #require(proxy.address.split(separator: ":").last)
            let session = try stage.start(
                try Programs.installed("redis-cli"),
                ["-h", "127.0.0.1", "-p", String(port)]
            )
            try session.write("set word open\n")
            #expect(try await session.line("OK") == "OK")
            try await proxy.control("fault", "main", "delay", "1500ms")
            let (slow, word) = try await ContinuousClock().timed {
                try session.write("get word\n")
                return try await session.line("open")
            }
            #expect(word == "open" && slow >= .milliseconds(1_500))
            try await proxy.control("reset")

            try await proxy.control("fault", "main", "delay", "1h")
            try session.write("incrby counter 41\n")
            // The service has done it, so its reply is on its way, and held.
            _ = try await proxy.settled {
                try await run("redis-cli", ["-s", socket, "get", "counter"]).output
            } where: {
                $0 == "41\n"
            }
            #expect(!session.output.text.contains("41"))
            try await proxy.control("reset")
            #expect(try await session.line("41") == "41")
            try session.write("get word\n")
            #expect(try await session.line("open", from: 3) == "open")
            #expect(try await proxy.events().count { $0.event == "opened" } == 1)
        }
    }

    @Test func `redis-benchmark runs through the proxy without an error`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("tcp", to: "unix:\(try await redis(on: stage))")
            let port = try #require(proxy.address.split(separator: ":").last)
            let result = try await run(
                "redis-benchmark",
                [
                    "-h", "127.0.0.1", "-p", String(port), "-n", "3000", "-c", "20", "-P", "4",
                    "-d", "1000", "-t", "set,get,lpush,lrange_100", "--csv",
                ],
                within: .seconds(60)
            )
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.split(separator: "\n").count >= 5)
            #expect(!result.output.contains("rror"))
        }
    }

    @Test func `psql is slowed on an open session, and freed while a reply is held`() async throws {
        try await Stage.with { stage in
            let server = try await Postgres(on: stage)
            let proxy = try await stage.proxy("tcp", to: "unix:\(server.socket)")
            let port = try #require(proxy.address.split(separator: ":").last)
            let session = try stage.start(
                try Programs.installed("psql"),
                ["-XAtq", "-h", "127.0.0.1", "-p", String(port), "-U", "tester", "postgres"]
            )
            try session.write("create table marks (mark int); select 'open';\n")
            #expect(try await session.line("open") == "open")
            try await proxy.control("fault", "main", "delay", "1500ms")
            let (slow, word) = try await ContinuousClock().timed {
                try session.write("select 'slow';\n")
                return try await session.line("slow")
            }
            #expect(word == "slow" && slow >= .milliseconds(1_500))
            try await proxy.control("reset")

            try await proxy.control("fault", "main", "delay", "1h")
            try session.write("insert into marks values (7) returning 'held';\n")
            _ = try await proxy.settled {
                try await server.query("select mark from marks")
            } where: {
                $0 == "7\n"
            }
            #expect(!session.output.text.contains("held"))
            try await proxy.control("reset")
            #expect(try await session.line("held") == "held")
            try session.write("select 'fast';\n")
            #expect(try await session.line("fast") == "fast")
            #expect(try await proxy.events().count { $0.event == "opened" } == 1)
        }
    }

    /// Starts Redis on a Unix socket alone; gives the socket.
    private func redis(on stage: Stage) async throws -> String {
        let socket = stage.path("redis.sock")
        let server = try stage.start(
            try Programs.installed("redis-server"),
            [
                "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no",
                "--dir", stage.folder.path, "--daemonize", "no",
            ]
        )
        try await server.says("eady to accept connections")
        return socket
    }
}

/// A PostgreSQL of a test's own, on a Unix socket alone.
private struct Postgres {
    let socket: String
    private let folder: String

    init(on stage: Stage) async throws {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql"))
        let folders = (versions ?? []).sorted().reversed().map { "/usr/lib/postgresql/\($0)/bin" }
        let data = stage.path("data")
        folder = stage.folder.path
        socket = stage.path(".s.PGSQL.5432")
        // PostgreSQL refuses to run as root; setpriv becomes the program, so its pid is the server's.
        let drop = ["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        let isRoot = geteuid() == 0
        func words(_ name: String, _ arguments: [String]) throws -> (String, [String]) {
            let program = try Programs.installed(name, alsoBelow: folders)
            guard isRoot else { return (program, arguments) }
            return (try Programs.installed("setpriv"), drop + [program] + arguments)
        }
        if isRoot {
            let owned = try await run("chown", ["postgres", folder])
            guard owned.status == 0 else { throw Trouble(owned.errors) }
        }
        let (make, makeArguments) = try words(
            "initdb",
            ["-D", data, "-A", "trust", "-U", "tester", "-E", "UTF8", "-N"]
        )
        let made = try await run(make, makeArguments, in: stage.folder, within: .seconds(60))
        guard made.status == 0 else { throw Trouble("initdb: \(made.errors)") }
        let (serve, arguments) = try words(
            "postgres",
            ["-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        )
        // SIGINT ends it at once, with its sessions.
        let server = try stage.start(serve, arguments, endingBy: SIGINT)
        _ = try await server.complaint("ready to accept connections")
    }

    func query(_ text: String) async throws -> String {
        try await run("psql", ["-XAtq", "-h", folder, "-U", "tester", "-c", text, "postgres"])
            .output
    }
}
