// SPDX-License-Identifier: Apache-2.0
package import EventJournal
package import EventRecords
package import FaultModel
package import FlowEngine
package import SocketLoops

/// The data path as a whole: its listeners, and the event loops that carry the connections.
///
/// An actor for the slow things only, such as binding a listener; no byte passes through it.
package actor TrafficPlane {
    private let plane: PlaneState
    private var listeners: [String: Listener] = [:]
    /// Ports that were given for port 0, so that a proxy comes back where it was.
    private var grantedPorts: [String: UInt16] = [:]
    private var ordinals: [String: Ordinals] = [:]
    private var refusals = Refusals()
    private var isDraining = false
    /// What the event loops obey.
    private var inForce: CompiledSnapshot?
    private let answers = AnswerStore()

    /// Starts the event loops, which ``stop()`` ends.
    ///
    /// - Parameters:
    ///   - count: how many event loops carry the connections, at least one.
    ///   - services: what connections ask for and do not do themselves; what `stale` rules
    ///     remember is kept here.
    ///   - descriptors: how many of the process's descriptors no connection takes, beside those
    ///     that are open when the first listener is.
    package init(
        eventLoops count: Int,
        log: EventLog,
        services: FlowServices,
        keeping descriptors: Int
    ) throws(SocketError) {
        var services = services
        services.memory = answers
        plane = try PlaneState(
            log: log,
            eventLoops: count,
            services: services,
            room: DescriptorRoom(limit: DescriptorLimit.current, kept: descriptors)
        )
    }

    /// Makes listeners and rules those of the snapshot.
    ///
    /// New listeners are bound first: when one cannot be, nothing has changed. On return every
    /// event loop and every live connection obeys. A proxy that a rule or a partition has refuse its
    /// clients has no listener, and keeps its address.
    package func apply(_ snapshot: Snapshot) async throws(ListenFailure) {
        let served = try served(of: snapshot)
        let refusing = refusals.refusing(served, under: snapshot)
        let wanted = served.filter { refusing[$0.name] == nil }
        var bound: [String: Listener] = [:]
        var givenUp: [Listener] = []
        do {
            let unserved = wanted.filter { listeners[$0.name]?.serves($0) != true }
            // An address that changes hands, or its bounds, is given up before it is taken.
            let taken = Set(unserved.map(\.listen))
            let kept = Set(wanted.map(\.name)).subtracting(unserved.map(\.name))
            for (name, old) in listeners
            where !taken.isDisjoint(with: [old.endpoint, old.address]) && !kept.contains(name) {
                await old.close()
                listeners[name] = nil
                givenUp.append(old)
            }
            for proxy in unserved {
                refusals.giveUp(for: proxy)
                bound[proxy.name] = try await bind(proxy)
            }
        } catch {
            for listener in bound.values { await listener.close() }
            for listener in givenUp { await restore(listener) }
            refusals.restore()
            throw error
        }
        answers.keepOnly(rules: snapshot.rulesThatRemember)
        let compiled = CompiledSnapshot(snapshot, after: inForce)
        inForce = compiled
        _ = await plane.onEveryLoop { $0.adopt(compiled) }
        let names = Set(wanted.map(\.name))
        for (name, listener) in listeners where !names.contains(name) || bound[name] != nil {
            await listener.close(keepsFile: refusing[name] != nil)
            listeners[name] = nil
            if let cause = refusing[name] { refusals.reserve(listener, cause, plane.log) }
        }
        let kept = served.filter { refusing[$0.name] != nil }.map { ($0.name, $0.listen) }
        refusals.keep(Dictionary(kept) { first, _ in first })
        for (name, listener) in bound {
            await listener.open()
            listeners[name] = listener
        }
    }

    /// The proxies that are to listen, for which descriptors suffice.
    private func served(of snapshot: Snapshot) throws(ListenFailure) -> [ProxyDefinition] {
        // A stop that has begun opens nothing again; rules still change for what lives.
        let served = isDraining ? [] : snapshot.proxies.filter(\.isEnabled)
        guard plane.room.settle(listeners: served.count) else {
            throw ListenFailure(descriptors: plane.room.limit, for: served)
        }
        return served
    }

    private func bind(_ proxy: ProxyDefinition) async throws(ListenFailure) -> Listener {
        let count = ordinals[proxy.name] ?? Ordinals()
        ordinals[proxy.name] = count
        let key = "\(proxy.name) \(proxy.listen)"
        let listener = try await Listener.bind(
            proxy,
            port: grantedPorts[key],
            ordinals: count,
            plane: plane
        )
        if case .tcp(_, let port) = listener.address { grantedPorts[key] = port }
        return listener
    }

    private func restore(_ listener: Listener) async {
        guard let again = try? await bind(listener.proxy) else { return }
        await again.open()
        listeners[listener.proxy.name] = again
    }

    /// What is known of each proxy that has been heard of, listening or not.
    package func proxies() async -> [ProxyView] {
        let perLoop = await plane.onEveryLoop { $0.totals }
        var totals: [String: LoopProxy.Totals] = [:]
        for part in perLoop { totals.merge(part, uniquingKeysWith: +) }
        return totals.map { name, total in
            ProxyView(
                name: name,
                address: (listeners[name]?.address ?? refusals.address(of: name))?.description,
                liveConnections: total.live,
                totalConnections: total.connections,
                bytesToServer: total.bytesToServer,
                bytesToClient: total.bytesToClient
            )
        }
        .sorted { $0.name < $1.name }
    }

    /// What has been counted, and what is so now, over all event loops.
    package func figures() async -> TrafficFigures {
        var figures = TrafficFigures()
        for part in await plane.onEveryLoop({ $0.figures() }) { figures.add(part) }
        return figures
    }

    /// The live connections, in the order in which they were accepted.
    package func connections() async -> [ConnectionView] {
        await plane.onEveryLoop { $0.views() }.flatMap(\.self)
            .sorted { $0.connection.id < $1.connection.id }
    }

    /// Ends one connection; says whether it lived.
    package func close(connection id: UInt64, how: Close.How) async -> Bool {
        await plane.onEveryLoop { $0.close(id, how) }.contains(true)
    }

    /// Stops accepting and waits for the connections to end, at most `limit`.
    package func drain(within limit: Duration) async {
        isDraining = true
        for listener in listeners.values { await listener.close() }
        listeners.removeAll()
        refusals = Refusals()
        await withTaskGroup(of: Void.self) { tasks in
            for loop in plane.loops {
                tasks.addTask {
                    await withCheckedContinuation { continuation in
                        let isTaken = loop.execute {
                            $0.drain(within: limit) { continuation.resume() }
                        }
                        if !isTaken { continuation.resume() }
                    }
                }
            }
        }
    }

    /// Ends the event loops; everything has been drained before.
    package func stop() async {
        for loop in plane.loops { await loop.stop() }
    }
}
