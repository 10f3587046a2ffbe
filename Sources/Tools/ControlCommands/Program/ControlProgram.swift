// SPDX-License-Identifier: Apache-2.0
import FaultModel
import AdminClient
import AdminContract
import ArgumentParser
import Foundation

/// chaosctl as a function of its arguments.
package enum ControlProgram {
    /// Does what the arguments ask for, and reports what went wrong.
    ///
    /// - Parameter arguments: Those after the program's name.
    /// - Returns: The exit code.
    package static func run(_ arguments: [String]) async -> Int32 {
        do {
            var command = try await parse(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return ExitStatus.done.rawValue
        } catch let outcome as CommandOutcome {
            return outcome.code
        } catch {
            return report(error).rawValue
        }
    }

    /// The verb that the arguments name, with its options.
    static func parse(_ arguments: [String]) async throws -> any ParsableCommand {
        try await ChaosCtl.asyncParseAsRoot(arguments)
    }

    private static func report(_ error: any Error) -> ExitStatus {
        switch error {
        case let complaint as Complaint: return report(complaint)
        case let failure as AdminFailure: return report(Complaint(failure))
        case let failure as AdminAddress.Failure: return report(Complaint(failure))
        case let exit as ExitCode: return ExitStatus(rawValue: exit.rawValue) ?? .failed
        case _ where isBrokenPipe(error):
            // Whoever read our output has seen enough.
            return .done
        default: return reportParsing(error)
        }
    }

    private static func report(_ complaint: Complaint) -> ExitStatus {
        Surroundings.current.printError(complaint.lines)
        return complaint.status
    }

    /// The parser's own errors, and its requests for help, a version or a completion script.
    private static func reportParsing(_ error: any Error) -> ExitStatus {
        let text = ChaosCtl.fullMessage(for: error)
        if ChaosCtl.exitCode(for: error).isSuccess {
            try? Surroundings.current.print([text])
            return .done
        }
        let label = "Error: "
        let message = text.hasPrefix(label) ? String(text.dropFirst(label.count)) : text
        let shown = message.split(separator: "\n", omittingEmptySubsequences: false)
            .map { PlainText.shown(String($0)) }
        Surroundings.current.printError(["chaosctl: " + shown.joined(separator: "\n")])
        return ChaosCtl.exitCode(for: error) == .validationFailure ? .invalid : .failed
    }

    private static func isBrokenPipe(_ error: any Error) -> Bool {
        let error = error as NSError
        let causes = [error, error.userInfo[NSUnderlyingErrorKey] as? NSError]
        return causes.compactMap(\.self).contains {
            $0.domain == NSPOSIXErrorDomain && $0.code == Int(EPIPE)
        }
    }
}
