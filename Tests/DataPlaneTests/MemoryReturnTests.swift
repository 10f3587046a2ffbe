// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import DataPlane

/// When memory goes back to the system.
@Suite struct MemoryReturnTests {
    private final class Count: Sendable {
        let value = Atomic<Int>(0)
        var now: Int { value.load(ordering: .relaxed) }
    }

    private let returned = Count()
    private let memory: MemoryReturn

    init() {
        let returned = returned
        memory = MemoryReturn { returned.value.add(1, ordering: .relaxed) }
    }

    private func come(_ count: Int) { for _ in 0..<count { memory.enter() } }
    private func go(_ count: Int) { for _ in 0..<count { memory.leave() } }

    @Test func `memory goes back once when seven of eight of a crowd have left`() {
        come(1_000)
        go(874)
        #expect(returned.now == 0)
        go(1)
        #expect(returned.now == 1)
        go(125)
        #expect(returned.now == 1)
    }

    @Test func `the next crowd's goes back again, and that of a few never`() {
        for crowd in 1...3 {
            come(1_000)
            go(1_000)
            #expect(returned.now == crowd)
        }
        for _ in 0..<10 {
            come(999)
            go(999)
        }
        #expect(returned.now == 3)
    }
}
