// SPDX-License-Identifier: Apache-2.0
import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A folder of its own for one test, gone afterwards; its path is short, as socket paths must be.
struct SocketFolder {
    private let root: String

    static func with(_ body: (SocketFolder) throws -> Void) throws {
        var template = Array("/tmp/chaos-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXError(.EIO) }
        let folder = SocketFolder(
            root: String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
        )
        defer { try? FileManager.default.removeItem(atPath: folder.root) }
        try body(folder)
    }

    func path(_ name: String) -> String { root + "/" + name }

    func exists(_ name: String) -> Bool { status(name) != nil }

    /// The permission bits.
    func mode(_ name: String) -> mode_t? { status(name).map { $0.st_mode & 0o777 } }

    private func status(_ name: String) -> stat? {
        var status = stat()
        return lstat(path(name), &status) == 0 ? status : nil
    }
}

/// A Unix socket that listens and accepts nobody.
struct ListeningSocket {
    private let descriptor: CInt

    init?(path: String, backlog: CInt = 4) {
        descriptor = SocketAddress.open()
        let bound = SocketAddress.with(path) { bind(descriptor, $0, $1) }
        guard descriptor >= 0, bound == 0, listen(descriptor, backlog) == 0 else { return nil }
    }

    func close() {
        // Also for the copy that a child of another test has until its exec.
        _ = shutdown(descriptor, CInt(SHUT_RDWR))
        _ = SocketAddress.close(descriptor)
    }
}

/// A Unix socket that connects, or is left waiting where the backlog is full.
struct ConnectingSocket {
    private let descriptor: CInt

    init?(path: String) {
        descriptor = SocketAddress.open()
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = SocketAddress.with(path) { connect(descriptor, $0, $1) }
    }

    func close() { _ = SocketAddress.close(descriptor) }
}

/// The system's calls about Unix sockets.
private enum SocketAddress {
    static func open() -> CInt {
        #if canImport(Glibc)
        socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        #else
        socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
    }

    static func close(_ descriptor: CInt) -> CInt {
        #if canImport(Glibc)
        Glibc.close(descriptor)
        #else
        Darwin.close(descriptor)
        #endif
    }

    static func with(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
