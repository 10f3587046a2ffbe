// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import AdminContract
import EventFiles
import FaultModel
import Foundation
import Logging
import RuleFiles

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `chaosproxy`: reads the configuration, runs the proxy, and ends with the code that says how.
package struct ProxyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "chaosproxy",
        abstract: "A fault-injection proxy for tests of the clients of a service.",
        discussion: """
            Passes every byte unchanged and does to it exactly what the rules say. Rules are \
            toggled at run time with chaosctl, through the admin socket.

            On start it prints one line each: the seed, the admin socket, every proxy with its \
            real port, and `ready`. SIGTERM and SIGINT end it when its connections have ended, \
            a second one at once; SIGHUP reads the file again.

            Exit codes: 0 done, 1 failed, 2 usage or a bad configuration.
            """,
        version: ProductVersion.current
    )

    @Option(name: .long, help: "The configuration: YAML or JSON.")
    var config: String

    @Option(
        name: .long,
        help: """
            The admin socket's path. Default: $XDG_RUNTIME_DIR/chaosproxy.sock, or as root \
            /run/chaosproxy/admin.sock. CHAOS_SOCKET counts too.
            """
    )
    var socket: String?

    @Option(name: .long, help: "The seed of every draw; wins over the file's. Default: drawn.")
    var seed: UInt64?

    @Option(
        name: .long,
        help: "How long connections may take to end at a stop, such as 5s.",
        transform: { text in
            guard let duration = Duration(quantity: text) else {
                throw ValidationError("'\(text)' is not a time such as 5s or 500ms")
            }
            return duration
        }
    )
    var drain: Duration = .seconds(5)

    @Option(name: .long, help: "Event loops that carry connections. Default: one for each core.")
    var eventLoops: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write the event log to this file too, one JSON object a line.",
            discussion: """
                The file is made anew, for its owner only, and begins with a line that names the \
                run; when it is full it becomes FILE.1, and so on.
                """,
            valueName: "file"
        ),
        completion: .file()
    )
    var eventLog: String?

    @Option(
        name: .long,
        help: "How large a file of the event log may be; at least 64KiB. Default: 64MiB.",
        transform: { text in
            guard let size = ByteCount(quantity: text), RotatingFile.sizes.contains(size.bytes)
            else { throw ValidationError("'\(text)' is not a size from 64KiB to 1024GiB") }
            return size.bytes
        }
    )
    var eventLogSize: Int?

    @Option(name: .long, help: "How many files of the event log are kept, FILE among them.")
    var eventLogFiles = EventFile.defaultCount

    @Option(
        name: .long,
        help: "trace, debug, info, notice, warning, error or critical.",
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                throw ValidationError("'\(text)' is not a log level")
            }
            return level
        }
    )
    var logLevel: Logger.Level = .info

    @Option(name: .long, help: "text or json, on standard error.")
    var logFormat: LogFormat = .text

    @Flag(
        name: .long,
        help: "Listen on TCP at ports that the system chooses, whatever the file says."
    )
    var freePorts = false

    @Flag(
        name: .long,
        help: "Stop when standard input ends too, so that the proxy never outlives its starter."
    )
    var endWithInput = false

    @Flag(name: .long, help: "Only check the configuration.")
    var check = false

    @Flag(name: .long, help: "Let rules stand in `environment: production`.")
    var allowProduction = false

    package init() {}

    package func validate() throws {
        guard RotatingFile.counts.contains(eventLogFiles) else {
            throw ValidationError("--event-log-files takes a number from 1 to 1000")
        }
        if let eventLoops, !(1...Daemon.maximumEventLoops).contains(eventLoops) {
            throw ValidationError(
                "--event-loops takes a number from 1 to \(Daemon.maximumEventLoops)"
            )
        }
    }

    package func run() async throws {
        let configuration: Configuration
        do {
            configuration = try Configuration.load(path: config, allowProduction: allowProduction)
        } catch {
            StandardStream.error.write("\(error)\n")
            throw ExitCode(2)
        }
        if check {
            let proxies = Self.count(configuration.proxies.count, "proxy", "proxies")
            let rules = Self.count(configuration.rules.count, "rule", "rules")
            StandardStream.output.write("\(config): valid: \(proxies), \(rules)\n")
            return
        }
        let daemon = Daemon(
            configuration: freePorts ? configuration.onFreePorts : configuration,
            configurationPath: config,
            socketPath: try socketPath(),
            seed: seed,
            drain: drain,
            eventLoops: eventLoops,
            allowProduction: allowProduction,
            eventFile: eventLog.map {
                EventFile(
                    path: $0,
                    size: eventLogSize ?? EventFile.defaultSize,
                    count: eventLogFiles
                )
            },
            usesFreePorts: freePorts,
            endsWithInput: endWithInput,
            logger: logFormat.logger(level: logLevel)
        )
        do {
            try await daemon.run()
        } catch let failure as Daemon.Failure {
            StandardStream.error.write("chaosproxy: \(failure.message)\n")
            throw ExitCode(1)
        }
    }

    private static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }

    /// Where chaosctl looks for it too; an address on TCP is not a place to listen at.
    private func socketPath() throws -> String {
        var environment = ProcessInfo.processInfo.environment
        environment["CHAOS_URL"] = nil
        do {
            let found = try AdminAddress.find(
                option: socket,
                environment: environment,
                isRoot: geteuid() == 0
            )
            if case .socket(let path) = found { return path }
            throw ValidationError("--socket takes the path of a Unix socket")
        } catch AdminAddress.Failure.longPath(let path) {
            throw ValidationError(
                "\(path) is longer than the \(AdminAddress.maximumPathLength) bytes that a "
                    + "socket address holds"
            )
        } catch is AdminAddress.Failure {
            throw ValidationError(
                "XDG_RUNTIME_DIR is not set: name the admin socket with --socket"
            )
        }
    }

    /// The entry point: like `main()`, with 2 as the code of every usage error.
    package static func start() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            let code = exitCode(for: error)
            guard code == .validationFailure else { exit(withError: error) }
            StandardStream.error.write(fullMessage(for: error) + "\n")
            exit(withError: ExitCode(2))
        }
    }
}
