// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import FaultModel
import RuleFiles

extension DesiredState {
    /// What `/metrics` shows, as one text.
    func metrics() async -> String {
        let traffic = await traffic.figures()
        return MetricsPage(
            generation: generation,
            proxies: draft.proxies.map { entry in
                MetricsPage.Proxy(
                    name: entry.definition.name,
                    isHTTP: entry.definition.transport != .tcp
                )
            },
            rules: draft.book.slots.map { slot in
                MetricsPage.Rule(
                    id: slot.entry.rule.id,
                    matches: slot.tally.matches,
                    faults: slot.entry.rule.then.map(\.word)
                )
            },
            traffic: traffic,
            missedByFollowers: log.missed(by: .follower),
            missedByFile: log.missed(by: .file),
            process: .current,
            started: log.wallOrigin
        ).text
    }
}
