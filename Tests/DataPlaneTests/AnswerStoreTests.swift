// SPDX-License-Identifier: Apache-2.0
import DataPlane
import FaultModel
import TestSupport
import Testing

@Suite struct AnswerStoreTests {
    private func key(_ name: String) -> [UInt8] { Array("host /\(name)".utf8) }

    private func answer(_ size: Int = 10, at time: Int64 = 0) -> KeptAnswer {
        KeptAnswer(bytes: Array(repeating: 1, count: size), headLength: 4, received: time)
    }

    @Test func `a rule remembers its own last answer to each request`() {
        let store = AnswerStore()
        store.keep(answer(1), for: "a", to: key("x"))
        store.keep(answer(2), for: "a", to: key("x"))
        store.keep(answer(3), for: "b", to: key("x"))
        #expect(store.answer(of: "a", to: key("x"), maxAge: nil, at: 0)?.bytes.count == 2)
        #expect(store.answer(of: "b", to: key("x"), maxAge: nil, at: 0)?.bytes.count == 3)
        #expect(store.answer(of: "a", to: key("y"), maxAge: nil, at: 0) == nil)
        #expect(store.answer(of: "c", to: key("x"), maxAge: nil, at: 0) == nil)
        #expect(store.count == 2)
    }

    @Test func `an answer serves up to its age and not past it`() {
        let store = AnswerStore()
        store.keep(answer(at: 100), for: "a", to: key("x"))
        let age = Duration.nanoseconds(50)
        #expect(store.answer(of: "a", to: key("x"), maxAge: age, at: 150) != nil)
        #expect(store.answer(of: "a", to: key("x"), maxAge: age, at: 151) == nil)
        #expect(store.answer(of: "a", to: key("x"), maxAge: nil, at: .max) != nil)
    }

    @Test func `past its entries a rule forgets what it used longest ago`() {
        let store = AnswerStore()
        for number in 0..<AnswerStore.maximumEntriesPerRule {
            store.keep(answer(), for: "a", to: key("\(number)"))
        }
        _ = store.answer(of: "a", to: key("0"), maxAge: nil, at: 0)
        store.keep(answer(), for: "a", to: key("new"))
        store.keep(answer(), for: "b", to: key("other"))
        #expect(store.count == AnswerStore.maximumEntriesPerRule + 1)
        #expect(store.answer(of: "a", to: key("0"), maxAge: nil, at: 0) != nil)
        #expect(store.answer(of: "a", to: key("1"), maxAge: nil, at: 0) == nil)
        #expect(store.answer(of: "a", to: key("2"), maxAge: nil, at: 0) != nil)
    }

    @Test func `an answer too large is not kept, and leaves the one before it`() {
        let store = AnswerStore()
        store.keep(answer(3), for: "a", to: key("x"))
        store.keep(answer(AnswerStore.maximumAnswerBytes + 1), for: "a", to: key("x"))
        #expect(store.answer(of: "a", to: key("x"), maxAge: nil, at: 0)?.bytes.count == 3)
        store.keep(answer(AnswerStore.maximumAnswerBytes), for: "a", to: key("x"))
        #expect(store.byteCount > AnswerStore.maximumAnswerBytes)
    }

    @Test func `all rules together stay within the bytes, and the longest unused leaves first`() {
        let store = AnswerStore()
        let large = AnswerStore.maximumAnswerBytes
        for number in 0..<80 {
            store.keep(
                answer(large),
                for: number.isMultiple(of: 2) ? "a" : "b",
                to: key("\(number)")
            )
            _ = store.answer(of: "a", to: key("0"), maxAge: nil, at: 0)
            #expect(store.byteCount <= AnswerStore.maximumBytes)
        }
        #expect(store.count == 63)
        #expect(store.answer(of: "a", to: key("0"), maxAge: nil, at: 0) != nil)
        #expect(store.answer(of: "b", to: key("1"), maxAge: nil, at: 0) == nil)
        #expect(store.answer(of: "b", to: key("79"), maxAge: nil, at: 0) != nil)
    }

    @Test func `what a rule remembered goes with the rule`() {
        let store = AnswerStore()
        store.keep(answer(), for: "a", to: key("x"))
        store.keep(answer(), for: "b", to: key("x"))
        let before = store.byteCount
        store.keepOnly(rules: ["b"])
        #expect(store.answer(of: "a", to: key("x"), maxAge: nil, at: 0) == nil)
        #expect(store.answer(of: "b", to: key("x"), maxAge: nil, at: 0) != nil)
        #expect(store.byteCount == before / 2)
        store.keepOnly(rules: [])
        #expect(store.byteCount == 0 && store.count == 0)
    }

    @Test func `many threads leave the books straight`() async throws {
        let store = AnswerStore()
        _ = try await Threads.each { thread in
            var numbers = SeededNumbers(seed: UInt64(thread))
            for _ in 0..<2_000 {
                let name = Array("\(Int.random(in: 0..<1_500, using: &numbers))".utf8)
                let rule = "\(Int.random(in: 0..<3, using: &numbers))"
                if Bool.random(using: &numbers) {
                    let size = Int.random(in: 0..<400, using: &numbers)
                    let bytes = [UInt8](repeating: 0, count: size)
                    let answer = KeptAnswer(bytes: bytes, headLength: 0, received: 0)
                    store.keep(answer, for: rule, to: name)
                } else {
                    _ = store.answer(of: rule, to: name, maxAge: nil, at: 0)
                }
            }
            if thread == 3 { store.keepOnly(rules: ["1", "2"]) }
        }
        #expect(store.count <= 3 * AnswerStore.maximumEntriesPerRule)
        store.keepOnly(rules: [])
        #expect(store.count == 0 && store.byteCount == 0)
    }
}
