// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where chaosproxy is.
enum ProgramPath {
    /// Beside chaosctl, then where CHAOSPROXY says, then on the path.
    static func ofProxy(
        beside program: URL?,
        environment: [String: String],
        isExecutable: (String) -> Bool = FileManager.default.isExecutableFile
    ) throws(Complaint) -> String {
        if let beside = program?.deletingLastPathComponent().appending(path: "chaosproxy").path,
            isExecutable(beside)
        {
            return beside
        }
        if let named = environment["CHAOSPROXY"], !named.isEmpty {
            guard isExecutable(named) else {
                throw Complaint(
                    "CHAOSPROXY is `\(named)`, which is no program",
                    status: .invalid
                )
            }
            return named
        }
        for folder in (environment["PATH"] ?? "").split(separator: ":") {
            let candidate = "\(folder)/chaosproxy"
            if isExecutable(candidate) { return candidate }
        }
        throw Complaint(
            "cannot find chaosproxy, neither beside chaosctl nor on the path",
            hints: ["Name it with CHAOSPROXY."],
            status: .failed
        )
    }
}
