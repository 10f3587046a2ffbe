// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import ControlPlane

/// The control plane under random requests, also bad ones, while time passes.
@Suite(.timeLimit(.minutes(15))) struct AdminSequenceTests {
    @Test(arguments: SeededNumbers.seeds(80))
    func `promise 6: whatever is asked, a refusal changes nothing, and what is told is in force`(
        seed: UInt64
    ) async throws {
        var sequence = try await AdminSequence(seed: seed)
        await sequence.run(steps: 60)
        let story = sequence.story.suffix(12).joined(separator: "\n")
        #expect(sequence.complaints.isEmpty, "CHAOS_SEED=\(seed)\n\(story)")
    }
}
