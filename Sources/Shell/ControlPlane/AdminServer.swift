// SPDX-License-Identifier: Apache-2.0
package import EventJournal
import Foundation
import HTTPTypes
import Hummingbird
package import Logging
import ServiceLifecycle
import SocketFiles

/// Serves the admin API on a Unix socket, until it is shut down or cancelled.
package struct AdminServer: Sendable {
    /// Connections at once, twice what may follow events.
    ///
    /// Who comes then waits to be accepted.
    package static let maximumConnections = 2 * FollowerGate.maximum

    private let path: String
    private let routes: AdminRoutes
    private let log: EventLog
    private let logger: Logger
    private let onListening: @Sendable () async -> Void
    private let changesMask: Bool

    /// - Parameters:
    ///   - socket: The path to listen at.
    ///   - changesMask: Whether the process's file mode mask may change for a moment, so that the
    ///     socket is never open to others; without that it is until it listens.
    ///   - onListening: Called once connections are accepted.
    package init(
        socket: String,
        state: DesiredState,
        log: EventLog,
        info: RunInfo,
        logger: Logger,
        changesMask: Bool = true,
        onListening: @escaping @Sendable () async -> Void = {}
    ) {
        path = socket
        routes = AdminRoutes(state: state, log: log, info: info, followers: FollowerGate())
        self.log = log
        self.logger = logger
        self.changesMask = changesMask
        self.onListening = onListening
    }

    /// - Throws: ``AdminFailure`` with `socket.in-use` or `socket.bad-path` when the path is taken.
    package func run() async throws {
        let file = SocketFile(path: path)
        do {
            try file.makeDirectory()
            try file.makeWay()
        } catch {
            throw Self.failure(error)
        }
        // The file is never open to others: not even between its making and the chmod.
        let mask = changesMask ? umask(0o177) : nil
        let unmask = Once { if let mask { umask(mask) } }
        defer {
            unmask.run()
            file.remove()
        }
        let application = Application(
            responder: AdminResponder(routes: routes),
            configuration: .init(
                address: .unixDomainSocket(path: path),
                availableConnectionsDelegate: .maximum(
                    Self.maximumConnections,
                    logger: quiet
                )
            ),
            onServerRunning: { [onListening, logger] _ in
                unmask.run()
                do {
                    try file.restrict()
                } catch {
                    logger.warning(
                        "cannot restrict the admin socket",
                        metadata: ["error": "\(error)"]
                    )
                }
                await onListening()
            },
            logger: quiet
        )
        try await application.run()
    }

    /// The server's own start and stop lines are nobody's news.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = max(.warning, logger.logLevel)
        return logger
    }

    private static func failure(_ failure: SocketFile.Failure) -> AdminFailure {
        let code =
            switch failure {
            case .inUse: "socket.in-use"
            default: "socket.bad-path"
            }
        return AdminFailure(
            409,
            code,
            failure.description,
            hint: "choose another path with --socket"
        )
    }
}

/// Turns the server's requests into ours, and our answers into its own.
struct AdminResponder: HTTPResponder {
    let routes: AdminRoutes

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let answer: AdminAnswer
        do {
            answer = try await self.answer(request)
        } catch let failure as AdminFailure {
            answer = AdminRoutes.answer(failure)
        }
        return response(answer, isHead: request.method == .head)
    }

    /// Who waits and goes away is waited for no longer; its connection ends with the answer.
    private func answer(_ request: Request) async throws -> AdminAnswer {
        guard request.head.path?.hasPrefix("/v1/wait") == true else {
            return await routes.answer(try await taken(request, request.body))
        }
        return try await request.body.consumeWithCancellationOnInboundClose { body in
            await routes.answer(try await taken(request, body))
        }
    }

    private func taken(_ request: Request, _ body: RequestBody) async throws -> AdminRequest {
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        var taken = try AdminRequest(
            method: request.method.rawValue,
            target: request.head.path ?? "/",
            headers: headers
        )
        if let length = headers["content-length"].flatMap({ Int($0) }),
            length > AdminRequest.maximumBody
        {
            throw AdminFailure.bodyTooLarge
        }
        for try await buffer in body {
            guard taken.body.count + buffer.readableBytes <= AdminRequest.maximumBody else {
                throw AdminFailure.bodyTooLarge
            }
            taken.body += buffer.readableBytesView
        }
        return taken
    }

    private func response(_ answer: AdminAnswer, isHead: Bool) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            guard let name = HTTPField.Name(name) else { continue }
            headers[name] = value
        }
        switch answer.body {
        case .bytes(let bytes):
            if !bytes.isEmpty, headers[.contentType] == nil {
                headers[.contentType] = "application/json"
            }
            let body =
                isHead || bytes.isEmpty
                ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
            return Response(status: .init(code: answer.status), headers: headers, body: body)
        case .events(let feed):
            let body = ResponseBody { writer in
                try await feed.run { try await writer.write(ByteBuffer(string: $0)) }
                try await writer.finish(nil)
            }
            return Response(status: .init(code: answer.status), headers: headers, body: body)
        }
    }
}
