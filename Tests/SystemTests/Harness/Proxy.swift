// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A chaosproxy that a test started.
struct Proxy: Sendable {
    let process: Running
    let socket: String
    let configuration: String
    let seed: String
    /// Where each proxy listens, by name.
    let addresses: [String: String]

    /// Where the proxy listens that most tests have alone.
    var address: String { addresses["main"] ?? "none" }

    var url: String { "http://\(address)" }

    /// chaosctl, which has to succeed.
    @discardableResult
    func control(_ arguments: String...) async throws -> String {
        try await control(arguments)
    }

    @discardableResult
    func control(_ arguments: [String]) async throws -> String {
        let result = try await attempt(arguments)
        guard result.status == 0 else {
            throw Trouble("chaosctl \(arguments.joined(separator: " ")): \(result.errors)")
        }
        return result.output
    }

    /// chaosctl, which may fail.
    func attempt(_ arguments: [String]) async throws -> Finished {
        try await run(Programs.chaosctl, arguments, environment: ["CHAOS_SOCKET": socket])
    }

    /// A request to the admin socket, by curl.
    func admin(_ path: String, _ arguments: String...) async throws -> Finished {
        try await run(
            "curl",
            ["-sS", "--unix-socket", socket] + arguments + ["http://admin\(path)"]
        )
    }
}

extension Stage {
    /// Starts chaosproxy with one proxy, `main`, in front of the upstream.
    ///
    /// - Parameter rules: The rules, as YAML at the left margin, from `- id:` on.
    func proxy(
        _ transport: String,
        to upstream: String,
        listen: String = "127.0.0.1:0",
        rules: String = "",
        settings: String = "",
        arguments: [String] = [],
        seed: UInt64 = 1234
    ) async throws -> Proxy {
        let list = rules.isEmpty ? "rules: []" : "rules:\n\(rules)"
        return try await proxy(
            configuration: """
                version: 1
                seed: \(seed)
                proxies:
                  main:
                    listen: "\(listen)"
                    upstream: "\(upstream)"
                    protocol: \(transport)
                \(settings.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
                \(list)
                """,
            arguments: arguments
        )
    }

    /// Starts chaosproxy with a configuration, and waits until it is ready.
    ///
    /// - Parameter limit: What `ulimit` is told before it starts, such as `-n 100`.
    func proxy(
        configuration: String,
        arguments: [String] = [],
        socket: String = "admin.sock",
        file: String = "chaos.yaml",
        limit: String? = nil
    ) async throws -> Proxy {
        let file = try write(configuration, to: file)
        var command = [Programs.chaosproxy, "--config", file, "--socket", path(socket)] + arguments
        if let limit {
            command = ["/bin/sh", "-c", "ulimit \(limit); exec \"$@\"", "sh"] + command
        }
        let process = try start(command[0], Array(command.dropFirst()))
        _ = try await process.line("ready")
        let seed = try await process.line("seed ").dropFirst("seed ".count)
        var addresses: [String: String] = [:]
        for line in process.output.lines where line.hasPrefix("proxy ") {
            let words = line.split(separator: " ").map(String.init)
            addresses[words[1]] = words[3]
        }
        return Proxy(
            process: process,
            socket: path(socket),
            configuration: file,
            seed: String(seed),
            addresses: addresses
        )
    }
}
