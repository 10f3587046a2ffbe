// SPDX-License-Identifier: Apache-2.0
import FaultModel
import AdminClient
import AdminContract

/// Why a command cannot do what it was asked, and what to do next.
struct Complaint: Error, Equatable {
    let message: String
    /// Sentences, each on a line of its own.
    let hints: [String]
    let status: ExitStatus

    init(_ message: String, hints: [String] = [], status: ExitStatus) {
        self.message = message
        self.hints = hints
        self.status = status
    }

    /// The first line after the program's name, the others aligned under it.
    var lines: [String] {
        let name = "chaosctl: "
        let margin = String(repeating: " ", count: name.count)
        return [name + sentence(message)]
            + hints.map { margin + sentence($0.prefix(1).uppercased() + $0.dropFirst()) }
    }

    /// Safe to show, and ended as a sentence is.
    private func sentence(_ text: String) -> String {
        let shown = PlainText.shown(text)
        return shown.last.map { ".?!:".contains($0) } == true ? shown : shown + "."
    }
}

extension Complaint {
    init(_ failure: AdminFailure) {
        self.init(
            failure.description,
            hints: Self.remedy(failure).map { [$0] } ?? failure.hints,
            status: ExitStatus(failure)
        )
    }

    /// What to do next in the words of chaosctl, where the proxy speaks of its endpoints.
    private static func remedy(_ failure: AdminFailure) -> String? {
        guard case .refused(_, let reason) = failure else { return nil }
        return switch (reason.code, ExitStatus(failure)) {
        case ("rule.unknown", .notFound): "`chaosctl rule list` shows those that are there."
        case ("proxy.unknown", .notFound): "`chaosctl proxy list` shows those that are there."
        case ("partition.unknown", .notFound):
            "`chaosctl partition list` shows those that are there."
        case ("lease.unknown", .notFound): "`chaosctl lease list` shows those that run."
        case ("connection.unknown", .notFound): "`chaosctl connections` shows those that live."
        case ("exchange.unknown", .notFound):
            "`chaosctl exchanges` lists those that ended and are still kept."
        case ("wait.timeout", _): "Wait longer with --timeout, or look at `chaosctl events`."
        case ("explain.no-proxy", _): "Name it with --proxy; `chaosctl proxy list` shows them."
        case ("rule.duplicate-id", .conflict):
            "Choose another id, or replace the rule with `chaosctl rule apply`."
        case ("config.stale", .conflict): "Somebody changes the rules just now: try again."
        default: nil
        }
    }

    init(_ failure: AdminAddress.Failure) {
        switch failure {
        case .nowhere:
            self.init(
                "cannot tell where the proxy's admin socket is: XDG_RUNTIME_DIR is not set",
                hints: ["Name the socket with --socket or CHAOS_SOCKET."],
                status: .unreachable
            )
        case .badURL(let url):
            self.init(
                "CHAOS_URL is `\(url)`, which is not the address of a proxy",
                hints: ["Write it as http://127.0.0.1:9901, without a path."],
                status: .invalid
            )
        case .longPath(let path):
            self.init(
                "the path of the socket, `\(path)`, is longer than"
                    + " \(AdminAddress.maximumPathLength) bytes",
                hints: ["No Unix socket can have such a path: choose a shorter one."],
                status: .invalid
            )
        }
    }
}

extension ExitStatus {
    fileprivate init(_ failure: AdminFailure) {
        switch failure {
        case .unreachable: self = .unreachable
        case .unanswered(_, _, let isChange), .cutShort(_, let isChange):
            self = isChange ? .inconclusive : .unreachable
        case .refused(let status, _):
            switch status {
            case 404: self = .notFound
            case 409, 412: self = .conflict
            case 400, 413, 415, 422: self = .invalid
            case 504: self = .inconclusive
            default: self = .failed
            }
        case .unintelligible: self = .failed
        }
    }
}
