// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import FaultModel
import FlowEngine
import NIOCore

/// What the connections of one event loop share: the rules in force, the clock, the event sink.
///
/// Only its own event loop touches it, so nothing here is locked.
final class LoopContext {
    let loop: any EventLoop
    let clock: RunClock
    let sink: EventSink
    let services: FlowServices
    let lag: LagSampler
    var counts = LoopCounts()
    private var proxies: [String: LoopProxy] = [:]
    private var connections: [UInt64: ProxiedConnection] = [:]
    private var drained: EventLoopPromise<Void>?

    init(loop: any EventLoop, clock: RunClock, log: EventLog, services: FlowServices) {
        self.services = services
        self.loop = loop
        self.clock = clock
        sink = EventSink(log: log, loop: loop)
        lag = LagSampler(loop)
    }

    func proxy(named name: String) -> LoopProxy? { proxies[name] }

    /// Takes on a change of rules and proxies; every live connection obeys before this returns.
    func adopt(_ compiled: CompiledSnapshot) {
        var untouched: Set<String> = []
        for (name, proxy) in compiled.proxies {
            if let known = proxies[name] {
                if known.rules === proxy.rules { untouched.insert(name) }
                known.definition = proxy.definition
                known.rules = proxy.rules
            } else {
                proxies[name] = LoopProxy(proxy)
            }
        }
        for connection in Array(connections.values) {
            let name = connection.proxy.name
            if compiled.proxies[name]?.definition.isEnabled == true {
                if !untouched.contains(name) { connection.adopt() }
            } else {
                connection.cancel(.fin)
            }
        }
        proxies = proxies.filter { compiled.proxies[$0.key] != nil }
        counts.forget { compiled.ruleNames.contains($0) }
    }

    func add(_ connection: ProxiedConnection) {
        connections[connection.name.id] = connection
        lag.start()
    }

    func remove(_ connection: ProxiedConnection) {
        connections.removeValue(forKey: connection.name.id)
        if connections.isEmpty { lag.stop() }
        if connections.isEmpty, let drained {
            self.drained = nil
            sink.flush()
            drained.succeed()
        }
    }

    var totals: [String: LoopProxy.Totals] { proxies.mapValues(\.totals) }

    var proxyFigures: [String: ProxyFigures] { proxies.mapValues(\.figures) }

    func views() -> [ConnectionView] { connections.values.map(\.view) }

    /// - Returns: whether there is such a connection here.
    func close(_ id: UInt64, _ how: Close.How) -> Bool {
        guard let connection = connections[id] else { return false }
        connection.cancel(how)
        return true
    }

    /// Ends idle connections now and the others when they are done, or after `limit` at the latest.
    func drain(within limit: Duration) -> EventLoopFuture<Void> {
        let promise = drained ?? loop.makePromise()
        guard !connections.isEmpty else {
            sink.flush()
            promise.succeed()
            return promise.futureResult
        }
        drained = promise
        for connection in Array(connections.values) { connection.drain() }
        loop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) { [self] in
            for connection in Array(connections.values) { connection.cancel(.rst) }
        }
        return promise.futureResult
    }
}

/// One proxy as one event loop knows it.
final class LoopProxy {
    let name: String
    var definition: ProxyDefinition
    var rules: RuleSet
    var totals = Totals()
    var exchanges = ExchangeFigures()

    struct Totals: Sendable {
        var connections: UInt64 = 0
        var live = 0
        var bytesToServer: UInt64 = 0
        var bytesToClient: UInt64 = 0

        static func + (left: Totals, right: Totals) -> Totals {
            Totals(
                connections: left.connections + right.connections,
                live: left.live + right.live,
                bytesToServer: left.bytesToServer + right.bytesToServer,
                bytesToClient: left.bytesToClient + right.bytesToClient
            )
        }
    }

    init(_ proxy: CompiledSnapshot.Proxy) {
        name = proxy.definition.name
        definition = proxy.definition
        rules = proxy.rules
    }
}

/// A snapshot made ready for the event loops: each proxy with its own compiled rules.
struct CompiledSnapshot: Sendable {
    struct Proxy: Sendable {
        let definition: ProxyDefinition
        let rules: RuleSet
    }

    let proxies: [String: Proxy]
    let ruleNames: Set<String>

    /// - Parameter previous: Its sets are used again where they are still right.
    init(_ snapshot: Snapshot, after previous: CompiledSnapshot?) {
        ruleNames = Set(snapshot.rules.map(\.rule.id))
        proxies = Dictionary(
            snapshot.proxies.map { definition in
                let rules = RuleSet.make(
                    snapshot.rules,
                    cuts: snapshot.cuts(of: definition),
                    for: definition,
                    seed: snapshot.seed,
                    pausedTerms: snapshot.pausedTerms,
                    insteadOf: previous?.proxies[definition.name]?.rules
                )
                return (definition.name, Proxy(definition: definition, rules: rules))
            },
            uniquingKeysWith: { _, last in last }
        )
    }
}
