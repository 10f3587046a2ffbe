// SPDX-License-Identifier: Apache-2.0
import DataPlane
import EventRecords
import FaultModel
import FlowEngine
import MessageContent

/// Plays the shell for one connection: shows bytes to a flow, obeys its effects with numbers only,
/// and asks after each event what `ProxiedConnection` asks.
final class PlayedConnection {
    private var flow: ConnectionFlow
    private var now = Moment.start
    private var spare: [Effect] = []
    private var delayErrors = Histogram(.lateness)
    private var dials = false
    /// Of what is being sent, bytes that the flow has not taken.
    private var unread = 0
    private var isAskedAgain = false
    private var ending: Close.How?

    private(set) var forwardedToServer = 0
    private(set) var forwardedToClient = 0
    private(set) var records = 0

    init(_ rules: RuleSet, for proxy: ProxyDefinition, ordinal: UInt64 = 1) {
        flow = ConnectionFlow(
            name: ConnectionName(id: ordinal, proxy: proxy.name, ordinal: ordinal),
            facts: ConnectionFacts(ordinal: ordinal, client: Messages.client),
            proxy: proxy,
            rules: rules,
            services: Self.services
        )
        play { $0.opened(at: $1, emitting: &$2) }
    }

    static let services = FlowServices(
        coder: ZlibCoder(),
        renderer: MustacheRenderer(),
        memory: nil,
        wallOrigin: 0
    )

    var exchanges: Int { Int(flow.exchangeCount) }
    var forwarded: Int { forwardedToServer + forwardedToClient }

    /// What one read gave; shown again while the flow asks for it.
    func send(_ direction: Direction, _ bytes: [UInt8]) {
        unread = bytes.count
        repeat {
            isAskedAgain = false
            let taken = bytes.count - unread
            play {
                let shown = bytes.span.extracting(droppingFirst: taken)
                $0.received(direction, shown, at: $1, emitting: &$2)
            }
        } while isAskedAgain && unread > 0
    }

    func end(_ end: End) { play { $0.ended(end, .fin, at: $1, emitting: &$2) } }

    /// Lets time pass until the flow's alarm has rung, if it is set.
    func ring() {
        guard let alarm = flow.alarm else { return }
        now = max(now, alarm)
        play { $0.woke(at: $1, emitting: &$2) }
    }

    private func play(_ event: (inout ConnectionFlow, Moment, inout [Effect]) -> Void) {
        now = now.advanced(by: 1_000)
        var effects = exchange(&spare, with: [])
        event(&flow, now, &effects)
        for effect in effects { obey(effect) }
        effects.removeAll(keepingCapacity: true)
        spare = effects
        flow.drainDelayErrors(into: &delayErrors)
        if dials {
            dials = false
            play { $0.connected(at: $1, emitting: &$2) }
        }
    }

    private func obey(_ effect: Effect) {
        switch effect {
        case .admit(_, let count), .drop(_, let count): unread -= count
        case .forward(.clientToServer, let count): forwardedToServer += count
        case .forward(.serverToClient, let count): forwardedToClient += count
        case .dial: dials = true
        case .reread: isAskedAgain = true
        case .end(let how): ending = how
        case .record: records += 1
        case .alter, .insert, .copy, .discardHeld, .disconnect, .finish: break
        }
    }
}
