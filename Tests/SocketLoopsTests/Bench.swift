// SPDX-License-Identifier: Apache-2.0
import NIOCore

@testable import SocketLoops

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A loop that this test turns by hand, and pairs of connected sockets on it.
final class Bench {
    let loop: SocketLoop

    enum Kind: CaseIterable, Sendable {
        #if os(Linux)
        case epoll
        #endif
        case poll
    }

    init(_ kind: Kind) throws {
        switch kind {
        #if os(Linux)
        case .epoll: loop = SocketLoop(EpollPoller(try EpollPoller.makeDescriptor()))
        #endif
        case .poll: loop = SocketLoop(PollPoller())
        }
    }

    #if canImport(Glibc)
    private static let stream = Descriptor.stream | CInt(SOCK_CLOEXEC.rawValue)
    #else
    private static let stream = Descriptor.stream
    #endif

    /// A socket on the loop, and the bare descriptor at its other end, which does not block either.
    func pair() throws -> (socket: StreamSocket, record: Recorder, peer: CInt) {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, Self.stream, 0, &ends) == 0 else { throw SocketError.last }
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        let socket = StreamSocket(ends[0], on: loop)
        let record = Recorder()
        try socket.begin(record)
        return (socket, record, ends[1])
    }

    /// The same over TCP.
    func connection() throws -> (socket: StreamSocket, record: Recorder, peer: CInt) {
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)
        guard let first = any.first else { throw SocketError(errno: EADDRNOTAVAIL) }
        let listener = try Descriptor.listening(at: first, backlog: 1)
        defer { Descriptor.close(listener) }
        let address = try SocketAddress(ofSocket: listener)
        let socket = try StreamSocket(connectingTo: address, on: loop)
        let record = Recorder()
        try socket.begin(record)
        let peer = try Peer.accepted(listener)
        guard turn(until: { record.told == ["connected"] }) else {
            throw SocketError(errno: ETIMEDOUT)
        }
        record.told = []
        return (socket, record, peer)
    }

    /// Turns the loop until the condition holds, so many times at most.
    func turn(atMost turns: Int = 60_000, until isDone: () -> Bool) -> Bool {
        // A ring that keeps each wait short: a turn with nothing to do must not be for ever.
        let ring = Alarm(on: loop) {}
        defer { ring.cancel() }
        for _ in 0..<turns {
            if isDone() { return true }
            ring.set(for: SocketLoop.now + 1_000_000)
            loop.turn()
        }
        return isDone()
    }
}

/// Reads everything, and writes down what it is told.
final class Recorder: SocketObserver {
    var bytes: [UInt8] = []
    var told: [String] = []
    /// While it is set nothing is read.
    var isPaused = false
    var onReadable: () -> Void = {}

    func connected(_ socket: StreamSocket) { told.append("connected") }

    func readable(_ socket: StreamSocket) {
        onReadable()
        guard !isPaused else { return }
        switch socket.read() {
        case .bytes(let buffer): bytes += buffer.readableBytesView
        case .ended: told.append("ended")
        case .nothing: return
        case .failed: told.append("failed reading")
        }
        if socket.isReadable { socket.readLater() }
    }

    func drained(_ socket: StreamSocket) { told.append("drained") }

    func failed(_ socket: StreamSocket, _ error: SocketError) { told.append("failed") }
}

/// The other end, by hand.
enum Peer {
    static func write(_ bytes: [UInt8], to descriptor: CInt, isUrgent: Bool = false) -> Int {
        send(descriptor, bytes, bytes.count, isUrgent ? CInt(MSG_OOB) : 0)
    }

    static func read(_ descriptor: CInt, atMost count: Int = 65_536) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let length = recv(descriptor, &bytes, count, 0)
        return length < 0 ? nil : Array(bytes[..<length])
    }

    /// Waits until there is something to read, or the end.
    static func readWaiting(_ descriptor: CInt) -> [UInt8]? {
        wait(descriptor)
        return read(descriptor)
    }

    /// Accepts the client that has connected, or is about to be.
    static func accepted(_ listener: CInt) throws -> CInt {
        var address = SocketLoops.SocketAddress()
        wait(listener)
        return try Descriptor.accepted(listener, &address).get()
    }

    /// Closes the descriptor, and the connection also where a child of another test has a copy of it
    /// until its exec.
    static func leave(_ descriptor: CInt) {
        _ = shutdown(descriptor, CInt(SHUT_RDWR))
        Descriptor.close(descriptor)
    }

    private static func wait(_ descriptor: CInt) {
        var asked = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&asked, 1, -1) < 0, errno == EINTR {}
    }
}
