// SPDX-License-Identifier: Apache-2.0
import FaultModel
import WireFormats

/// The messages that the benchmarks send: of the size and with the fields of everyday ones.
enum Messages {
    static let client = IPAddress("192.0.2.1")

    static let path = "/api/v1/swarms/alpha/items"

    static let request = Array(
        """
        GET \(path)?limit=20 HTTP/1.1\r
        Host: service.example:8080\r
        User-Agent: client/1.0\r
        Accept: application/json\r
        Accept-Encoding: gzip, deflate\r
        X-Request-Id: 7f0c2f9e-0f3b-4c53-9c0e-0f6f9b8a4d11\r
        \r

        """.utf8
    )

    static let answerHead = Array(
        """
        HTTP/1.1 200 OK\r
        Server: nginx/1.22.1\r
        Date: Sat, 21 Nov 2026 12:00:00 GMT\r
        Content-Type: application/json\r
        Content-Length: 128\r
        Last-Modified: Sat, 21 Nov 2026 11:00:00 GMT\r
        Connection: keep-alive\r
        ETag: "6740f0a0-80"\r
        Accept-Ranges: bytes\r
        \r

        """.utf8
    )

    static let answer = answerHead + [UInt8](repeating: 120, count: 128)

    /// Content of 16 KiB.
    static let content = [UInt8](repeating: 120, count: 16_384)

    /// The same content in chunks of 1 KiB, with their framing and the end.
    static let chunked =
        (0..<16).flatMap { _ in
            Array("400\r\n".utf8) + [UInt8](repeating: 120, count: 1_024) + Array("\r\n".utf8)
        } + Array("0\r\n\r\n".utf8)

    /// Where things stand in ``request``.
    static func requestFacts() throws -> RequestFacts {
        var reader = HeadReader(.request)
        let progress = reader.read(request.span, limit: request.count + 1)
        guard progress == .complete(length: request.count) else {
            throw WrongWork("the request's head", is: 0, not: request.count)
        }
        return reader.facts
    }
}
