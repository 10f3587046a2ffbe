// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The two ends of a pipe; neither is inherited by a program unless it is given to it.
struct PipeEnds: Sendable {
    let reading: Int32
    let writing: Int32

    init() throws(Complaint) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw Complaint("cannot make a pipe: \(systemError())", status: .failed)
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }
}

/// The last error of the system, in its own words.
func systemError(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
