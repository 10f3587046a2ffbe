// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Promise 1 of the rules, for whole exchanges: with no rule firing, every byte passes unchanged.
@Suite(.serialized) struct TransparencyTests {
    static let exchanges = 1_000

    enum Rules: String, CaseIterable {
        case none
        case hundredThatNeverMatch

        var text: String {
            guard self == .hundredThatNeverMatch else { return "" }
            return (1...100).map { number in
                """
                  - id: never.\(number)
                    when: { request: "GET /elsewhere/\(number)/**", headers: { X-Rule: "\(number)" } }
                    then: [{ respond: 503 }, { delay: 10s }]
                """
            }.joined(separator: "\n")
        }
    }

    @Test(arguments: Rules.allCases)
    func `promise 1: 1,000 exchanges in all framings are the same bytes with and without the proxy`(
        rules: Rules
    ) async throws {
        try await Stage.with { stage in
            let direct = try await stage.upstream("exchanges.py")
            let proxy = try await stage.proxy("http", to: direct, rules: rules.text)
            async let one = fetch(from: direct, into: "direct", on: stage)
            async let other = fetch(from: proxy.address, into: "proxied", on: stage)
            let (expected, seen) = try await (one, other)
            #expect(expected.outcomes.count == Self.exchanges)
            #expect(expected.outcomes.allSatisfy { $0.hasPrefix("0 ") })
            #expect(seen.outcomes == expected.outcomes)
            #expect(expected.hashes.count == Self.exchanges)
            #expect(Set(expected.hashes.values).count > Self.exchanges * 9 / 10)
            let differing = expected.hashes.filter { seen.hashes[$0.key] != $0.value }.keys
            #expect(differing.sorted() == [], "these answers differ; the kind is the number % 16")

            // curl kept connections alive, and the proxy saw every exchange on them.
            let log = try await proxy.events { log in
                log.count { $0.kind == "xchg" } >= Self.exchanges
            }
            #expect(log.count { $0.event == "opened" } < Self.exchanges / 2)
            #expect(log.allSatisfy { $0.kind != "fault" && $0.kind != "notice" })
        }
    }

    private struct Fetched {
        var outcomes: [String]
        var hashes: [String: String]
    }

    /// Makes every exchange with one curl, each answer as it came into a file of its own.
    private func fetch(
        from address: String,
        into name: String,
        on stage: Stage
    ) async throws -> Fetched {
        let folder = stage.folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let body = String(repeating: "0123456789abcdef", count: 400)
        try Data(body.utf8).write(to: folder.appendingPathComponent("body"))
        let sections = (0..<Self.exchanges).map { section($0, of: address) }
        let file = try stage.write(sections.joined(separator: "\nnext\n"), to: "\(name).curl")
        let curl = try await run(
            "curl",
            ["--config", file],
            in: folder,
            within: .seconds(100)
        )
        #expect(curl.status == 0, "\(curl.errors)")
        let hashes = try await run(
            "openssl",
            ["dgst", "-sha256", "-r"] + (0..<Self.exchanges).map(String.init),
            in: folder
        )
        let pairs = hashes.output.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            return (String(words[1]), String(words[0]))
        }
        return Fetched(
            outcomes: curl.output.split(separator: "\n").map(String.init),
            hashes: Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        )
    }

    /// One exchange in curl's own configuration language.
    private func section(_ number: Int, of address: String) -> String {
        var lines = [
            "url = \"http://\(address)/exchange/\(number)\"", "output = \"\(number)\"",
            "header = \"Host: exchange.test\"", "header = \"x-OdD-cAsE:  \(number) \"",
            "raw", "include", "silent", "noproxy = \"*\"", "max-time = 30",
            "write-out = \"%{exitcode} %{http_code} %{size_download}\\n\"",
        ]
        switch number % 16 {
        case 4: lines.append("head")
        case 11: lines.append("data-binary = \"@body\"")
        case 12:
            lines += [
                "request = \"PUT\"", "upload-file = \"body\"",
                "header = \"Transfer-Encoding: chunked\"", "header = \"Expect: 100-continue\"",
            ]
        case 14: lines.append("http1.0")
        default: break
        }
        return lines.joined(separator: "\n")
    }
}
