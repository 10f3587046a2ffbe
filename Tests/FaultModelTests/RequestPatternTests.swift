// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import FaultModel

@Suite struct RequestPatternTests {
    @Test(arguments: [
        // Pattern, method, path, whether it is meant.
        ("GET /a", "GET", "/a", true), ("GET /a", "POST", "/a", false),
        ("GET /a", "get", "/a", false), ("ANY /a", "PURGE", "/a", true),
        ("GET /a", "GET", "/a/", false), ("GET /a/", "GET", "/a/", true),
        ("GET /a/", "GET", "/a", false), ("GET /", "GET", "/", true),
        ("GET /", "GET", "//", false), ("GET //", "GET", "//", true),
        ("GET /a/*", "GET", "/a/b", true), ("GET /a/*", "GET", "/a", false),
        ("GET /a/*", "GET", "/a/", true), ("GET /a/*", "GET", "/a/b/c", false),
        ("GET /a/{id}/c", "GET", "/a/b/c", true), ("GET /a/{id}", "GET", "/a/b/c", false),
        ("GET /a/**", "GET", "/a", true), ("GET /a/**", "GET", "/a/", true),
        ("GET /a/**", "GET", "/a/b/c/d", true), ("GET /a/**", "GET", "/ab", false),
        ("GET /**", "GET", "/", true), ("ANY /**", "OPTIONS", "*", true),
        ("ANY /**", "CONNECT", "h:443", true), ("ANY /a", "OPTIONS", "*", false),
        ("GET /a*", "GET", "/abc", true), ("GET /a*c", "GET", "/abc", true),
        ("GET /a*c", "GET", "/ab", false), ("GET /v?*/x", "GET", "/v1/x", true),
        ("GET /a%20b", "GET", "/a%20b", true), ("GET /a%20b", "GET", "/a b", true),
        ("GET /%61", "GET", "/a", true), ("GET /a", "GET", "/%61", true),
        ("GET /a", "GET", "/%6", false), ("GET /a/b", "GET", "/a%2Fb", false),
        ("GET /a%2fb", "GET", "/a%2Fb", true), ("GET /*.json", "GET", "/x%2Ejson", true),
        ("GET /A", "GET", "/a", false), ("GET /%zz*", "GET", "/%zz1", true),
        ("  GET   /a ", "GET", "/a", true),
    ])
    func `a request is meant by its method and its segments`(
        text: String,
        method: String,
        path: String,
        isMeant: Bool
    ) throws {
        let matcher = Matcher.request(try RequestPattern(text))
        var asker = Asker([.sample("r", when: matcher)])
        #expect(!asker.ask(SampleHead(method, path: path)).isPass == isMeant)
    }

    @Test(arguments: [
        ("", RequestPattern.Failure.notMethodAndPath), ("/a", .notMethodAndPath),
        ("GET /a b", .notMethodAndPath), ("get /a", .lowercaseMethod), ("Get /a", .lowercaseMethod),
        ("GET a", .pathWithoutSlash), ("GET *", .pathWithoutSlash), ("GET /a/**/b", .restNotLast),
        ("GET /**/**", .restNotLast), ("GET /a?b=c", .queryInPath), ("GET /%", .badPercentEncoding),
        ("GET /%2", .badPercentEncoding), ("GET /a%g1", .badPercentEncoding),
    ])
    func `what is not a pattern is refused with its reason`(
        text: String,
        failure: RequestPattern.Failure
    ) {
        #expect(throws: failure) { try RequestPattern(text) }
    }

    @Test(arguments: [
        ("%41", "A"), ("a%2fb", "a/b"), ("", ""), ("abc", "abc"), ("%e2%82%ac", "€"),
    ])
    func `percent-decoding gives the bytes`(text: String, decoded: String) {
        #expect(PercentDecoding.decoded(Array(text.utf8)) == Array(decoded.utf8))
    }

    @Test(arguments: ["%", "%1", "%g0", "a%0", "%%41"])
    func `a broken escape decodes to nothing`(text: String) {
        #expect(PercentDecoding.decoded(Array(text.utf8)) == nil)
    }
}

extension Matcher {
    static func request(_ patterns: RequestPattern...) -> Matcher {
        var matcher = Matcher.everything
        matcher.requests = patterns
        return matcher
    }
}
