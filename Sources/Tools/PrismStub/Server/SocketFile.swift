// SPDX-License-Identifier: Apache-2.0
#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The file a UNIX socket leaves behind.
enum SocketFile {
    /// Removes the file; one that is gone already is as good.
    static func remove(_ path: String) {
        _ = unlink(path)
    }
}
