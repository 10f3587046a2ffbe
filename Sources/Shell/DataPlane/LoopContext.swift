// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import FaultModel
import FlowEngine
import SocketLoops

/// What the connections of one event loop share: the rules in force, the clock, the event sink.
///
/// Only its own event loop touches it, so nothing here is locked.
final class LoopContext {
    let loop: SocketLoop
    /// For those who answer from another thread.
    let thread: LoopThread<LoopContext>
    let clock: RunClock
    let sink: EventSink
    let services: FlowServices
    let lag: LagSampler
    /// Names of connections, over all loops.
    let connectionNumbers: Ordinals
    var counts = LoopCounts()
    /// Where a connection gathers the effects of one event.
    var effects: [Effect] = []
    var listeners: [Int: BoundListener] = [:]
    /// Those that had no descriptor left to accept with.
    var exhaustedListeners: Set<Int> = []
    var resolutions = Resolutions()
    private var proxies: [String: LoopProxy] = [:]
    private var connections: [UInt64: ProxiedConnection] = [:]
    private var onDrained: [@Sendable () -> Void] = []
    private lazy var drainLimit = Alarm(on: loop) { [unowned self] in
        for connection in Array(connections.values) { connection.cancel(.rst) }
    }

    init(
        _ loop: SocketLoop,
        of thread: LoopThread<LoopContext>,
        clock: RunClock,
        log: EventLog,
        services: FlowServices,
        connections: Ordinals
    ) {
        self.services = services
        self.loop = loop
        self.thread = thread
        self.clock = clock
        connectionNumbers = connections
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
        for id in exhaustedListeners { listeners[id]?.socket.retryNow() }
        guard connections.isEmpty else { return }
        lag.stop()
        endDrain()
    }

    private func endDrain() {
        guard !onDrained.isEmpty else { return }
        drainLimit.cancel()
        sink.flush()
        for tell in onDrained { tell() }
        onDrained.removeAll()
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
    func drain(within limit: Duration, then tell: @escaping @Sendable () -> Void) {
        onDrained.append(tell)
        for connection in Array(connections.values) { connection.drain() }
        if connections.isEmpty { return endDrain() }
        drainLimit.set(for: clock.time(of: clock.now + limit))
    }
}

/// One proxy as one event loop knows it.
final class LoopProxy {
    let name: String
    var definition: ProxyDefinition {
        didSet {
            guard definition.upstreams != oldValue.upstreams else { return }
            upstreams = Self.upstreams(of: definition)
        }
    }
    var rules: RuleSet
    private(set) var upstreams: [LoopUpstream]
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
        upstreams = Self.upstreams(of: proxy.definition)
    }

    private static func upstreams(of definition: ProxyDefinition) -> [LoopUpstream] {
        definition.upstreams.map(LoopUpstream.init)
    }
}

/// An upstream, and its address where that needs no name server.
struct LoopUpstream {
    let endpoint: Endpoint
    let address: SocketAddress?

    init(_ endpoint: Endpoint) {
        self.endpoint = endpoint
        switch endpoint {
        case .unix(let path): address = try? SocketAddress(unixPath: path)
        case .tcp(let host, let port):
            let found = try? SocketAddress.resolve(host: host, port: port, numericOnly: true)
            address = found?.first
        }
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
