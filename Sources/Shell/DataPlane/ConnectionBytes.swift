// SPDX-License-Identifier: Apache-2.0
import FaultModel
import FlowEngine
import NIOCore
import SocketLoops

/// The bytes of one connection that are here now, in the two rows that effects speak of: for each
/// direction what is unread, and what is held behind its lane's gate.
struct ConnectionBytes: ~Copyable {
    private var unreadToServer = UnreadBytes()
    private var unreadToClient = UnreadBytes()
    private var heldToServer = ByteRow()
    private var heldToClient = ByteRow()

    /// All the unread bytes of a direction, in one piece.
    func unread(_ direction: Direction) -> ByteBuffer {
        direction == .clientToServer ? unreadToServer.buffer : unreadToClient.buffer
    }

    func hasUnread(_ direction: Direction) -> Bool { unread(direction).readableBytes > 0 }

    /// Everything that is here of a direction.
    func count(_ direction: Direction) -> Int {
        direction == .clientToServer
            ? unreadToServer.count + heldToServer.count : unreadToClient.count + heldToClient.count
    }

    mutating func append(_ buffer: ByteBuffer, _ direction: Direction) {
        switch direction {
        case .clientToServer: unreadToServer.append(buffer)
        case .serverToClient: unreadToClient.append(buffer)
        }
    }

    mutating func admit(_ count: Int, _ direction: Direction) {
        switch direction {
        case .clientToServer: heldToServer.append(unreadToServer.take(count))
        case .serverToClient: heldToClient.append(unreadToClient.take(count))
        }
    }

    mutating func drop(_ count: Int, _ direction: Direction) {
        switch direction {
        case .clientToServer: _ = unreadToServer.take(count)
        case .serverToClient: _ = unreadToClient.take(count)
        }
    }

    mutating func insert(_ payload: [UInt8], _ direction: Direction) {
        hold(ByteBuffer(bytes: payload), direction)
    }

    /// Holds the first unread bytes, which stay unread; the storage is shared, not doubled.
    mutating func copy(_ count: Int, _ direction: Direction) {
        let unread = unread(direction)
        let length = min(count, unread.readableBytes)
        guard let copy = unread.getSlice(at: unread.readerIndex, length: length) else { return }
        hold(copy, direction)
    }

    private mutating func hold(_ buffer: ByteBuffer, _ direction: Direction) {
        switch direction {
        case .clientToServer: heldToServer.append(buffer)
        case .serverToClient: heldToClient.append(buffer)
        }
    }

    /// Changes one held byte, so far behind the first.
    mutating func alter(_ alteration: Alteration, at offset: Int, _ direction: Direction) {
        switch direction {
        case .clientToServer: heldToServer.alter(at: offset, alteration.applied)
        case .serverToClient: heldToClient.alter(at: offset, alteration.applied)
        }
    }

    mutating func take(_ count: Int, _ direction: Direction, _ body: (ByteBuffer) -> Void) {
        switch direction {
        case .clientToServer: heldToServer.take(count, body)
        case .serverToClient: heldToClient.take(count, body)
        }
    }

    /// Lets go of the loop's storage, which what is kept shares; see ``ByteRow/compact()``.
    mutating func compact() {
        unreadToServer.compact()
        unreadToClient.compact()
        heldToServer.compact()
        heldToClient.compact()
    }

    mutating func discardHeld(_ direction: Direction) {
        switch direction {
        case .clientToServer: heldToServer.removeAll()
        case .serverToClient: heldToClient.removeAll()
        }
    }

    mutating func discardUnread(_ direction: Direction) {
        switch direction {
        case .clientToServer: unreadToServer = UnreadBytes()
        case .serverToClient: unreadToClient = UnreadBytes()
        }
    }
}
