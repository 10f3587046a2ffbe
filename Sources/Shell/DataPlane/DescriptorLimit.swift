// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How many descriptors the system lets this process have (RLIMIT_NOFILE).
package enum DescriptorLimit {
    /// More than this is as good as no limit; it keeps sums of descriptors small.
    static let largest = 1 << 24
    /// Taken for those that are open where the system does not show them.
    static let guess = 64

    /// What the process may have now.
    package static var current: Int { read().map { count($0.rlim_cur) } ?? largest }

    /// Raises what the process may have as far as it may without privileges: a shell's limit is for
    /// programs that use `select`, which this one does not.
    package static func raise() {
        guard var limit = read(), limit.rlim_cur != limit.rlim_max else { return }
        #if canImport(Glibc)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
        // Darwin refuses more than OPEN_MAX, whatever the hard limit says (setrlimit(2)).
        limit.rlim_cur = min(limit.rlim_max, rlim_t(OPEN_MAX))
        setrlimit(RLIMIT_NOFILE, &limit)
        #endif
    }

    /// How many are open now.
    static func open() -> Int {
        guard let folder = opendir("/dev/fd") else { return guess }
        defer { closedir(folder) }
        var entries = 0
        while readdir(folder) != nil { entries += 1 }
        // Less the folder's own, and its entries for itself and what it is in.
        return max(0, entries - 3)
    }

    private static func read() -> rlimit? {
        var limit = rlimit()
        #if canImport(Glibc)
        let status = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
        let status = getrlimit(RLIMIT_NOFILE, &limit)
        #endif
        return status == 0 ? limit : nil
    }

    private static func count(_ value: rlim_t) -> Int { Int(min(value, rlim_t(largest))) }
}
