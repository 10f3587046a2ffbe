// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import RuleFiles

@Suite struct LanguageTests {
    @Test(arguments: LanguageTable.right)
    func `what the language has is accepted, and reads the same once written out`(
        text: String
    ) throws {
        let first = try parse(text).get()
        let second = try Configuration.parse(json: first.document.json)
        #expect(second.rules.map(\.rule) == first.rules.map(\.rule))
        #expect(second.document == first.document)
    }

    @Test(arguments: LanguageTable.wrong + LanguageTable.senseless)
    func `what the language has not is refused inside the rule, with its line`(
        text: String
    ) throws {
        let error = try #require(firstError(text))
        #expect(error.path.hasPrefix("/rules/0"))
        #expect(error.line ?? 0 > 4)
        #expect(error.column != nil)
    }

    @Test(arguments: LanguageTable.senselessRules)
    func `what cannot be meant is refused with a remedy`(rule: String, remedy: String) throws {
        let error = try #require(firstError(LanguageTable.rule(rule)))
        #expect(["rule.senseless", "rule.conflict"].contains(error.code))
        #expect(error.hint?.contains(remedy) == true, "\(error)")
    }

    @Test(arguments: LanguageTable.wrongFaults + LanguageTable.senselessFaults)
    func `a fault that is wrong is refused at its place`(fault: String) throws {
        let error = try #require(firstError(LanguageTable.fault(fault)))
        #expect(error.path.hasPrefix("/rules/0/then/0"))
    }

    @Test func `what is not built yet is refused by name`() {
        var documents = [
            LanguageTable.matcher("tls: {}"), LanguageTable.matcher("message: {}"),
            LanguageTable.fault("delay: { time: 1s, at: message }"),
        ]
        for word in RuleParser.unbuiltFaults {
            documents += [LanguageTable.fault(word), LanguageTable.fault("\(word): 1")]
        }
        let proxy = "version: 1\nproxies: { a: { listen: 'h:1', upstream: 'h:2', "
        documents += [proxy + "tls: {} } }"]
        for text in documents {
            #expect(firstError(text)?.code == "rule.not-built", "\(text)")
        }
    }

    /// What the items of `then` mean.
    private static let meanings: [(String, Fault)] = [
        (
            "delay: { time: 1s, at: chunk, max: 2s, toward: both }",
            .delay(
                Delay(
                    .fixed(.seconds(1)),
                    max: .seconds(2),
                    toward: .both,
                    atConnect: false,
                    perChunk: true
                )
            )
        ),
        (
            "delay: lognormal(100ms, 2s)",
            .delay(
                Delay(
                    .lognormal(median: .milliseconds(100), p99: .seconds(2)),
                    max: nil,
                    toward: .client,
                    atConnect: false
                )
            )
        ),
        (
            "slice: 100B ± 20B",
            .slice(Slice(size: 80...120, every: .milliseconds(5), toward: .client))
        ),
        ("stall: 10s", .stall(Stall(after: .zero, for: .seconds(10), toward: .client))),
        ("stall", .stall(Stall(after: .zero, for: nil, toward: .client))),
        ("slow-close: 2s", .slowClose(SlowClose(delay: .seconds(2), toward: .client))),
        ("refuse: { cut: true }", .refuse(Refuse(cutsLive: true))),
        ("malform: huge-header", .malform(.hugeHeader)),
        ("swallow: request", .swallow(Swallow(.request, then: .hang))),
        (
            "swallow: { message: response, then: close }",
            .swallow(Swallow(.response, then: .close))
        ),
        ("repeat: 3", .repeat(Repeat(times: 3))),
        (
            "rate-limit: { quota: 5, per: 1m, key: \"header:X-Key\", headers: none }",
            .rateLimit(
                RateLimit(
                    quota: 5,
                    interval: .seconds(60),
                    key: .header(Array("x-key".utf8)),
                    headers: .none,
                    retryAfter: .seconds
                )
            )
        ),
        ("stale: 10m", .stale(Stale(maxAge: .seconds(600), headers: true))),
        (
            "truncate: { after: 5B, lengths: fix, toward: server }",
            .truncate(
                Truncate(
                    after: .bytes(.five),
                    then: .close,
                    lengths: .fix,
                    toward: .server
                )
            )
        ),
        (
            "edit: { request: { query: { remove: a, set: { b: 1 }, add: { c: [2, 3] } } } }",
            .edit(
                Edit(
                    request: MessageEdit(
                        query: FieldEdits(
                            remove: ["a"],
                            set: [.init(name: "b", value: "1")],
                            add: [.init(name: "c", value: "2"), .init(name: "c", value: "3")]
                        )
                    ),
                    response: nil,
                    lengths: .fix
                )
            )
        ),
        (
            "edit: { response: { status: 404, json-merge: { a: null } }, lengths: keep }",
            .edit(
                Edit(
                    request: nil,
                    response: MessageEdit(
                        status: 404,
                        body: .merge(.object([.init(key: "a", value: .null)]))
                    ),
                    lengths: .keep
                )
            )
        ),
        (
            "respond: { status: 200, body: \"{{n}}\", template: true, forward: true }",
            .respond(
                Respond(
                    status: 200,
                    reason: nil,
                    headers: [.init(name: "Content-Type", value: "text/plain; charset=utf-8")],
                    body: .template("{{n}}"),
                    forwards: true
                )
            )
        ),
        (
            "respond: { status: 200, base64: \"AP8=\" }",
            .respond(
                Respond(
                    status: 200,
                    reason: nil,
                    headers: [.init(name: "Content-Type", value: "application/octet-stream")],
                    body: .bytes([0, 255])
                )
            )
        ),
    ]

    @Test func `a fault means what its words say`() throws {
        for (text, fault) in Self.meanings {
            let rule = try parse(LanguageTable.fault(text)).get().rules.first?.rule
            #expect(rule?.then == [fault], "\(text)")
        }
    }

    @Test func `the rates of faults are shares`() throws {
        let texts = [
            "corrupt: { rate: 1%, mode: zero, skip: 5B }", "loss: { rate: 0.5, rto: 1s }",
            "bandwidth: { rate: 1KB/s, share: proxy }",
        ]
        let faults = try texts.map { text in
            try #require(try parse(LanguageTable.fault(text)).get().rules.first?.rule.then.first)
        }
        let expected: [Fault] = [
            .corrupt(
                Corrupt(rate: try Probability(0.01), mode: .zero, skip: .five, toward: .client)
            ),
            .loss(Loss(rate: try Probability(0.5), timeout: .seconds(1), toward: .client)),
            .bandwidth(
                Bandwidth(
                    rate: try ByteRate(bytesPerSecond: 1_000),
                    burst: .zero,
                    toward: .client,
                    share: .proxy
                )
            ),
        ]
        #expect(faults == expected)
    }
}

extension ByteCount {
    static let five = (try? ByteCount(5)) ?? .zero
}
