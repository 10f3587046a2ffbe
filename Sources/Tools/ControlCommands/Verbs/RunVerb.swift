// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import ArgumentParser
import FaultModel
import Foundation
import RuleFiles

struct RunVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a command behind a proxy of its own, and say what the rules did.",
        discussion: """
            Starts chaosproxy with the file, every TCP proxy at a free port, and runs the command \
            with CHAOS_<PROXY>_URL, CHAOS_<PROXY>_ADDRESS and CHAOS_SOCKET in its environment. A \
            proxy's name is written in capitals there, and `_` stands for what is neither a letter \
            nor a digit. At the end the proxy is stopped, and standard error says which rules \
            fired, and which never did.

            The exit code is the command's, and 128 and the signal's number when a signal killed \
            it; 3 when the command succeeded and a rule tagged must-fire did not fire; 2 for a bad \
            file; 127 when there is no such command, 126 when it cannot be run.
            """
    )

    @Option(name: .shortAndLong, help: "The configuration: YAML or JSON.", completion: .file())
    var file: String
    @Option(help: "The seed of every draw; wins over the file's.") var seed: UInt64?
    @Option(help: "Write the event log to this file, one JSON object a line.")
    var eventLog: String?
    @Option(help: "Write the summary to this file too, as JSON.") var summary: String?
    @Flag(help: "Let rules stand where the environment is production.") var allowProduction = false
    @Argument(parsing: .captureForPassthrough, help: "The command and its arguments.")
    var command: [String] = []

    /// Without the mark that may stand in front of it.
    var words: [String] { command.first == "--" ? Array(command.dropFirst()) : command }

    func validate() throws {
        if words.isEmpty { throw ValidationError("there is no command to run") }
    }

    func run() async throws {
        let mustFire = try check()
        let environment = Surroundings.current.environment
        let relay = try SignalRelay.start()
        let proxy = try await PrivateProxy.start(
            PrivateProxy.Invocation(
                program: try ProgramPath.ofProxy(
                    beside: Bundle.main.executableURL?.resolvingSymlinksInPath(),
                    environment: environment
                ),
                arguments: proxyArguments,
                environment: environment
            )
        )
        let summary: RunSummary
        do {
            if let signal = relay.interruption { throw CommandOutcome(code: 128 + signal) }
            summary = try await AdminClient.with(
                .socket(path: proxy.socket),
                bounds: Surroundings.current.bounds
            ) { client in
                let code = try await runCommand(client, proxy.socket, environment, relay)
                return try await summarize(code, client, mustFire)
            }
        } catch {
            await proxy.stop()
            throw error
        }
        await proxy.stop()
        Surroundings.current.printError(summary.lines(colour: false))
        try write(summary)
        guard summary.outcome == 0 else { throw CommandOutcome(code: summary.outcome) }
    }

    private var proxyArguments: [String] {
        var arguments = ["--config", file]
        if let seed { arguments += ["--seed", "\(seed)"] }
        if let eventLog { arguments += ["--event-log", eventLog] }
        if allowProduction { arguments.append("--allow-production") }
        return arguments
    }

    /// Reads the file as the proxy will, so that its errors name their lines.
    ///
    /// - Returns: the rules that have to fire.
    private func check() throws -> [String] {
        do {
            let configuration = try Configuration.load(path: file, allowProduction: allowProduction)
            try ProxyVariables.check(configuration.proxies.map(\.definition.name))
            return configuration.rules.map(\.rule)
                .filter { $0.tags.contains(RunSummary.mustFire) }.map(\.id)
        } catch let invalid as InvalidConfiguration {
            Surroundings.current.printError(invalid.errors.map { PlainText.shown($0.description) })
            throw ExitCode(ExitStatus.invalid.rawValue)
        } catch let clash as ProxyVariables.Clash {
            throw Complaint(
                "the proxies `\(clash.first)` and `\(clash.second)` would both be"
                    + " \(clash.variable)",
                hints: ["Rename one of them."],
                status: .invalid
            )
        }
    }

    private func runCommand(
        _ client: AdminClient,
        _ socket: String,
        _ environment: [String: String],
        _ relay: SignalRelay
    ) async throws -> Int32 {
        let reply = try await client.send(.look("proxies"))
        var environment = environment.merging(
            ProxyVariables.of(try reply.decoded(ProxiesReply.self).proxies)
        ) { _, new in new }
        environment["CHAOS_SOCKET"] = socket
        for name in ["CHAOS_URL", "CHAOS_TOKEN"] { environment[name] = nil }
        let process = try ChildProcess.command(words, environment: environment)
        relay.pass(to: process)
        return await process.ending().code
    }

    private func summarize(
        _ code: Int32,
        _ client: AdminClient,
        _ mustFire: [String]
    ) async throws -> RunSummary {
        do {
            let page = try await client.send(AdminRequest(.get, "/metrics"))
            var summary = RunSummary(
                exitCode: code,
                status: try await client.send(.look("status")).decoded(StatusReply.self),
                rules: try await client.send(.look("rules")).decoded(RulesReply.self).rules,
                metrics: MetricsReader(String(decoding: page.body, as: UTF8.self)),
                mustFire: mustFire
            )
            try await summary.explainMisses(asking: client)
            return summary
        } catch let failure as AdminFailure {
            Surroundings.current.printError(
                ["chaosctl: there is no summary: \(failure)."]
            )
            throw CommandOutcome(code: code == 0 ? ExitStatus.failed.rawValue : code)
        }
    }

    private func write(_ summary: RunSummary) throws {
        guard let path = self.summary else { return }
        do {
            let document = try AdminJSON.encode(summary) + Data("\n".utf8)
            try document.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Complaint(
                "cannot write \(path): \(error.localizedDescription)",
                status: .failed
            )
        }
    }
}
