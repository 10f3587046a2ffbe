// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@Suite struct EndpointTests {
    @Test(arguments: [
        ("127.0.0.1:80", Endpoint.tcp(host: "127.0.0.1", port: 80)),
        ("localhost:0", .tcp(host: "localhost", port: 0)),
        ("a-b.example:65535", .tcp(host: "a-b.example", port: 65_535)),
        ("[::1]:8080", .tcp(host: "::1", port: 8_080)),
        ("[2001:db8::1]:1", .tcp(host: "2001:db8::1", port: 1)),
        ("unix:/run/p.sock", .unix(path: "/run/p.sock")),
        ("unix:p:1", .unix(path: "p:1")),
    ])
    func `an endpoint is read and written alike`(text: String, endpoint: Endpoint) throws {
        #expect(try Endpoint(text) == endpoint)
        #expect(endpoint.description == text)
    }

    @Test(arguments: [
        ("", Endpoint.Failure.noPort), ("localhost", .noPort), ("80", .noPort),
        ("localhost:", .badPort), ("localhost:65536", .badPort), ("localhost:-1", .badPort),
        ("localhost:+80", .badPort), ("localhost:http", .badPort), ("localhost: 80", .badPort),
        (":80", .emptyHost), ("::1:80", .badBrackets), ("[::1:80", .badBrackets),
        ("::1]:80", .badBrackets), ("[]:80", .badBrackets), ("[::g]:80", .badBrackets),
        ("[localhost]:80", .badBrackets), ("[:80", .badBrackets), ("]:80", .badBrackets),
        ("[::1]", .badPort), ("unix:", .emptyPath),
        ("unix:/" + String(repeating: "a", count: 107), .longPath),
    ])
    func `what is not an endpoint is refused with its reason`(
        text: String,
        failure: Endpoint.Failure
    ) {
        #expect(throws: failure) { try Endpoint(text) }
    }

    @Test func `the longest path that a socket holds is accepted`() throws {
        let path = "/" + String(repeating: "a", count: Endpoint.maximumPathLength - 1)
        #expect(try Endpoint("unix:" + path) == .unix(path: path))
    }
}
