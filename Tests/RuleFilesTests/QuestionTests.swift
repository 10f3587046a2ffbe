// SPDX-License-Identifier: Apache-2.0
import FaultModel
import RuleFiles
import Testing

@Suite struct QuestionTests {
    @Test(
        arguments: [
            (#"{"rule": "r", "fired": 3}"#, .fired(rule: "r", atLeast: 3)),
            (#"{"rule": "r", "matched": 3}"#, .matched(rule: "r", atLeast: 3)),
            (#"{"proxy": "p", "connections": 0}"#, .connections(proxy: "p", exactly: 0)),
            (#"{"generation": 7}"#, .generation(7)),
            (#"{"idle": "500ms"}"#, .idle(.milliseconds(500))),
            (#"{"ready": true}"#, .ready),
        ] as [(String, WaitDocument.Condition)]
    )
    func `each condition is read`(text: String, condition: WaitDocument.Condition) throws {
        let document = try WaitDocument(json: Array(#"{"for": \#(text)}"#.utf8))
        #expect(document.condition == condition)
        #expect(document.timeout == WaitDocument.defaultTimeout)
        let timed = try WaitDocument(json: Array(#"{"timeout": "10m", "for": \#(text)}"#.utf8))
        #expect(timed.timeout == .seconds(600))
    }

    @Test(arguments: [
        (#"{}"#, "wait.missing-key", ""), (#"[]"#, "wait.bad-value", ""),
        (#"{"for": {}}"#, "wait.bad-value", "/for"),
        (#"{"for": {"rule": "r"}}"#, "wait.bad-value", "/for"),
        (#"{"for": {"rule": "r", "fired": 1, "matched": 1}}"#, "wait.bad-value", "/for"),
        (#"{"for": {"rule": "r", "fired": -1}}"#, "wait.bad-value", "/for/fired"),
        (#"{"for": {"rule": "r", "fird": 1}}"#, "wait.unknown-key", "/for/fird"),
        (#"{"for": {"rule": "r", "connections": 1}}"#, "wait.bad-value", "/for/connections"),
        (#"{"for": {"proxy": "p"}}"#, "wait.missing-key", "/for"),
        (#"{"for": {"proxy": "p", "rule": "r"}}"#, "wait.bad-value", "/for"),
        (#"{"for": {"idle": "500"}}"#, "wait.bad-value", "/for/idle"),
        (#"{"for": {"idle": "0s"}}"#, "wait.bad-value", "/for/idle"),
        (#"{"for": {"ready": false}}"#, "wait.bad-value", "/for/ready"),
        (#"{"for": {"ready": true, "fired": 1}}"#, "wait.bad-value", "/for/fired"),
        (#"{"for": {"ready": true}, "timeout": "11m"}"#, "wait.bad-value", "/timeout"),
        (#"{"for": {"ready": true}, "timeout": "1us"}"#, "wait.bad-value", "/timeout"),
        (#"{"for""#, "json.malformed", ""),
    ])
    func `a wait that makes no sense is refused at its place`(
        text: String,
        code: String,
        path: String
    ) {
        let error = #expect(throws: InvalidConfiguration.self) {
            try WaitDocument(json: Array(text.utf8))
        }
        #expect(error?.first.code == code)
        #expect(error?.first.path == path)
    }

    @Test func `a request is described as far as somebody likes`() throws {
        let text = """
            {"request": {"method": "PUT", "url": "http://p/x", "body": "b",
                         "headers": {"A": "1", "B": ["2", "3"]}},
             "proxy": "p", "client": "10.0.0.1", "connection": 3, "unit": 0}
            """
        var request = ImaginedRequest(
            method: "PUT",
            target: "http://p/x",
            headers: [
                .init(name: "A", value: "1"), .init(name: "B", value: "2"),
                .init(name: "B", value: "3"),
            ]
        )
        request.body = "b"
        request.proxy = "p"
        request.client = "10.0.0.1"
        request.connection = 3
        request.unit = 0
        #expect(try ExplainDocument(json: Array(text.utf8)) == .request(request))
        let short = try ExplainDocument(json: Array(#"{"request": {"path": "/x"}}"#.utf8))
        #expect(short == .request(ImaginedRequest(target: "/x")))
    }

    @Test func `what happened is named by its id`() throws {
        #expect(try ExplainDocument(json: Array(#"{"exchange": "1.0"}"#.utf8)) == .exchange("1.0"))
        #expect(try ExplainDocument(json: Array(#"{"rule": "a/b"}"#.utf8)) == .rule("a/b"))
    }

    @Test(arguments: [
        (#"{}"#, "explain.bad-value", ""),
        (#"{"rule": "r", "exchange": "1.0"}"#, "explain.bad-value", ""),
        (#"{"rule": "r", "client": "10.0.0.1"}"#, "explain.bad-value", "/client"),
        (#"{"rules": "r"}"#, "explain.unknown-key", "/rules"),
        (#"{"request": {}}"#, "explain.bad-value", "/request"),
        (#"{"request": {"path": "/", "url": "http://p/"}}"#, "explain.bad-value", "/request"),
        (#"{"request": {"path": "/a\nb"}}"#, "explain.bad-value", "/request/path"),
        (
            #"{"request": {"path": "/", "headers": {"A": []}}}"#, "explain.bad-value",
            "/request/headers/A"
        ),
        (
            #"{"request": {"path": "/", "headers": {"A": {}}}}"#, "explain.bad-value",
            "/request/headers/A"
        ),
        (#"{"request": {"path": "/", "body": {}}}"#, "explain.bad-value", "/request/body"),
        (#"{"request": {"path": "/"}, "connection": 0}"#, "explain.bad-value", "/connection"),
        (#"{"request": {"path": "/"}, "unit": "x"}"#, "explain.bad-value", "/unit"),
    ])
    func `a question that makes no sense is refused at its place`(
        text: String,
        code: String,
        path: String
    ) {
        let error = #expect(throws: InvalidConfiguration.self) {
            try ExplainDocument(json: Array(text.utf8))
        }
        #expect(error?.first.code == code)
        #expect(error?.first.path == path)
    }
}
