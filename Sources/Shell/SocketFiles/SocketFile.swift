// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The file of a listening Unix socket: made way for before it is bound, removed after.
///
/// A socket on which nobody answers was left by a process that is gone, and is replaced. One that
/// answers belongs to somebody, and anything that is not a socket is not ours to delete.
package struct SocketFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    package enum Failure: Error, Equatable, CustomStringConvertible {
        case inUse(path: String)
        case notASocket(path: String)
        case tooLong(path: String)
        case system(path: String, reason: String)

        package var description: String {
            switch self {
            case .inUse(let path):
                "\(path) is in use by a process that answers; stop it, or choose another path"
            case .notASocket(let path):
                "\(path) exists and is not a socket; remove it, or choose another path"
            case .tooLong(let path): "\(path) is longer than a socket address holds (107 bytes)"
            case .system(let path, let reason): "\(path): \(reason)"
            }
        }
    }

    /// Removes a stale socket at the path.
    ///
    /// - Throws: when a live one, or something else, is in the way.
    package func makeWay() throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw .system(path: path, reason: Self.systemError())
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        guard try !isAnswered() else { throw .inUse(path: path) }
        guard unlink(path) == 0 || errno == ENOENT else {
            throw .system(path: path, reason: Self.systemError())
        }
    }

    /// Makes the directory of the path, for its owner only (0700), unless it exists.
    package func makeDirectory() throws(Failure) {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        let directory = String(path[..<slash])
        guard mkdir(directory, 0o700) != 0, errno != EEXIST else { return }
        throw .system(path: directory, reason: Self.systemError())
    }

    /// Lets only the owner connect (0600).
    package func restrict() throws(Failure) {
        guard chmod(path, 0o600) == 0 else {
            throw .system(path: path, reason: Self.systemError())
        }
    }

    /// Removes the socket, if it is one.
    package func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        unlink(path)
    }

    /// Whether a process accepts connections at the path.
    private func isAnswered() throws(Failure) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw .tooLong(path: path)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        #if canImport(Glibc)
        let descriptor = socket(
            AF_UNIX,
            CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue),
            0
        )
        #else
        let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { throw .system(path: path, reason: Self.systemError()) }
        defer { close(descriptor) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // A full backlog (EAGAIN) is an answer too: somebody has the socket.
        return result == 0 || errno != ECONNREFUSED && errno != ENOENT
    }

    private static func systemError() -> String { String(cString: strerror(errno)) }
}
