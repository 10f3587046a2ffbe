// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Lines in `FILE`, which is moved aside when it is full: `FILE.1` is the newest before it.
///
/// Every file begins with the line that `anchor` gives. A write that fails may be tried again:
/// what waits is kept here, in its order, and nothing is written twice.
package struct RotatingFile: Sendable {
    /// Of one file, in bytes: 64 KiB to 1 TiB.
    package static let sizes = 1 << 16...1 << 40
    /// How many files there may be, `FILE` among them: 1 to 1,000.
    package static let counts = 1...1_000

    private let path: String
    private let limit: Int
    private let count: Int
    private let anchor: @Sendable () -> String

    private var descriptor: Int32 = -1
    /// Of the file, what is still to be written of it included.
    private var size = 0
    private var holdsLines = false
    private var pending: [UInt8] = []
    private var waiting: ArraySlice<String> = []

    /// Makes `path` anew for its owner only (mode 0600), after it has moved aside what was there.
    ///
    /// - Parameters:
    ///   - limit: Bytes at which a file is full; a longer line is written nevertheless.
    ///   - count: How many files are kept, this one among them.
    package init(
        path: String,
        limit: Int,
        count: Int,
        anchor: @escaping @Sendable () -> String
    ) throws(DiskFailure) {
        self.path = path
        self.limit = limit
        self.count = count
        self.anchor = anchor
        try checkPlace()
        try renew()
        try flush()
    }

    /// Writes what waits and then these lines, each of which ends here.
    package mutating func append(_ lines: [String]) throws(DiskFailure) {
        waiting += lines
        while true {
            try flush()
            guard let next = waiting.first else { return }
            if holdsLines, size + next.utf8.count + 1 > limit || descriptor < 0 {
                try renew()
            } else {
                take()
            }
        }
    }

    /// Lets go of the file; nothing is written any more.
    package mutating func close() { closeDescriptor() }

    /// Moves as many lines as the file has room for, at least one, to where they are written from.
    private mutating func take() {
        while let line = waiting.first {
            let length = line.utf8.count + 1
            if holdsLines, size + length > limit { return }
            waiting.removeFirst()
            pending += line.utf8
            pending.append(UInt8(ascii: "\n"))
            size += length
            holdsLines = true
        }
    }

    private mutating func flush() throws(DiskFailure) {
        while !pending.isEmpty {
            let written = pending.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                pending.removeFirst(written)
            } else if errno != EINTR {
                throw DiskFailure("cannot write", path)
            }
        }
    }

    // MARK: Beginning a file

    private mutating func renew() throws(DiskFailure) {
        closeDescriptor()
        try moveAside()
        try open()
        pending = Array((anchor() + "\n").utf8)
        size = pending.count
        holdsLines = false
    }

    private mutating func open() throws(DiskFailure) {
        #if canImport(Glibc)
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        #else
        let file = Darwin.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        #endif
        guard file >= 0 else { throw DiskFailure("cannot make", path) }
        // Held as long as the file is open, for others that would write here too.
        _ = flock(file, LOCK_EX | LOCK_NB)
        descriptor = file
    }

    private mutating func closeDescriptor() {
        guard descriptor >= 0 else { return }
        // The lock is of all copies of the descriptor, and a child has one until its exec.
        _ = flock(descriptor, LOCK_UN)
        #if canImport(Glibc)
        _ = Glibc.close(descriptor)
        #else
        _ = Darwin.close(descriptor)
        #endif
        descriptor = -1
    }

    /// `FILE.1` becomes `FILE.2` and so on, and `FILE` becomes `FILE.1`; the oldest goes.
    ///
    /// Only those in front of the first gap move, so that an interrupted move can be taken up.
    private func moveAside() throws(DiskFailure) {
        guard exists(path) else { return }
        guard count > 1 else {
            guard unlink(path) == 0 else { throw DiskFailure("cannot remove", path) }
            return
        }
        let gap = (1..<count).first { !exists("\(path).\($0)") } ?? count - 1
        for place in (0..<gap).reversed() {
            let old = place == 0 ? path : "\(path).\(place)"
            guard rename(old, "\(path).\(place + 1)") == 0 else {
                throw DiskFailure("cannot move", old)
            }
        }
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Refuses what must not be moved aside: a device, a folder, a file that another process writes.
    private func checkPlace() throws(DiskFailure) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw DiskFailure("\(path) is there and is not a regular file")
        }
        #if canImport(Glibc)
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        defer { if file >= 0 { Glibc.close(file) } }
        #else
        let file = Darwin.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        defer { if file >= 0 { Darwin.close(file) } }
        #endif
        guard file >= 0 else { throw DiskFailure("cannot open", path) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            throw DiskFailure("another process writes its event log to \(path)")
        }
    }
}

/// Why the disk did not do what it was asked.
package struct DiskFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sentence without its full stop.
    package let description: String

    package init(_ description: String) { self.description = description }

    /// In the words of the system; called at once after the call that failed.
    init(_ what: String, _ path: String) {
        let reason = String(cString: strerror(errno))
        self.init("\(what) \(path): \(reason)")
    }
}
