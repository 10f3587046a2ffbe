// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import WireFormats

@Suite struct ResponseWriterTests {
    @Test(
        arguments: [
            (
                503, "body", false, false, 1,
                "HTTP/1.1 503 Service Unavailable\r\nX-A: b\r\nContent-Length: 4\r\n\r\nbody"
            ),
            (
                503, "body", true, false, 1,
                "HTTP/1.1 503 Service Unavailable\r\nX-A: b\r\nContent-Length: 4\r\n\r\n"
            ),
            (
                200, "", false, true, 1,
                "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            ),
            (
                200, "", false, false, 0,
                "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"
            ),
            (204, "no", false, false, 1, "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n"),
            (
                304, "no", false, false, 1,
                "HTTP/1.1 304 Not Modified\r\nX-A: b\r\nContent-Length: 2\r\n\r\n"
            ),
            (
                599, "", false, false, 1,
                "HTTP/1.1 599 Unknown\r\nX-A: b\r\nContent-Length: 0\r\n\r\n"
            ),
        ] as [(UInt16, String, Bool, Bool, UInt8, String)]
    )
    func `an answer is written as its request allows`(
        status: UInt16,
        body: String,
        toHead: Bool,
        closes: Bool,
        minorVersion: UInt8,
        text: String
    ) {
        let respond = Respond(
            status: status,
            reason: nil,
            headers: [.init(name: "X-A", value: "b")],
            body: .bytes(Array(body.utf8))
        )
        let bytes = ResponseWriter.bytes(
            of: respond,
            toHead: toHead,
            closes: closes,
            minorVersion: minorVersion
        )
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        let stream = MessageStream(kind: .response, answersHead: [toHead])
        let trace = stream.read(bytes, pieces: [bytes.count])
        #expect(trace.refusal == nil && trace.messages.map(\.end) == [bytes.count])
    }

    @Test func `a reason of one's own is kept`() {
        let respond = Respond(status: 200, reason: "Fine", headers: [], body: .empty)
        let bytes = ResponseWriter.bytes(of: respond, toHead: false, closes: false, minorVersion: 1)
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("HTTP/1.1 200 Fine\r\n"))
    }
}
