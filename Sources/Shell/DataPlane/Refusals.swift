// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import FaultModel
import SocketFiles
import SocketLoops

/// The proxies whose clients are refused: by a `refuse` rule, or by a partition.
///
/// Their listeners are closed. Their addresses are kept, so that each comes back where it was.
struct Refusals {
    private var reserved: [String: Reservation] = [:]
    /// Those that were given up for a listener that is not in place yet.
    private var givenUp: [String: Reservation] = [:]
    /// The rules that refuse count as active.
    private var holds: [UInt64: FiringHold] = [:]

    struct Reservation {
        let endpoint: Endpoint
        let address: Endpoint
        let socketAddress: SocketAddress?
        /// `nil` when it could not be had.
        var port: ReservedPort?
    }

    /// Which of the proxies refuse their clients, and why, in words.
    mutating func refusing(
        _ proxies: [ProxyDefinition],
        under snapshot: Snapshot
    ) -> [String: String] {
        let rules = snapshot.rules.filter { $0.rule.refuses && !$0.onlyLearns }
        let serials = Set(rules.map(\.serial))
        holds = holds.filter { serials.contains($0.key) }
        var causes: [String: String] = [:]
        for proxy in proxies {
            if let cut = snapshot.cuts(of: proxy).first(where: { $0.how == .refuse }) {
                causes[proxy.name] = "the partition \(cut.partition)"
            }
            for active in rules
            where active.rule.when.proxy.selects(name: proxy.name, tags: proxy.tags) {
                guard fires(active) else { continue }
                causes[proxy.name] = "the rule \(active.rule.id)"
            }
        }
        return causes
    }

    /// A rule fires once for as long as it is in force, whatever the number of its proxies.
    private mutating func fires(_ active: ActiveRule) -> Bool {
        if holds[active.serial] != nil { return true }
        let limit = active.rule.limit
        let claim = FiringClaim(scope: .rule, times: limit.times, concurrent: limit.concurrent)
        _ = active.tally.countMatch(in: .rule)
        guard active.tally.claimFiring(claim) else { return false }
        holds[active.serial] = FiringHold(active.tally)
        return true
    }

    /// Takes over the address of a listener that has closed.
    mutating func reserve(_ listener: Listener, _ cause: String, _ log: EventLog) {
        let name = listener.proxy.name
        reserved[name] = Reservation(
            endpoint: listener.endpoint,
            address: listener.address,
            socketAddress: listener.socketAddress,
            port: ReservedPort(listener.socketAddress)
        )
        log.append(
            .notice(
                NoticeRecord(
                    code: "proxy.refusing",
                    message: "\(name): \(cause) refuses its clients",
                    proxy: name,
                    connection: nil
                )
            )
        )
    }

    func address(of name: String) -> Endpoint? { reserved[name]?.address }

    /// Makes the address that a proxy will listen at free.
    mutating func giveUp(for proxy: ProxyDefinition) {
        for (name, var reservation) in reserved {
            // Port 0 is another port for each.
            let isTaken = reservation.endpoint == proxy.listen && proxy.listen.isFixed
            guard name == proxy.name || isTaken else { continue }
            reservation.port = nil
            givenUp[name] = reservation
            reserved[name] = nil
        }
    }

    /// Takes back what was given up in vain.
    mutating func restore() {
        for (name, var reservation) in givenUp {
            reservation.port = reservation.socketAddress.flatMap(ReservedPort.init)
            reserved[name] = reservation
        }
        givenUp = [:]
    }

    /// Forgets every address but those of the proxies that refuse.
    mutating func keep(_ endpoints: [String: Endpoint]) {
        givenUp = [:]
        for (name, reservation) in reserved where endpoints[name] != reservation.endpoint {
            reserved[name] = nil
            guard case .unix(let path) = reservation.address else { continue }
            SocketFile(path: path).remove()
        }
    }
}

extension Endpoint {
    fileprivate var isFixed: Bool { if case .tcp(_, 0) = self { false } else { true } }
}

/// A TCP port that nobody listens at and that the system gives to nobody else.
final class ReservedPort: Sendable {
    private let descriptor: CInt

    /// `nil` for a Unix socket, whose file stays, and when the port cannot be had.
    init?(_ address: SocketAddress) {
        guard address.port != nil, let descriptor = try? Descriptor.bound(to: address) else {
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { Descriptor.close(descriptor) }
}
