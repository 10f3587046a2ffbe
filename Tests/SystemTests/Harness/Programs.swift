// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where the programs under test and the fixtures are.
///
/// `CHAOS_PROGRAMS` names another folder of programs, such as a release build.
enum Programs {
    static let chaosproxy = built("chaosproxy")
    static let chaosctl = built("chaosctl")
    static let prismStub = built("prism-stub")

    /// A script of `Fixtures/`.
    static func fixture(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/\(name)").path
    }

    /// The first place on the path, or among the folders that a system keeps servers in.
    static func installed(_ name: String, alsoBelow folders: [String] = []) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let candidates =
            path.split(separator: ":").map { "\($0)/\(name)" }
            + folders.map {
                "\($0)/\(name)"
            }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw Trouble("\(name) is not on the path; `Scripts/setup test` installs it")
        }
        return found
    }

    private static func built(_ name: String) -> String {
        if let folder = ProcessInfo.processInfo.environment["CHAOS_PROGRAMS"] {
            return "\(folder)/\(name)"
        }
        // One build puts the programs beside the bundle of the tests.
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        let program = bundle ?? Bundle.main.executableURL ?? URL(fileURLWithPath: ".")
        return program.deletingLastPathComponent().appendingPathComponent(name).path
    }
}

/// Why a test could not go on, in words for the person who reads its output.
struct Trouble: Error, CustomStringConvertible, Equatable {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Runs what blocks on a thread of its own: the threads that tests share are few.
func offPool<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
    }
}

extension ContinuousClock {
    /// How long the work takes, and what it gives.
    func timed<Value>(
        isolation: isolated (any Actor)? = #isolation,
        _ work: () async throws -> Value
    ) async rethrows -> (time: Duration, value: Value) {
        let begin = now
        let value = try await work()
        return (now - begin, value)
    }
}
