// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import PrismStub

/// A plain TCP client that writes text and reads HTTP answers and WebSocket frames.
///
/// It knows nothing of the server's own reading and writing of HTTP, so a mistake there cannot
/// hide by being made on both sides.
struct Wire {
    struct Reply {
        let status: Int
        let headers: [String: String]
        let body: ByteBuffer
        /// Sizes of the chunks, when the answer was chunked.
        var chunkSizes: [Int] = []

        var text: String { String(buffer: body) }
        var json: JSONValue { (try? JSONValue(parsing: body.readableBytesView)) ?? .null }
    }

    struct Ended: Error {}

    private var chunks: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let sink: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var unread = ByteBuffer()

    /// Opens a connection to `service`, and closes it when `body` is done.
    ///
    /// - Parameter receiveBuffer: bytes that the kernel may take in before a read; `nil`: its choice.
    static func open<Result: Sendable>(
        to service: PrismService,
        receiveBuffer: Int? = nil,
        _ body: (inout Wire) async throws -> Result
    ) async throws -> Result {
        var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBuffer)
        }
        let prepare:
            @Sendable (any Channel) -> EventLoopFuture<
                NIOAsyncChannel<ByteBuffer, ByteBuffer>
            > = { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        let connection =
            switch service.address {
            case .tcp(let host, let port):
                try await bootstrap.connect(host: host, port: port, channelInitializer: prepare)
            case .unix(let path):
                try await bootstrap.connect(
                    unixDomainSocketPath: path,
                    channelInitializer: prepare
                )
            }
        return try await connection.executeThenClose { chunks, sink in
            var wire = Wire(chunks: chunks.makeAsyncIterator(), sink: sink)
            return try await body(&wire)
        }
    }

    private init(
        chunks: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        sink: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.chunks = chunks
        self.sink = sink
    }

    func send(_ text: String) async throws {
        try await sink.write(ByteBuffer(string: text))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await sink.write(ByteBuffer(bytes: bytes))
    }

    /// Sends a request with a body, and reads its answer.
    mutating func request(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        type: String = "application/json",
        headers: String = ""
    ) async throws -> Reply {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: test\r\n" + headers
        if let body {
            head += "Content-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
        }
        try await send(head + "\r\n" + (body ?? ""))
        return try await reply(hasBody: method != "HEAD")
    }

    mutating func reply(hasBody: Bool = true) async throws -> Reply {
        let status = Int(try await line().split(separator: " ")[1]) ?? 0
        var headers: [String: String] = [:]
        while case let field = try await line(), !field.isEmpty {
            let sides = field.split(separator: ":", maxSplits: 1)
            headers[sides[0].lowercased()] = sides[1].drop { $0 == " " }.description
        }
        guard hasBody, status >= 200, status != 204, status != 304 else {
            return Reply(status: status, headers: headers, body: ByteBuffer())
        }
        guard headers["transfer-encoding"] == "chunked" else {
            let body = try await bytes(Int(headers["content-length"] ?? "") ?? 0)
            return Reply(status: status, headers: headers, body: body)
        }
        var body = ByteBuffer()
        var sizes: [Int] = []
        while let size = Int(try await line(), radix: 16), size > 0 {
            var chunk = try await bytes(size)
            body.writeBuffer(&chunk)
            sizes.append(size)
            _ = try await line()
        }
        _ = try await line()
        return Reply(status: status, headers: headers, body: body, chunkSizes: sizes)
    }

    /// One line without its end.
    mutating func line() async throws -> String {
        while true {
            if let end = unread.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let text = unread.readString(length: end - unread.readerIndex + 1) ?? ""
                return text.replacing("\r\n", with: "")
            }
            try await more()
        }
    }

    mutating func bytes(_ count: Int) async throws -> ByteBuffer {
        while unread.readableBytes < count { try await more() }
        return unread.readSlice(length: count) ?? ByteBuffer()
    }

    /// Whether the server closes the connection, with nothing more to read.
    mutating func isClosed() async throws -> Bool {
        guard unread.readableBytes == 0 else { return false }
        return try await chunks.next() == nil
    }

    private mutating func more() async throws {
        guard var chunk = try await chunks.next() else { throw Ended() }
        unread.writeBuffer(&chunk)
    }
}
