// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import SocketLoops

// What the flow has the connection do.
extension ProxiedConnection {
    /// Obeys in order.
    ///
    /// What passes piece by piece and untouched, as the head and the body of an answer that came
    /// together do, is moved as one piece, and so written by one call.
    func obey(_ effects: [Effect]) {
        var position = 0
        while position < effects.count {
            guard let (direction, count) = Self.passed(effects, at: position) else {
                obey(effects[position])
                position += 1
                continue
            }
            var total = count
            position += 2
            while let next = Self.passed(effects, at: position), next.0 == direction {
                total += next.1
                position += 2
            }
            bytes.admit(total, direction)
            write(direction, total)
        }
    }

    /// What the effects from here on let through as it came: admitted, and forwarded at once.
    private static func passed(_ effects: [Effect], at position: Int) -> (Direction, Int)? {
        guard position + 1 < effects.count,
            case .admit(let direction, let count) = effects[position],
            case .forward(direction, count) = effects[position + 1]
        else { return nil }
        return (direction, count)
    }

    func obey(_ effect: Effect) {
        switch effect {
        case .admit(let direction, let count): bytes.admit(count, direction)
        case .drop(let direction, let count): bytes.drop(count, direction)
        case .forward(let direction, let count): write(direction, count)
        case .alter(let direction, let offset, let alteration):
            // What was cleared for a server that is not connected yet stands in front.
            let cleared = direction == .clientToServer ? clearedForServer : 0
            bytes.alter(alteration, at: cleared + offset, direction)
        case .insert(let direction, let payload): bytes.insert(payload, direction)
        case .copy(let direction, let count): bytes.copy(count, direction)
        case .discardHeld(let direction):
            bytes.discardHeld(direction)
            if direction == .clientToServer { clearedForServer = 0 }
        case .dial: startDial()
        case .disconnect: disconnect()
        case .reread(let direction):
            if bytes.hasUnread(direction) { waiting.append(.arrived(direction)) }
        case .finish(let end): socket(end)?.finish()
        case .end(let how):
            noteEnding(.proxy, how == .rst ? .rst : .fin)
            end(how)
        case .record(let body): log(body, at: decided)
        }
    }

    func write(_ direction: Direction, _ count: Int) {
        switch direction {
        case .serverToClient:
            proxy.totals.bytesToClient += UInt64(count)
            bytes.take(count, direction) { client.write($0) }
        case .clientToServer:
            guard let server else { return clearedForServer += count }
            proxy.totals.bytesToServer += UInt64(count)
            bytes.take(count, direction) { server.write($0) }
        }
    }

    private func startDial() {
        dial = UpstreamDial(proxy, on: context) { [self] result in
            dial = nil
            switch result {
            case .success(let reached):
                guard !isClosed, !flow.isOver else { return reached.socket.close() }
                upstream = reached.endpoint
                reached.socket.handOver(to: self)
                handle(.connected(reached.socket))
            case .failure(let failure):
                guard !isClosed, !flow.isOver else { return }
                handle(.unreachable(failure.message))
            }
        }
        dial?.start()
    }

    private func disconnect() {
        let leaving = server
        server = nil
        bytes.discardUnread(.serverToClient)
        leaving?.close()
    }
}
