// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation
import Testing

@testable import RuleFiles

@Suite struct PresetTests {
    @Test(arguments: Preset.Kind.allCases)
    func `the programs hold the files of presets as they are`(kind: Preset.Kind) throws {
        let folder = PublishedFiles.root.appending(
            path: kind == .fault ? "rules/presets" : "rules/profiles"
        )
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let names = files.map { $0.replacingOccurrences(of: ".yaml", with: "") }
        let embedded = PresetTexts.all.filter { $0.kind == kind }
        #expect(embedded.map(\.name) == names, "run Scripts/embed-presets")
        for text in embedded {
            let file = folder.appending(path: "\(text.name).yaml")
            #expect(
                try String(contentsOf: file, encoding: .utf8) == text.text,
                "run Scripts/embed-presets"
            )
        }
    }

    @Test func `every preset can be read, and has the name that the language gives it`() {
        #expect(
            Set(Preset.all.map(\.name)) == [
                "NetworkTimeout", "ServerError500", "RateLimitExceeded429",
                "DatabaseUnavailable503", "PartialResponse206", "AuthenticationFailure401",
                "edge", "3g", "lte", "wifi", "very-bad", "cellular", "handover", "doze",
                "satellite",
            ]
        )
        #expect(Preset.all.count == PresetTexts.all.count)
    }

    @Test(arguments: Preset.all.map(\.name))
    func `a preset is a rule, written out when it is shown`(name: String) throws {
        let preset = try #require(Preset.named[name])
        let entry = try #require(try parse(LanguageTable.fault(name)).get().rules.first)
        #expect(entry.rule.tags == ["preset:\(name)"])
        #expect(entry.rule.about == preset.about)
        #expect(entry.source["then"] == preset.document["then"])
        #expect(entry.source["limit"] == preset.document["limit"])
        #expect(entry.source["about"]?.text == preset.about)
        #expect(try RuleParser.rule(from: entry.source).rule == entry.rule)
    }

    @Test func `a cellular network is a 3G network`() {
        #expect(Preset.named["cellular"]?.document == Preset.named["3g"]?.document)
    }

    @Test func `a preset is changed as a merge patch says, and says where that is wrong`() throws {
        let slow = LanguageTable.fault("3g: { delay: { time: 1s }, bandwidth: { burst: 5B } }")
        let rule = try #require(try parse(slow).get().rules.first?.rule)
        let bursts = rule.then.compactMap { fault in
            if case .bandwidth(let bandwidth) = fault { bandwidth.burst } else { nil }
        }
        #expect(bursts == [.five, .five])
        let error = firstError(LanguageTable.fault("3g: { delay: { time: 1 } }"))
        #expect(error?.path == "/rules/0/then/0/3g/delay/time")
        #expect(error?.line == 8)
    }

    @Test func `what a rule says of itself stays beside what its preset brings`() throws {
        let text = LanguageTable.rule(
            "about: mine\ntags: [a]\nlimit: { after: 1s }\nthen: [doze, { delay: 1s }, doze]"
        )
        let rule = try #require(try parse(text).get().rules.first?.rule)
        #expect(rule.about == "mine")
        #expect(rule.tags.first == "a")
        #expect(rule.tags.contains("preset:doze"))
        #expect(rule.limit.after == .seconds(1))
        #expect(rule.limit.window == Limit.Window(on: .seconds(270), every: .seconds(300)))
        #expect(rule.then.count == 3)
    }

    @Test func `two presets that disagree about a limit are a conflict`() {
        let text = LanguageTable.rule("then: [doze, doze: { limit: { window: { on: 1s } } }]")
        #expect(firstError(text)?.code == "rule.conflict")
    }

    @Test func `a file stands beside its rules, and its content in the rule that is shown`() throws
    {
        let folder = try TemporaryFolder()
        try folder.write("answer.json", #"{"n": 1}"#)
        let rule = "version: 1\nrules: [{ id: a, then: [{ respond: { status: 200, file: "
        try folder.write("chaos.yaml", rule + "answer.json } }] }]")
        let entry = try #require(
            try Configuration.load(path: folder.path("chaos.yaml")).rules.first
        )
        let respond = try #require(entry.source["then"]?.items.first?["respond"])
        #expect(respond["body"]?.text == #"{"n": 1}"#)
        #expect(respond["file"] == nil)
        try Data([0xff, 0]).write(to: URL(filePath: folder.path("answer.json")))
        let binary = try #require(
            try Configuration.load(path: folder.path("chaos.yaml")).rules.first
        )
        let shown = try #require(binary.source["then"]?.items.first?["respond"])
        #expect(shown["base64"]?.text == "/wA=")
        try Data(count: RuleBounds.content + 1).write(
            to: URL(filePath: folder.path("answer.json"))
        )
        let large = #expect(throws: InvalidConfiguration.self) {
            try Configuration.load(path: folder.path("chaos.yaml"))
        }
        #expect(large?.first.path == "/rules/0/then/0/respond/file")
    }

    @Test func `a document that came over the socket names no files`() {
        let error = #expect(throws: InvalidConfiguration.self) {
            try RuleParser.rule(
                json: Array(
                    #"{"id":"a","then":[{"respond":{"status":200,"file":"/etc/passwd"}}]}"#.utf8
                )
            )
        }
        #expect(error?.first.code == "rule.file-remote")
        #expect(error?.first.hint?.contains("body") == true)
    }
}

extension DocumentValue {
    var items: [DocumentValue] { if case .array(let items) = self { items } else { [] } }
}
