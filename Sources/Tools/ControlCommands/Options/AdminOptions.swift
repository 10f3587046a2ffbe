// SPDX-License-Identifier: Apache-2.0
import FaultModel
import AdminClient
import AdminContract
import ArgumentParser
import Foundation

/// Which proxy is meant.
struct AdminOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The proxy's admin socket.",
            discussion: """
                Without it: CHAOS_SOCKET, then CHAOS_URL with CHAOS_TOKEN, then \
                $XDG_RUNTIME_DIR/chaosproxy.sock, or as root /run/chaosproxy/admin.sock.
                """,
            valueName: "path"
        ),
        completion: .file()
    )
    var socket: String?

    /// Gives `work` a client for the proxy that is meant.
    func client<Result: Sendable>(
        _ work: (AdminClient) async throws -> Result
    ) async throws -> Result {
        let surroundings = Surroundings.current
        let address = try AdminAddress.find(
            option: socket,
            environment: surroundings.environment,
            isRoot: surroundings.isRoot
        )
        return try await AdminClient.with(address, bounds: surroundings.bounds, work)
    }

    /// Sends one request.
    func send(_ request: AdminRequest) async throws -> AdminReply {
        try await client { try await $0.send(request) }
    }
}

extension AdminReply {
    /// The body as a reply of the contract.
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try AdminJSON.decode(type, from: body)
        } catch {
            throw Complaint(
                "the proxy's answer is not what this chaosctl understands",
                hints: ["Compare `chaosctl --version` with `chaosproxy --version`."],
                status: .failed
            )
        }
    }

    /// The body as it came.
    func tree() throws -> JSONTree {
        do {
            return try JSONTreeReader.read(body)
        } catch {
            throw Complaint(
                "the proxy's answer is not JSON: byte \(error.offset)",
                status: .failed
            )
        }
    }
}

extension AdminRequest {
    /// The path of one thing, its name escaped, and a query that asks for the change to be obeyed
    /// by every live connection before it is answered.
    static func change(
        _ method: Method,
        _ path: String...,
        query: [(String, String)] = [],
        body: JSONTree? = nil
    ) -> AdminRequest {
        let parameters = [("wait", "applied")] + query
        let target =
            "/v1/" + path.map(escaped).joined(separator: "/") + "?"
            + parameters.map { "\($0)=\(escaped($1))" }.joined(separator: "&")
        return AdminRequest(method, target, body: body.map { Data($0.compact.utf8) })
    }

    static func look(_ path: String...) -> AdminRequest {
        AdminRequest(.get, "/v1/" + path.map(escaped).joined(separator: "/"))
    }
}
