// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation
import Testing

@Suite struct DocumentValueTests {
    /// The examples of RFC 7396, appendix A.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func `a merge patch changes what it names`(
        target: String,
        patch: String,
        result: String
    ) throws {
        #expect(try read(target).merging(try read(patch)) == (try read(result)))
    }

    @Test func `a value survives writing and reading`() throws {
        let text = #"{"a":[1,-2.5,true,null,"é\n"],"b":{"c":9223372036854775807}}"#
        let value = try read(text)
        #expect(try read(String(decoding: JSONEncoder().encode(value), as: UTF8.self)) == value)
        #expect(value["b"]?["c"] == .int(.max))
        #expect(value["none"] == nil && value["b"]?.text == nil)
    }

    @Test func `a member is set in its place, or at the end`() throws {
        let value = try read(#"{"a":1}"#)
        #expect(value.setting("a", to: .int(2)) == (try read(#"{"a":2}"#)))
        #expect(value.setting("b", to: .int(2)) == (try read(#"{"a":1,"b":2}"#)))
        #expect(DocumentValue.null.setting("a", to: .int(1)) == .null)
    }

    private func read(_ text: String) throws -> DocumentValue {
        try JSONDecoder().decode(DocumentValue.self, from: Data(text.utf8))
    }
}
