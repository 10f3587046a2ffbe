// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a command left behind.
struct Finished: Sendable {
    let status: Int32
    let data: Data
    let errors: String

    var output: String { String(decoding: data, as: UTF8.self) }
}

/// Runs a command to its end, within a deadline after which it is killed and the test fails.
func run(
    _ program: String,
    _ arguments: [String] = [],
    environment: [String: String] = [:],
    input: String = "",
    in folder: URL? = nil,
    within limit: Duration = Running.commandLimit
) async throws -> Finished {
    let path = program.contains("/") ? program : try Programs.installed(program)
    let command = try Running(path, arguments, environment: environment, in: folder)
    if !input.isEmpty { try command.write(input) }
    command.closeInput()
    do {
        let status = try await command.status(within: limit)
        return try await offPool {
            _ = try command.output.whole(within: Running.farewell)
            _ = try command.errors.whole(within: Running.farewell)
            return Finished(
                status: status,
                data: command.output.data,
                errors: command.errors.text
            )
        }
    } catch {
        command.signal(SIGKILL)
        throw error
    }
}

/// curl, silent but for what fails; what it prints is the body, or what `-w` asks for.
func curl(
    _ arguments: String...,
    within limit: Duration = Running.commandLimit
) async throws -> Finished {
    try await run("curl", ["-sS", "--noproxy", "*"] + arguments, within: limit)
}
