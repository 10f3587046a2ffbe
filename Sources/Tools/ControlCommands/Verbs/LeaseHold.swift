// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import ArgumentParser

struct LeaseHold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Keep a lease while a command runs, and end it with the command.",
        discussion: """
            The command finds the lease in CHAOS_LEASE, where chaosctl looks for it too; the exit \
            code is the command's. When this process dies, however it dies, what was made under \
            the lease is gone within the ttl. Without a command the lease is kept until SIGINT or \
            SIGTERM, and its id is printed. Example:
              chaosctl lease hold --ttl 10s -- pytest tests/
            """
    )

    @Option(help: "How long the lease outlives this process, from 1s to 24h.") var ttl = "10s"
    @OptionGroup var admin: AdminOptions
    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    var command: [String] = []

    func run() async throws {
        let code = command.isEmpty ? try await holdUntilSignal() : try await holdForCommand()
        guard code == 0 else { throw CommandOutcome(code: code) }
    }

    private func holdUntilSignal() async throws -> Int32 {
        let signals = try RelayedSignals.take().signals
        return try await withLease { held in
            try Surroundings.current.print([held.id])
            return try await Self.first(
                { try await held.keep() },
                {
                    for await _ in signals { break }
                    return 0
                }
            )
        }
    }

    private func holdForCommand() async throws -> Int32 {
        let relay = try SignalRelay.start()
        return try await withLease { held in
            if let number = relay.interruption { return 128 + number }
            let process = try ChildProcess.command(command, environment: held.environment)
            relay.pass(to: process)
            return try await Self.first(
                {
                    // A lease that is lost is told of; the command goes on.
                    do {
                        return try await held.keep()
                    } catch let complaint as Complaint {
                        Surroundings.current.printError(complaint.lines)
                        return nil
                    }
                },
                { await process.ending().code }
            )
        }
    }

    /// Makes a lease, and ends it when the work is done, however it ends.
    private func withLease(
        _ work: @Sendable (HeldLease) async throws -> Int32
    ) async throws -> Int32 {
        try await admin.client { client in
            let lease = try await LeaseCreate.create(ttl, client).decoded(LeaseReply.self)
            let held = HeldLease(id: lease.id, ttl: lease.ttl, client: client)
            do {
                let code = try await work(held)
                try await held.end()
                return code
            } catch {
                try? await held.end()
                throw error
            }
        }
    }

    /// The first status that any work ends with; the rest is cancelled.
    private static func first(
        _ works: (@Sendable () async throws -> Int32?)...
    ) async throws -> Int32 {
        try await withThrowingTaskGroup(of: Int32?.self) { group in
            for work in works { group.addTask(operation: work) }
            defer { group.cancelAll() }
            while let status = try await group.next() {
                if let status { return status }
            }
            return 0
        }
    }
}

/// A lease that this process renews.
private struct HeldLease: Sendable {
    let id: String
    /// Nanoseconds.
    let ttl: Int64
    let client: AdminClient

    /// For the command: where the proxy is, and the lease.
    var environment: [String: String] {
        var environment = Surroundings.current.environment
        environment[LeaseOptions.variable] = id
        switch client.address {
        case .socket(let path): environment["CHAOS_SOCKET"] = path
        case .url(let origin, let token):
            environment["CHAOS_SOCKET"] = nil
            environment["CHAOS_URL"] = origin
            environment["CHAOS_TOKEN"] = token
        }
        return environment
    }

    /// Renews the lease at each third of its time, until this is cancelled.
    ///
    /// - Throws: ``Complaint`` when the lease has ended; what else fails is tried again.
    func keep() async throws -> Int32? {
        var isTold = false
        while true {
            do { try await Task.sleep(for: .nanoseconds(ttl / 3)) } catch { return nil }
            do {
                _ = try await client.send(.change(.post, "leases", id, "renew"))
                isTold = false
            } catch {
                if Task.isCancelled { return nil }
                guard error.refusalStatus != 404 else {
                    throw Complaint(
                        "the lease \(id) has ended, and all that was made under it",
                        hints: ["It was not renewed in time, or somebody ended it."],
                        status: .notFound
                    )
                }
                if !isTold { Surroundings.current.printError(Complaint(error).lines) }
                isTold = true
            }
        }
    }

    /// A lease that has ended already is as good.
    func end() async throws {
        do {
            _ = try await client.send(.change(.delete, "leases", id))
        } catch {
            guard error.refusalStatus == 404 else { throw error }
        }
    }
}
