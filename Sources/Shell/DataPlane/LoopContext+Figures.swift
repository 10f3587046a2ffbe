// SPDX-License-Identifier: Apache-2.0
import EventRecords
import NIOCore

/// What one event loop counts beside its connections: nothing here is shared or locked.
struct LoopCounts {
    /// Kinds of faults of rules that are no longer in force: beyond that many, their counts are
    /// dropped with the next change of rules.
    static let maximumIdleFaults = 4_096

    private var before: [FaultName: UInt64] = [:]
    /// The fault that fired last, and how often in a row: mostly it is the same again, and nothing
    /// has to be looked up.
    private var last: (name: FaultName, count: UInt64)?
    var delayErrors = Histogram(.lateness)

    /// How often each has fired.
    var faults: [FaultName: UInt64] {
        var faults = before
        if let last { faults[last.name, default: 0] &+= last.count }
        return faults
    }

    mutating func count(_ fault: FaultRecord) {
        if let name = last?.name, name.rule == fault.rule, name.fault == fault.fault {
            last?.count &+= 1
            return
        }
        if let last { before[last.name, default: 0] &+= last.count }
        last = (FaultName(rule: fault.rule, fault: fault.fault), 1)
    }

    /// Keeps the table as large as the configuration asks for, however many rules come and go.
    mutating func forget(_ isInForce: (_ rule: String) -> Bool) {
        let faults = faults
        guard faults.count > Self.maximumIdleFaults else { return }
        before = faults.filter { isInForce($0.key.rule) }
        last = nil
    }
}

extension LoopContext {
    func count(_ body: EventRecord.Body, for proxy: LoopProxy) {
        switch body {
        case .exchange(let exchange): proxy.exchanges.record(exchange)
        case .fault(let fault): counts.count(fault)
        default: return
        }
    }

    /// Everything that this loop has counted, and what is so now.
    func figures() -> TrafficFigures {
        var figures = TrafficFigures()
        figures.proxies = proxyFigures
        figures.faults = counts.faults
        figures.delayErrors = counts.delayErrors
        figures.loopLag = lag.lags
        for view in views() {
            figures.proxies[view.connection.proxy]?.bufferedBytes += view.bufferedBytes
            for rule in view.rules { figures.acting[rule, default: 0] += 1 }
        }
        return figures
    }
}

extension LoopProxy {
    var figures: ProxyFigures {
        var figures = ProxyFigures()
        figures.liveConnections = totals.live
        figures.totalConnections = totals.connections
        figures.bytesToServer = totals.bytesToServer
        figures.bytesToClient = totals.bytesToClient
        figures.exchanges = exchanges
        return figures
    }
}
