// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// The `paced-load` program.
@main
struct PacedLoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "paced-load",
        abstract: "Asks a server at a fixed rate, and measures from when each request was due.",
        discussion: """
            Requests are due at equal distances, on connections that take turns, whether or not \
            earlier ones are answered. One that finds its connection busy waits in line there, and \
            the wait counts. A server that falls behind is seen to fall behind.

            Each connection asks once before the clock starts, and that is not counted. Then "warm" \
            is written to standard error, and after --settle the run begins. At its end one line of \
            JSON goes to standard output. Times in it are microseconds, of every request and not of \
            buckets. "lateness" is how much later than due this program itself got to a request.

            Exit codes: 0 measured, whatever the figures are; 1 nothing could be measured; 64 usage.
            """
    )

    @Argument(help: "The server: an IPv4 address and a port, 127.0.0.1:8080.")
    var server: String

    @Option(help: "The path to ask for.")
    var path = "/"

    @Option(help: "Connections, kept alive; 1 to 20000.")
    var connections = 16

    @Option(help: "Requests due in a second, all connections together; 1 to 1000000.")
    var rate = 1000

    @Option(help: "How long requests are due; 0.01 to 3600 seconds.")
    var seconds = 1.0

    @Option(help: "The status of a right answer; any other is an error.")
    var expect = 200

    @Option(help: "Between the warm connections and the first request; 0 to 60 seconds.")
    var settle = 0.2

    @Option(help: "For connections to warm up, and for the last answers; 0.1 to 600 seconds.")
    var patience = 10.0

    func validate() throws { _ = try plan() }

    func run() async throws {
        let plan = try plan()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let report = try await PacedRun.measure(plan, on: group.next())
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
            try await group.shutdownGracefully()
        } catch let failure as LoadFailure {
            try await group.shutdownGracefully()
            FileHandle.standardError.write(Data("paced-load: \(failure)\n".utf8))
            throw ExitCode.failure
        }
    }

    private func plan() throws -> LoadPlan {
        try require((1...20_000).contains(connections), "--connections must be 1 to 20000.")
        try require((1...1_000_000).contains(rate), "--rate must be 1 to 1000000 a second.")
        try require((0.01...3_600).contains(seconds), "--seconds must be 0.01 to 3600.")
        try require((100...599).contains(expect), "--expect must be a status, 100 to 599.")
        try require((0...60).contains(settle), "--settle must be 0 to 60 seconds.")
        try require((0.1...600).contains(patience), "--patience must be 0.1 to 600 seconds.")
        try require(
            path.hasPrefix("/") && path.utf8.allSatisfy { (0x21...0x7E).contains($0) },
            "--path must begin with / and hold no spaces."
        )
        let total = Int((Double(rate) * seconds).rounded())
        try require(
            (1...LoadPlan.mostRequests).contains(total),
            "--rate times --seconds is \(total) requests; 1 to \(LoadPlan.mostRequests) can be kept."
        )
        return LoadPlan(
            server: try LoadPlan.address(parsing: server),
            authority: server,
            path: path,
            connections: connections,
            rate: rate,
            total: total,
            expected: expect,
            settle: settle,
            patience: patience
        )
    }

    private func require(_ holds: Bool, _ remedy: String) throws {
        guard holds else { throw ValidationError(remedy) }
    }
}
