// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventFiles
import EventJournal

/// Where the event log is written to, as the command line says.
struct EventFile: Sendable {
    /// Of one file: 64 MiB.
    static let defaultSize = 64 << 20
    /// How many files, the one that is written to among them.
    static let defaultCount = 5
    /// How long the last records may take to reach the disk at a stop.
    static let flushTime = Duration.seconds(5)

    let path: String
    let size: Int
    let count: Int

    /// Makes the file, and begins to write to it whatever the log is told.
    func start(_ log: EventLog, seed: UInt64) throws(Daemon.Failure) -> Recording {
        do {
            let file = try RotatingFile(path: path, limit: size, count: count) {
                EventRecorder.text(
                    EventLine(
                        anchorAt: log.elapsed,
                        wallTime: SystemTime.nanosecondsSince1970,
                        version: ProductVersion.current,
                        seed: seed
                    )
                )
            }
            return Recording(log, to: EventDisk(file))
        } catch {
            throw Daemon.Failure(message: "--event-log: \(error)")
        }
    }

    /// The writing of the file, under way.
    final class Recording: Sendable {
        private let disk: EventDisk
        private let ended: AsyncStream<Void>

        fileprivate init(_ log: EventLog, to disk: EventDisk) {
            self.disk = disk
            let (ended, continuation) = AsyncStream<Void>.makeStream()
            self.ended = ended
            // Not a child of anything: a disk that hangs must not keep the process from its end.
            Task.detached {
                await EventRecorder(log, to: disk).run()
                continuation.finish()
            }
        }

        /// Waits until the last record is written, at most ``EventFile/flushTime``.
        ///
        /// - Precondition: the log is finished.
        func end() async {
            let isWritten = await withTaskGroup(of: Bool.self) { group in
                group.addTask { [ended] in
                    for await _ in ended {}
                    return !Task.isCancelled
                }
                group.addTask {
                    try? await Task.sleep(for: EventFile.flushTime)
                    return false
                }
                defer { group.cancelAll() }
                return await group.next() ?? false
            }
            if isWritten { await disk.close() }
        }
    }
}
