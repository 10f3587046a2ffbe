// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Logging

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The `prism-stub` program.
struct PrismCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prism-stub",
        abstract: "A small PRISM that keeps everything in memory.",
        discussion: """
            It serves the REST routes and the event WebSocket (/api/v1/events) of PRISM, and prints \
            one line when it is ready. SIGTERM or SIGINT ends it.
            """
    )

    @Option(help: "Where to listen: HOST:PORT (port 0: a free one) or unix:PATH.")
    var listen = "127.0.0.1:8080"

    @Option(help: "Seconds between beats, in which running tasks advance; 0: never.")
    var heartbeat = 5.0

    @Flag(help: "Do not log requests to standard error.")
    var quiet = false

    func validate() throws {
        do { _ = try ListenAddress(parsing: listen) } catch { throw ValidationError("\(error)") }
        guard (0...86_400).contains(heartbeat) else {
            throw ValidationError("--heartbeat must be from 0 to 86400 seconds.")
        }
    }

    func run() async throws {
        var logger = Logger(label: "prism-stub") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = quiet ? .error : .info
        let configuration = PrismService.Configuration(
            address: try ListenAddress(parsing: listen),
            bounds: .defaults,
            clock: .system,
            heartbeat: heartbeat > 0 ? .seconds(heartbeat) : nil,
            logger: logger
        )
        let signals = TerminationSignals()
        do {
            try await PrismService.serve(configuration) { service in
                print("prism-stub listening on \(service.address)")
                fflush(nil)
                await signals.arrival()
            }
        } catch {
            throw StartFailure(address: listen, cause: "\(error)")
        }
    }

    struct StartFailure: Error, CustomStringConvertible {
        let address: String
        let cause: String

        var description: String {
            "cannot listen on \(address): \(cause). Free the address or name another with --listen."
        }
    }
}

/// The entry point, for the executable of the same name.
package enum PrismProgram {
    package static func main() async {
        await PrismCommand.main()
    }
}
