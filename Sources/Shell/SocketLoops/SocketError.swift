// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Why the system did not do what was asked of a socket.
package struct SocketError: Error, Equatable, Sendable {
    /// The system's number for it: errno(3), or the resolver's (getaddrinfo(3)).
    package let code: CInt
    private let isResolvers: Bool

    package init(errno code: CInt) {
        self.code = code
        isResolvers = false
    }

    init(resolver code: CInt) {
        self.code = code
        isResolvers = true
    }

    /// Of the call that has just failed on this thread.
    static var last: SocketError { SocketError(errno: errno) }

    /// Whether the socket was only not ready.
    package var isTransient: Bool { !isResolvers && (code == EAGAIN || code == EWOULDBLOCK) }

    /// The peer has reset the connection.
    static let reset = SocketError(errno: ECONNRESET)
}

extension SocketError: CustomStringConvertible {
    package var description: String {
        if isResolvers { return String(cString: gai_strerror(code)) }
        let text = String(cString: strerror(code))
        guard code == EMFILE || code == ENFILE else { return text }
        return "no descriptor is left (\(text)); raise the limit of open files (ulimit -n)"
    }
}
