// SPDX-License-Identifier: Apache-2.0
import EventRecords
import Testing

@testable import DataPlane

@Suite struct LoopCountsTests {
    @Test func `faults of rules that are gone are forgotten once they are too many`() {
        var counts = LoopCounts()
        for number in 1...LoopCounts.maximumIdleFaults { counts.count(fault("rule \(number)")) }
        counts.forget { _ in false }
        #expect(counts.faults.count == LoopCounts.maximumIdleFaults)

        counts.count(fault("kept"))
        counts.count(fault("kept"))
        counts.forget { $0 == "kept" }
        #expect(counts.faults == [FaultName(rule: "kept", fault: "hang"): 2])
    }

    private func fault(_ rule: String) -> FaultRecord {
        FaultRecord(
            rule: rule,
            fault: "hang",
            connection: ConnectionName(id: 1, proxy: "echo", ordinal: 1),
            unit: 0,
            toss: nil,
            delay: nil
        )
    }
}
