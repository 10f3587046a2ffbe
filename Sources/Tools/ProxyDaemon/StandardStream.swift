// SPDX-License-Identifier: Apache-2.0
import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Standard output and standard error, written at once and whole.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { buffer in
                #if canImport(Glibc)
                Glibc.write(rawValue, buffer.baseAddress, buffer.count)
                #else
                Darwin.write(rawValue, buffer.baseAddress, buffer.count)
                #endif
            }
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if errno != EINTR {
                return
            }
        }
    }
}

/// The wall clock, which is read once for the run's anchor and for lines of the log.
enum SystemTime {
    static var nanosecondsSince1970: Int64 {
        Int64(Date.now.timeIntervalSince1970 * 1e9)
    }
}
