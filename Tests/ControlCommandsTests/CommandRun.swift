// SPDX-License-Identifier: Apache-2.0
import AdminClient
import Foundation
import Synchronization

@testable import ControlCommands

/// What a run of chaosctl left behind.
struct CommandRun: Sendable {
    var code: Int32
    var output: String
    var errors: String

    private final class Collected: Sendable {
        let output = Mutex(Data())
        let errors = Mutex(Data())
    }

    /// Runs chaosctl with surroundings of its own; only files are read from the real disk.
    static func of(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "",
        isTerminal: Bool = false
    ) async -> CommandRun {
        let collected = Collected()
        let surroundings = Surroundings(
            environment: environment,
            isRoot: false,
            isTerminal: isTerminal,
            bounds: AdminClient.Bounds(
                connect: .seconds(5),
                answer: .seconds(30),
                body: 1 << 20,
                line: 1 << 10
            ),
            read: { source in
                switch source {
                case .standardInput: Data(input.utf8)
                case .file(let path): try Data(contentsOf: URL(fileURLWithPath: path))
                }
            },
            write: { data in collected.output.withLock { $0 += data } },
            writeError: { data in collected.errors.withLock { $0 += data } }
        )
        let code = await Surroundings.$current.withValue(surroundings) {
            await ControlProgram.run(arguments)
        }
        return CommandRun(
            code: code,
            output: String(decoding: collected.output.withLock { $0 }, as: UTF8.self),
            errors: String(decoding: collected.errors.withLock { $0 }, as: UTF8.self)
        )
    }

    /// Runs chaosctl against a proxy that answers so, and tells also what that was asked.
    static func of(
        _ arguments: [String],
        input: String = "",
        isTerminal: Bool = false,
        answering answer: @escaping @Sendable (FakeProxy.Request) -> FakeProxy.Answer
    ) async throws -> (run: CommandRun, requests: [FakeProxy.Request]) {
        let proxy = try FakeProxy(answer)
        defer { proxy.close() }
        let run = await of(
            arguments,
            environment: ["CHAOS_SOCKET": proxy.path],
            input: input,
            isTerminal: isTerminal
        )
        return (run, proxy.requests)
    }
}
