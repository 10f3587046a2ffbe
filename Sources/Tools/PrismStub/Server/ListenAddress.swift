// SPDX-License-Identifier: Apache-2.0

/// Where the service listens: `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`.
package enum ListenAddress: Sendable, Hashable {
    /// Port 0 lets the system choose; the running service tells which one it is.
    case tcp(host: String, port: Int)
    /// A socket file. One that is there already is replaced; it is removed at the end.
    case unix(path: String)

    /// Bytes of a socket path, the least that the supported systems take.
    static let maximumPathBytes = 103

    package init(parsing text: String) throws {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard (1...Self.maximumPathBytes).contains(path.utf8.count) else {
                throw Invalid(text: text, reason: "the path must have 1 to 103 bytes")
            }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else {
            throw Invalid(text: text, reason: "there is no port from 0 to 65535 after a colon")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw Invalid(text: text, reason: "an IPv6 address must be in brackets")
        }
        guard !host.isEmpty else { throw Invalid(text: text, reason: "the host is missing") }
        self = .tcp(host: String(host), port: Int(port))
    }

    package struct Invalid: Error, CustomStringConvertible {
        let text: String
        let reason: String

        package var description: String {
            "'\(text)' is no address to listen on: \(reason). "
                + "Write HOST:PORT, such as 127.0.0.1:8080, or unix:PATH."
        }
    }
}

extension ListenAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let host, let port):
            "http://" + (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
