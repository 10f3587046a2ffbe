// SPDX-License-Identifier: Apache-2.0
import NIOPosix
import Synchronization

/// Where lines of the event log are kept.
package protocol LineStore: Sendable {
    /// Writes what waits since the last failure, and then these lines.
    func append(_ lines: [String]) async throws(DiskFailure)
}

/// A rotating file, written by a thread of its own: a disk that hangs holds up nothing else.
package final class EventDisk: LineStore {
    private let file: Mutex<RotatingFile>
    private let thread = NIOThreadPool(numberOfThreads: 1)

    package init(_ file: RotatingFile) {
        self.file = Mutex(file)
        thread.start()
    }

    package func append(_ lines: [String]) async throws(DiskFailure) {
        let outcome: Result<Void, DiskFailure>
        do {
            outcome = try await thread.runIfActive { [self] in
                file.withLock { file in
                    do throws(DiskFailure) {
                        return .success(try file.append(lines))
                    } catch {
                        return .failure(error)
                    }
                }
            }
        } catch {
            throw DiskFailure("the writer of the event log has ended")
        }
        try outcome.get()
    }

    /// Lets go of the file.
    package func close() async {
        _ = try? await thread.runIfActive { [self] in file.withLock { $0.close() } }
        try? await thread.shutdownGracefully()
    }
}
