// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import RuleFiles

@Suite struct MatcherAndLimitTests {
    private func rule(_ text: String) throws -> Rule {
        try #require(try parse(LanguageTable.rule(text)).get().rules.first?.rule)
    }

    @Test func `contents are matched by pointers and by text`() throws {
        let when = try rule(
            "when: { cookies: { Sid: a }, body: { /a~1b/0/~01: x, text: '*y*' } }\nthen: [hang]"
        ).when
        #expect(when.cookies == [.init(name: "Sid", value: .text(TextPattern("a")))])
        #expect(
            when.bodies == [
                .value(pointer: ["a/b", "0", "~1"], .text(TextPattern("x"))),
                .text(.text(TextPattern("*y*"))),
            ]
        )
        #expect(when.needsRequest)
    }

    @Test func `an answer is matched by its status, its headers and its content`() throws {
        let when = try rule(
            "when: { response: { status: [503, 4xx], headers: { X-A: b }, body: { /e: f } } }\n"
                + "then: [reset]"
        ).when
        #expect(
            when.response
                == ResponsePattern(
                    statuses: [503...503, 400...499],
                    headers: [.init(name: "x-a", value: .text(TextPattern("b")))],
                    bodies: [.value(pointer: ["e"], .text(TextPattern("f")))]
                )
        )
    }

    @Test func `bytes are text, or hexadecimal digits`() throws {
        let hex = try rule(
            "when: { bytes: { toward: client, hex: '16 03ff' } }\nthen: [reset]"
        ).when.bytes
        #expect(
            hex
                == BytesPattern(
                    .literal([0x16, 3, 0xff]),
                    direction: .serverToClient,
                    scan: .kibibytes(4)
                )
        )
        let text = try rule(
            "when: { bytes: { toward: server, text: é, scan: 5B } }\nthen: [reset]"
        ).when.bytes
        #expect(
            text == BytesPattern(.literal([0xc3, 0xa9]), direction: .clientToServer, scan: .five)
        )
    }

    @Test func `a cohort is a share of clients unless it says of what`() throws {
        let half = try rule("when: { cohort: { percent: 50 } }\nthen: [hang]").when
        #expect(half.cohort == Cohort(share: try Probability(0.5), key: .client))
        #expect(!half.needsRequest)
        let users = try rule(
            "when: { cohort: { percent: 5%, of: 'header:X-User' } }\nthen: [hang]"
        ).when
        #expect(users.cohort?.key == .header(Array("x-user".utf8)))
        #expect(users.needsRequest)
    }

    @Test func `limits of time and of number read as they are meant`() throws {
        let limit = try rule(
            "limit: { window: { on: 30s, every: 5m }, concurrent: 10, per: 'header:X-T',"
                + " budget: { clients: 5, bytes: 1KB } }\nthen: [hang]"
        ).limit
        #expect(limit.window == Limit.Window(on: .seconds(30), every: .seconds(300)))
        #expect(limit.concurrent == 10)
        #expect(limit.scope == .header(Array("x-t".utf8)))
        #expect(limit.budget == Limit.Budget(clients: 5, bytes: 1_000))
    }

    @Test func `a ramp begins at zero unless a probability is given`() throws {
        let ramp = try rule("limit: { ramp: { to: 100%, over: 60s } }\nthen: [hang]").limit
        #expect(ramp.probability == .never)
        #expect(ramp.ramp == Limit.Ramp(to: .always, over: .seconds(60)))
        let given = try rule(
            "limit: { probability: 10%, ramp: { to: 100%, over: 60s } }\nthen: [hang]"
        ).limit
        #expect(given.probability == (try Probability(0.1)))
    }

    @Test func `final ends the reading`() throws {
        #expect(try rule("final: true\nthen: [hang]").endsReading)
        #expect(try !rule("then: [hang]").endsReading)
    }

    @Test func `lists and maps have bounds`() {
        let many = (0...RuleBounds.items).map { "a\($0)" }.joined(separator: ", ")
        #expect(firstError(LanguageTable.matcher("host: [\(many)]"))?.code == "rule.bad-value")
        let names = (0...RuleBounds.names).map { "a\($0): 1" }.joined(separator: ", ")
        for text in ["headers: { \(names) }", "cookies: { \(names) }", "query: { \(names) }"] {
            #expect(firstError(LanguageTable.matcher(text))?.code == "rule.bad-value")
        }
        let deep = String(repeating: "/a", count: RuleBounds.pointerSteps + 1)
        #expect(
            firstError(LanguageTable.matcher("body: { \(deep): 1 }"))?.code == "rule.bad-value"
        )
        let sections = String(repeating: "{{#a}}", count: 100_000)
        let template = "respond: { status: 200, template: true, body: \"\(sections)\" }"
        #expect(firstError(LanguageTable.fault(template))?.code == "rule.bad-value")
    }

    @Test func `the bound of bodies that are read is within the buffer`() throws {
        let proxy = "version: 1\nproxies: { a: { listen: 'h:1', upstream: 'h:2', limits: "
        let read = try parse(proxy + "{ body-limit: 128KiB } } }").get()
        #expect(read.proxies.first?.definition.limits.bodyLimit == .kibibytes(128))
        #expect(
            firstError(proxy + "{ body-limit: 128KiB, buffer: 64KiB } } }")?.code
                == "proxy.bad-value"
        )
    }
}
