// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import NIOHTTP1

/// Serves one HTTP/1.1 connection: reads a request, answers it, and goes on until the end.
struct HTTPConnection: Sendable {
    let connection: Connection.HTTP
    let state: PrismState
    let table: RouteTable
    let logger: Logger

    func serve() async throws {
        try await connection.executeThenClose { requests, answers in
            var reader = RequestReader(requests)
            let writer = AnswerWriter(channel: connection.channel, answers: answers)
            while let head = try await reader.head() {
                guard try await exchange(head, &reader, writer) else { break }
            }
            answers.finish()
            // Closing now, with request bytes unread, would reset the connection and could take
            // our last answer with it (RFC 9112, section 9.6). So the rest is read and dropped.
            let channel = connection.channel
            let deadline = channel.eventLoop.scheduleTask(
                in: TimeAmount(state.bounds.closeGrace)
            ) {
                channel.close(promise: nil)
            }
            try await reader.drain()
            deadline.cancel()
        }
    }

    /// Answers one request; false when the connection cannot be used for another.
    private func exchange(
        _ head: HTTPRequestHead,
        _ reader: inout RequestReader,
        _ writer: AnswerWriter
    ) async throws -> Bool {
        var template = "unmatched"
        var answer: Answer
        do {
            var request = try Request(head)
            let route = try table.route(for: &request)
            template = route.template
            try table.check(request, for: route, in: state)
            if let expectation = head.headers.first(name: "expect") {
                try await meet(expectation, of: head, writer)
            }
            answer = try await respond(to: request, by: route, &reader)
        } catch let refusal as Refusal {
            answer = Answer(refusal)
        }
        // A body we refuse to read makes the connection useless; an absent one ends at once.
        if !reader.isAtEnd, !head.hasBody {
            _ = try await reader.body(hashing: false) { _ throws(Refusal) in }
        }
        let persists = reader.isAtEnd && head.isKeepAlive
        state.counters.answered(
            .init(
                method: head.method.countedName,
                route: template,
                status: answer.status.code
            )
        )
        logger.info("\(head.method.rawValue) \(head.uri) \(answer.status.code)")
        try await writer.write(answer, to: head, persists: persists)
        return persists
    }

    private func respond(
        to request: Request,
        by route: Route,
        _ reader: inout RequestReader
    ) async throws -> Answer {
        var request = request
        let bounds = state.bounds
        switch route.intake {
        case .none, .json:
            request.body = try await reader.body(hashing: false) { count throws(Refusal) in
                guard count <= bounds.maximumJSONBytes else {
                    throw .tooLarge("body", "maximumJSONBytes", bounds.maximumJSONBytes)
                }
            }
        case .block:
            try state.beginUpload()
            defer { state.endUpload() }
            request.body = try await reader.body(hashing: true) { count throws(Refusal) in
                guard count <= bounds.maximumBlockBytes else {
                    throw .tooLarge("block", "maximumBlockBytes", bounds.maximumBlockBytes)
                }
            }
        }
        return try route.respond(request, state)
    }

    /// Tells a client that waits before sending a body to go on (RFC 9110, section 10.1.1).
    private func meet(
        _ expectation: String,
        of head: HTTPRequestHead,
        _ writer: AnswerWriter
    ) async throws {
        guard expectation.lowercased() == "100-continue" else {
            throw Refusal(
                .expectationFailed,
                "expectation_failed",
                "Only 'Expect: 100-continue' is known."
            )
        }
        guard head.hasBody else { return }
        try await writer.proceed()
    }
}

extension HTTPMethod {
    /// The name to count by; all the methods nobody has heard of are one.
    fileprivate var countedName: String {
        let known: [HTTPMethod] = [.GET, .HEAD, .POST, .PUT, .PATCH, .DELETE, .OPTIONS, .CONNECT]
        return known.contains(self) ? rawValue : "OTHER"
    }
}
