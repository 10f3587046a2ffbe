// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel

/// What happened behind a cut, which the other side must not learn before the partition heals.
struct Concealment: Sendable {
    var clientEnd: Close.How?
    var serverEnd: Close.How?
    /// The connection is over for the flow, and its peers have not been told.
    var ending: Close.How?

    var hasEnds: Bool { clientEnd != nil || serverEnd != nil }
}

// What partitions do to a connection.
//
// A cut direction is closed at both of its ends: what arrives is not looked at, and stays unread;
// what was let in before stays in the lane. Nothing is decided about bytes that never came through.
extension ConnectionFlow {
    /// Takes on the cuts that the rules in force carry, and heals what is not cut any more.
    mutating func takeCuts(at now: Moment, emitting effects: inout [Effect]) {
        var (cutsToServer, cutsToClient) = (false, false)
        for cut in rules.cuts where cut.affects(client: facts.client) {
            guard cut.how == .hang else {
                return reset(becauseOf: cut, at: now, emitting: &effects)
            }
            cutsToServer = cutsToServer || cut.toServer
            cutsToClient = cutsToClient || cut.toClient
        }
        if let rule = rules.cuttingRule { return reset(by: rule, at: now, emitting: &effects) }
        sever(.clientToServer, cutsToServer, at: now, emitting: &effects)
        sever(.serverToClient, cutsToClient, at: now, emitting: &effects)
        if !toServer.isSevered, !toClient.isSevered { revealEnding(emitting: &effects) }
    }

    func isSevered(_ direction: Direction) -> Bool {
        direction == .clientToServer ? toServer.isSevered : toClient.isSevered
    }

    private mutating func sever(
        _ direction: Direction,
        _ isSevered: Bool,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard self.isSevered(direction) != isSevered else { return }
        let unread: Int
        switch direction {
        case .clientToServer:
            toServer.sever(isSevered, at: now, emitting: &effects)
            unread = unreadFromClient
            if headDeadline != nil { headDeadline = now + limits.headTimeout }
        case .serverToClient:
            toClient.sever(isSevered, at: now, emitting: &effects)
            unread = unreadFromServer
        }
        guard !isSevered, mode != .over else { return }
        // An end comes behind the bytes: where there are some, they are shown first.
        if unread > 0 {
            effects.append(.reread(direction))
        } else {
            revealEnd(of: direction.source, at: now, emitting: &effects)
        }
    }

    // MARK: Resets

    private mutating func reset(
        becauseOf cut: Cut,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        if mode != .over {
            notice(
                "partition.reset",
                "reset by the partition \(cut.partition)",
                emitting: &effects
            )
        }
        conclude(.rst, .cut, at: now, emitting: &effects)
        revealEnding(emitting: &effects)
    }

    private mutating func reset(
        by rule: String,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        if mode != .over {
            effects.append(
                .record(
                    .fault(
                        FaultRecord(
                            rule: rule,
                            fault: "refuse",
                            connection: name,
                            unit: exchange.isUnderWay ? exchange.unit : stream.unit,
                            toss: nil,
                            delay: nil
                        )
                    )
                )
            )
        }
        conclude(.rst, .cut, at: now, emitting: &effects)
        revealEnding(emitting: &effects)
    }

    // MARK: Ends

    /// Keeps the end of a peer behind a cut to itself; says whether it does.
    mutating func conceals(_ end: End, _ how: Close.How) -> Bool {
        switch end {
        case .client:
            guard toServer.isSevered else { return false }
            concealed.clientEnd = how
        case .server:
            guard toClient.isSevered else { return false }
            concealed.serverEnd = how
        }
        return true
    }

    /// Lets the end of a peer be known, if there is one and nothing is in its way any more.
    mutating func revealEnd(of end: End, at now: Moment, emitting effects: inout [Effect]) {
        let how: Close.How?
        switch end {
        case .client where !toServer.isSevered:
            how = concealed.clientEnd
            concealed.clientEnd = nil
        case .server where !toClient.isSevered:
            how = concealed.serverEnd
            concealed.serverEnd = nil
        default: return
        }
        if let how { ended(end, how, at: now, emitting: &effects) }
    }

    /// Ends both connections, unless a cut keeps one of the peers from learning it.
    mutating func endPeers(_ how: Close.How, emitting effects: inout [Effect]) {
        let isUnseen = toClient.isSevered || (toServer.isSevered && server != .absent)
        if isUnseen {
            concealed.ending = how
        } else {
            effects.append(.end(how))
        }
    }

    /// Tells the peers of an ending that they could not learn before.
    mutating func revealEnding(emitting effects: inout [Effect]) {
        guard let how = concealed.ending else { return }
        concealed.ending = nil
        effects.append(.end(how))
    }

    // MARK: Between exchanges

    /// Opens the lanes after an exchange, but for what its rules do to an end that is still to come.
    mutating func rest(at now: Moment, emitting effects: inout [Effect]) {
        resting.keepSlowCloses()
        if resting.isPass, toServer.shape.isOpen, toClient.shape.isOpen { return }
        toServer.reshape(resting.restShape(.clientToServer), at: now, emitting: &effects)
        toClient.reshape(resting.restShape(.serverToClient), at: now, emitting: &effects)
    }
}
