// SPDX-License-Identifier: Apache-2.0
package import FaultModel
package import FlowEngine
import Synchronization

/// Makes rules of the faults that requests ask for, and counts them proxy by proxy.
///
/// All that a proxy's requests bring shares one tally, so that its budget holds for them together.
/// Another budget is another tally, which begins anew.
package final class BroughtRules: RequestFaultReader {
    package typealias Parser = @Sendable (String) -> Result<Rule, RequestFaultFailure>

    /// Proxies that are counted apart; a further one makes all begin anew.
    package static let maximumProxies = 1_024

    private struct Counted {
        let budget: Limit.Budget?
        let tally: any Tally
    }

    private let parse: Parser
    private let makeTally: @Sendable () -> any Tally
    /// One for each proxy that lets requests ask, with the budget that it has.
    private let tallies = Mutex<[String: Counted]>([:])

    /// - Parameter parse: Reads the text of the header.
    package init(makeTally: @escaping @Sendable () -> any Tally, parse: @escaping Parser) {
        self.makeTally = makeTally
        self.parse = parse
    }

    package func rule(
        _ text: String,
        on proxy: String,
        budget: Limit.Budget?
    ) -> Result<ActiveRule, RequestFaultFailure> {
        parse(text).map { rule in
            var rule = rule
            rule.limit.budget = budget
            let tally = tallies.withLock { tallies in
                if let counted = tallies[proxy], counted.budget == budget { return counted.tally }
                if tallies.count >= Self.maximumProxies { tallies.removeAll() }
                let counted = Counted(budget: budget, tally: makeTally())
                tallies[proxy] = counted
                return counted.tally
            }
            return ActiveRule(rule: rule, serial: RuleSet.requestFaultSerial, tally: tally)
        }
    }
}
