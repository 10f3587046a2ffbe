// SPDX-License-Identifier: Apache-2.0
import FaultModel
import FlowEngine
import TestSupport
import Testing

/// Random traffic under rules that come and go, against what each side must have received.
@Suite struct SimulationTests {
    @Test(arguments: SeededNumbers.seeds(300))
    func `promise 1: with no rule each side receives what the other sent`(seed: UInt64) {
        var simulation = ExchangeSimulation(seed: seed, rules: [])
        simulation.run(steps: 60)
        simulation.complete()
        #expect(simulation.complaint == nil, "CHAOS_SEED=\(seed)")
    }

    @Test(arguments: SeededNumbers.seeds(400))
    func `promises 2 and 4: rules that hold lose nothing, and nothing hangs when they go`(
        seed: UInt64
    ) {
        var simulation = ExchangeSimulation(seed: seed, rules: ExchangeSimulation.holding)
        simulation.run(steps: 80)
        simulation.complete()
        #expect(simulation.complaint == nil, "CHAOS_SEED=\(seed)")
    }

    @Test(arguments: SeededNumbers.seeds(600))
    func `no exchange is lost except by a rule, and what a rule ends ends cleanly`(seed: UInt64) {
        var simulation = ExchangeSimulation(
            seed: seed,
            rules: ExchangeSimulation.holding + ExchangeSimulation.ending
        )
        simulation.run(steps: 80)
        simulation.complete()
        #expect(simulation.complaint == nil, "CHAOS_SEED=\(seed)")
    }

    @Test(arguments: SeededNumbers.seeds(1_000))
    func
        `messages are answered, lost, doubled and changed by rules that fired, and by nothing else`(
            seed: UInt64
        )
    {
        var simulation = MessageSimulation(seed: seed)
        simulation.run(steps: 80)
        simulation.complete()
        #expect(simulation.complaint == nil, "CHAOS_SEED=\(seed)")
    }

    @Test(arguments: SeededNumbers.seeds(300))
    func `promise 2: a stream keeps its order under rules that come and go`(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let flow = FlowPlaybook(.tcp)
        var sent: [Direction: [UInt8]] = [.clientToServer: [], .serverToClient: []]
        for _ in 0..<80 {
            switch numbers.below(5) {
            case 0:
                flow.pass(.milliseconds(numbers.below(40)))
            case 1:
                let rules = ExchangeSimulation.holding.filter { _ in numbers.once(in: 3) }
                flow.adopt(rules, serial: UInt64(100 + numbers.below(1_000)))
            default:
                let direction = numbers.pick(Direction.allCases)
                let bytes = (0..<numbers.below(50)).map { _ in
                    UInt8.random(in: 0...255, using: &numbers)
                }
                sent[direction, default: []] += bytes
                flow.arrive(direction, bytes)
            }
            #expect(
                sent[.clientToServer]?.starts(with: flow.sentToServer) == true,
                "CHAOS_SEED=\(seed)"
            )
            #expect(
                sent[.serverToClient]?.starts(with: flow.sentToClient) == true,
                "CHAOS_SEED=\(seed)"
            )
        }
        flow.ends(numbers.once(in: 2) ? .client : .server)
        flow.adopt([], serial: 5_000)
        flow.ends(.client)
        flow.ends(.server)
        #expect(sent[.clientToServer] == flow.sentToServer, "CHAOS_SEED=\(seed)")
        #expect(sent[.serverToClient] == flow.sentToClient, "CHAOS_SEED=\(seed)")
        #expect(flow.heldBytes == 0 && flow.ending == .fin, "CHAOS_SEED=\(seed)")
    }
}
