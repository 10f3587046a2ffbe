// SPDX-License-Identifier: Apache-2.0
package import AdminContract

/// Why a request to the admin socket has no good answer.
package enum AdminFailure: Error, Equatable {
    /// No connection could be made, or it ended before an answer came.
    case unreachable(AdminAddress, Reason)
    /// The proxy was reached and did not answer in time; whether a change was made is unknown.
    case unanswered(AdminAddress, seconds: Int64, isChange: Bool)
    /// The connection ended in mid-answer.
    case cutShort(AdminAddress, isChange: Bool)
    /// The proxy said no, and why.
    case refused(status: UInt, ErrorReply.Failure)
    /// Something answered, and not in the words of the contract.
    case unintelligible(AdminAddress, String)

    package enum Reason: Equatable, Sendable {
        /// No file at that path (ENOENT).
        case noSocket
        /// A socket that nobody listens at (ECONNREFUSED).
        case nobodyListening
        /// The file's mode or a directory's keeps this user out (EACCES, EPERM).
        case notPermitted
        /// No connection within the bound.
        case timedOut(seconds: Int64)
        /// In the words of the system.
        case other(String)
    }
}

extension AdminFailure {
    /// The status with which the proxy said no; `nil` for every other failure.
    package var refusalStatus: UInt? {
        guard case .refused(let status, _) = self else { return nil }
        return status
    }
}

extension AdminFailure: CustomStringConvertible {
    /// A sentence for a person, without the full stop.
    package var description: String {
        switch self {
        case .unreachable(let address, let reason):
            "cannot reach the proxy at \(address): \(reason)"
        case .unanswered(let address, let seconds, _):
            "the proxy at \(address) did not answer within \(seconds) s"
        case .cutShort(let address, _):
            "the proxy at \(address) ended the connection before its answer was whole"
        case .refused(_, let failure):
            failure.message
        case .unintelligible(let address, let what):
            "what answers at \(address) does not speak as chaosproxy does: \(what)"
        }
    }

    /// What to do next, a sentence each.
    package var hints: [String] {
        switch self {
        case .unreachable(.url, _):
            ["Start the proxy with --admin-listen, or correct CHAOS_URL."]
        case .unreachable(_, .notPermitted):
            ["Run as the user that started the proxy, or name another socket with --socket."]
        case .unreachable(_, .timedOut):
            ["The proxy may be stopped or overloaded: look at its log."]
        case .unreachable:
            ["Start it with `chaosproxy --config FILE`, or name another socket with --socket."]
        case .unanswered(_, _, let isChange), .cutShort(_, let isChange):
            isChange
                ? ["Whether the change was made is unknown: look with `chaosctl rule list`."]
                : ["The proxy may be stopped or overloaded: look at its log."]
        case .refused(let status, let failure):
            (failure.path.map { $0.isEmpty ? [] : ["At \($0)."] } ?? [])
                + (failure.hint.map { [$0] } ?? [])
                + (status == 401 ? ["Put the proxy's token into CHAOS_TOKEN."] : [])
        case .unintelligible:
            ["Check that --socket, CHAOS_SOCKET or CHAOS_URL names the proxy's admin socket."]
        }
    }
}

extension AdminFailure.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSocket: "there is no such socket"
        case .nobodyListening: "nothing is listening"
        case .notPermitted: "permission denied"
        case .timedOut(let seconds): "no connection within \(seconds) s"
        case .other(let words): words
        }
    }
}
