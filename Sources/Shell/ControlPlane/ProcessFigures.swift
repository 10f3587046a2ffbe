// SPDX-License-Identifier: Apache-2.0
import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the system says of this process; `nil` where it does not say.
struct ProcessFigures: Sendable {
    /// User and system time together, in nanoseconds.
    var processorTime: Int64
    var residentBytes: UInt64?
    var openDescriptors: Int?
    var maximumDescriptors: UInt64?

    static var current: ProcessFigures {
        ProcessFigures(
            processorTime: processorTime,
            residentBytes: residentBytes,
            openDescriptors: openDescriptors,
            maximumDescriptors: maximumDescriptors
        )
    }

    private static var processorTime: Int64 {
        var usage = rusage()
        #if canImport(Glibc)
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        #else
        guard getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
        #endif
        let seconds = Int64(usage.ru_utime.tv_sec) + Int64(usage.ru_stime.tv_sec)
        let microseconds = Int64(usage.ru_utime.tv_usec) + Int64(usage.ru_stime.tv_usec)
        return seconds * 1_000_000_000 + microseconds * 1_000
    }

    /// The second word of statm is in pages (proc_pid_statm(5)).
    private static var residentBytes: UInt64? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
            return nil
        }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
        return pages.map { $0 * UInt64(max(1, sysconf(Int32(_SC_PAGESIZE)))) }
    }

    private static var openDescriptors: Int? {
        try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    private static var maximumDescriptors: UInt64? {
        var limit = rlimit()
        #if canImport(Glibc)
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return nil
        }
        #else
        guard getrlimit(RLIMIT_NOFILE, &limit) == 0 else { return nil }
        #endif
        return UInt64(limit.rlim_cur)
    }
}
