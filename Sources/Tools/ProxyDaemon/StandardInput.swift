// SPDX-License-Identifier: Apache-2.0
import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Tells when standard input ends: whoever holds its other end is done, or is gone.
enum StandardInput {
    /// Finishes at the end of the input; what comes before is not looked at.
    static func ending() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 512)
            while true {
                let count = read(STDIN_FILENO, &buffer, buffer.count)
                guard count > 0 || count < 0 && errno == EINTR else { break }
            }
            continuation.finish()
        }
        return stream
    }
}
