// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation

extension ChildProcess {
    /// Starts somebody's command in the foreground, or says why it cannot be run.
    ///
    /// - Throws: ``CommandOutcome`` with 127 or 126, as a shell would end.
    static func command(
        _ words: [String],
        environment: [String: String]
    ) throws(CommandOutcome) -> ChildProcess {
        do throws(Unstarted) {
            return try ChildProcess(words, environment: environment)
        } catch {
            Surroundings.current.printError([
                "chaosctl: cannot run `\(PlainText.shown(words[0]))`:"
                    + " \(systemError(error.code))."
            ])
            throw CommandOutcome(code: error.code == ENOENT ? 127 : 126)
        }
    }
}
