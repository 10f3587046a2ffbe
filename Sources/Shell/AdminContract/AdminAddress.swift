// SPDX-License-Identifier: Apache-2.0

/// Where an admin socket is, and what has to be shown to be let in.
package enum AdminAddress: Hashable, Sendable, CustomStringConvertible {
    /// A Unix domain socket; the file's mode is the guard.
    case socket(path: String)
    /// TCP, such as `http://127.0.0.1:9901`; the guard is a bearer token (RFC 6750).
    case url(String, token: String?)

    package enum Failure: Error, Equatable {
        /// Nothing was named, and this user has no place where a socket would be.
        case nowhere
        /// `CHAOS_URL` is not `http://host:port` or `https://host:port`.
        case badURL(String)
        /// Longer than ``maximumPathLength`` bytes, which no Unix socket's address can hold.
        case longPath(String)
    }

    /// The longest path that a Unix socket address holds (`sun_path`, less its end mark).
    package static let maximumPathLength = 107

    /// Where a proxy that root started listens, unless told otherwise.
    package static let systemSocket = "/run/chaosproxy/admin.sock"

    /// Looks in the order in which the more deliberate choice wins.
    ///
    /// That is: `option`, `CHAOS_SOCKET`, `CHAOS_URL` with `CHAOS_TOKEN`, and then the place where a
    /// proxy of the same user listens by default. A variable that is empty counts as not set.
    package static func find(
        option: String?,
        environment: [String: String],
        isRoot: Bool
    ) throws(Failure) -> AdminAddress {
        func variable(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        if let path = option ?? variable("CHAOS_SOCKET") { return try socket(at: path) }
        if let url = variable("CHAOS_URL") {
            return try remote(at: url, token: variable("CHAOS_TOKEN"))
        }
        if isRoot { return .socket(path: systemSocket) }
        guard let directory = variable("XDG_RUNTIME_DIR") else { throw .nowhere }
        return try socket(at: directory + "/chaosproxy.sock")
    }

    package var description: String {
        switch self {
        case .socket(let path): path
        case .url(let url, _): url
        }
    }

    private static func socket(at path: String) throws(Failure) -> AdminAddress {
        let path = path.hasPrefix("unix:") ? String(path.dropFirst(5)) : path
        guard !path.isEmpty else { throw .nowhere }
        guard path.utf8.count <= maximumPathLength else { throw .longPath(path) }
        return .socket(path: path)
    }

    private static func remote(at url: String, token: String?) throws(Failure) -> AdminAddress {
        if url.hasPrefix("unix:") { return try socket(at: url) }
        guard let scheme = ["http://", "https://"].first(where: url.hasPrefix) else {
            throw .badURL(url)
        }
        var origin = url
        while origin.hasSuffix("/") { origin.removeLast() }
        // Userinfo, a path, a query or a fragment would silently not be what was asked for.
        let authority = origin.dropFirst(scheme.count)
        guard !authority.isEmpty, !authority.contains(where: { "/?#@ ".contains($0) }) else {
            throw .badURL(url)
        }
        return .url(origin, token: token)
    }
}
