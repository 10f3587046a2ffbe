// SPDX-License-Identifier: Apache-2.0
package import AdminContract
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Speaks the contract of the admin socket, over a Unix domain socket or TCP.
///
/// Every wait has a bound, and every failure says what to do next; a request is sent once and never
/// repeated behind the caller's back.
package struct AdminClient: Sendable {
    package let address: AdminAddress
    let bounds: Bounds
    private let http: HTTPClient

    /// How long is waited, and how much is kept.
    package struct Bounds: Hashable, Sendable {
        /// For a connection.
        package var connect: Duration
        /// For a whole answer; of a stream: for its head.
        package var answer: Duration
        /// The largest body of an answer, in bytes.
        package var body: Int
        /// The longest line of a stream, in bytes.
        package var line: Int

        /// 5 s, 30 s, 64 MiB, 1 MiB.
        package static let defaults = Bounds(
            connect: .seconds(5),
            answer: .seconds(30),
            body: 64 << 20,
            line: 1 << 20
        )

        package init(connect: Duration, answer: Duration, body: Int, line: Int) {
            self.connect = connect
            self.answer = answer
            self.body = body
            self.line = line
        }
    }

    /// Gives `work` a client, and closes its connections when `work` is done, however it ends.
    package static func with<Result: Sendable>(
        _ address: AdminAddress,
        bounds: Bounds,
        _ work: (AdminClient) async throws -> Result
    ) async throws -> Result {
        let client = AdminClient(address: address, bounds: bounds)
        do {
            let result = try await work(client)
            try await client.http.shutdown()
            return result
        } catch {
            try? await client.http.shutdown()
            throw error
        }
    }

    private init(address: AdminAddress, bounds: Bounds) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .nanoseconds(bounds.connect.inNanoseconds)
        // "Connection refused" must be told at once and not after a series of attempts.
        configuration.connectionPool.retryConnectionEstablishment = false
        self.address = address
        self.bounds = bounds
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// - Throws: ``AdminFailure``, `refused` for a status of 400 or more.
    package func send(_ request: AdminRequest) async throws(AdminFailure) -> AdminReply {
        do {
            return try await within(bounds.answer + request.extraTime) {
                let response = try await start(request, accepting: "application/json")
                let body = try await response.body.collect(upTo: bounds.body)
                let reply = AdminReply(
                    status: response.status.code,
                    body: Data(body.readableBytesView),
                    entityTag: response.headers.first(name: "etag")
                )
                guard reply.status < 400 else { throw refusal(reply) }
                return reply
            }
        } catch {
            throw AdminFailure(
                error,
                at: address,
                isChange: request.isChange,
                bounds: bounds
            )
        }
    }

    /// Sends a request and returns when the head of a good answer is there.
    func open(_ request: AdminRequest, accepting type: String) async throws -> HTTPClientResponse {
        try await within(bounds.answer) {
            let response = try await start(request, accepting: type)
            let status = response.status.code
            guard status < 400 else {
                let body = try await response.body.collect(upTo: bounds.body)
                throw refusal(
                    AdminReply(status: status, body: Data(body.readableBytesView), entityTag: nil)
                )
            }
            return response
        }
    }

    private func start(
        _ request: AdminRequest,
        accepting type: String
    ) async throws -> HTTPClientResponse {
        var message = HTTPClientRequest(url: url(of: request.target))
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        message.headers.add(name: "accept", value: type)
        if case .socket = address { message.headers.add(name: "host", value: "localhost") }
        if case .url(_, let token?) = address {
            message.headers.add(name: "authorization", value: "Bearer \(token)")
        }
        if let generation = request.generation {
            message.headers.add(name: "if-match", value: "\"\(generation)\"")
        }
        if !request.method.isSafe {
            // Also without a body: it is what no web page can send by itself.
            message.headers.add(name: "content-type", value: "application/json")
            message.body = .bytes(ByteBuffer(bytes: request.body ?? Data()))
        }
        // The surrounding bound ends the wait; this one only must not end it sooner.
        return try await http.execute(message, deadline: .distantFuture)
    }

    private func url(of target: String) -> String {
        switch address {
        case .socket(let path): "http+unix://\(AdminRequest.escaped(path))\(target)"
        case .url(let origin, _): origin + target
        }
    }

    private func refusal(_ reply: AdminReply) -> AdminFailure {
        guard let error = try? AdminJSON.decode(ErrorReply.self, from: reply.body) else {
            return .unintelligible(address, "status \(reply.status) without an error document")
        }
        return .refused(status: reply.status, error.error)
    }

    /// The outcome of `work`, unless `limit` passes first: then `work` is cancelled.
    private func within<Value: Sendable>(
        _ limit: Duration,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask(operation: work)
            group.addTask {
                try await Task.sleep(for: limit)
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}

extension Duration {
    /// Whole nanoseconds; for bounds of seconds, far from what 64 bits can say.
    fileprivate var inNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
