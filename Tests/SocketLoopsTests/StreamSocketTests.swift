// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

@testable import SocketLoops

/// What a socket tells and does, on each way of waiting.
@Suite struct StreamSocketTests {
    @Test(arguments: Bench.Kind.allCases)
    func `what the peer sends is read, and then its end`(kind: Bench.Kind) throws {
        let bench = try Bench(kind)
        let (socket, record, peer) = try bench.pair()
        #expect(Peer.write(Array("one".utf8), to: peer) == 3)
        #expect(bench.turn { record.bytes == Array("one".utf8) })
        #expect(Peer.write(Array("two".utf8), to: peer) == 3)
        Descriptor.shutOutput(peer)
        #expect(bench.turn { record.told == ["ended"] })
        #expect(record.bytes == Array("onetwo".utf8))
        #expect(socket.inputHasEnded && !socket.isClosed)
        socket.close()
        Descriptor.close(peer)
    }

    @Test(arguments: Bench.Kind.allCases)
    func `what is not asked for stays in the system, and is there when it is`(
        kind: Bench.Kind
    ) throws {
        let bench = try Bench(kind)
        let (socket, record, peer) = try bench.pair()
        record.isPaused = true
        #expect(Peer.write([1, 2, 3], to: peer) == 3)
        #expect(bench.turn { socket.isReadable })
        #expect(record.bytes.isEmpty)
        record.isPaused = false
        socket.readLater()
        #expect(bench.turn { record.bytes == [1, 2, 3] })
        socket.close()
        Descriptor.close(peer)
    }

    @Test(arguments: Bench.Kind.allCases)
    func `more than the system takes is written as the peer reads, in order`(
        kind: Bench.Kind
    ) throws {
        let bench = try Bench(kind)
        let (socket, record, peer) = try bench.pair()
        let sent = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        for start in stride(from: 0, to: sent.count, by: 100_000) {
            socket.write(ByteBuffer(bytes: sent[start..<start + 100_000]))
        }
        socket.flush()
        #expect(socket.pendingBytes > 0 && !socket.isWritable)
        socket.finish()
        var received: [UInt8] = []
        let isOver = bench.turn {
            while let more = Peer.read(peer), !more.isEmpty { received += more }
            return received.count == sent.count && record.told.contains("drained")
        }
        #expect(isOver && received == sent)
        #expect(Peer.read(peer) == [], "and then the end")
        socket.close()
        Descriptor.close(peer)
    }

    @Test(arguments: Bench.Kind.allCases)
    func `with both directions ended in order the socket closes itself`(
        kind: Bench.Kind
    ) throws {
        let bench = try Bench(kind)
        let (socket, record, peer) = try bench.pair()
        Descriptor.shutOutput(peer)
        #expect(bench.turn { record.told == ["ended"] })
        socket.write(ByteBuffer(string: "last words"))
        socket.finish()
        #expect(socket.isClosed)
        #expect(Peer.read(peer) == Array("last words".utf8))
        #expect(Peer.readWaiting(peer) == [])
        Descriptor.close(peer)
    }

    @Test(arguments: Bench.Kind.allCases)
    func `a write to a peer that has gone ends the socket, told once`(kind: Bench.Kind) throws {
        let bench = try Bench(kind)
        let (socket, record, peer) = try bench.pair()
        record.isPaused = true
        Peer.leave(peer)
        socket.write(ByteBuffer(string: "x"))
        socket.flush()
        #expect(socket.hasFailed && socket.isWritable && record.told.isEmpty)
        record.isPaused = false
        #expect(bench.turn { socket.isClosed })
        #expect(!bench.turn(atMost: 5) { record.told.count > 1 })
        #expect(record.told == ["failed reading"])
    }

    @Test(arguments: Bench.Kind.allCases)
    func `what a peer said before it went is read, though nothing can be written to it`(
        kind: Bench.Kind
    ) throws {
        let bench = try Bench(kind)
        let (socket, record, peer) = try bench.connection()
        // It leaves bytes unread, so that its close is a reset.
        socket.write(ByteBuffer(bytes: [UInt8](repeating: 0, count: 10_000)))
        socket.flush()
        record.isPaused = true
        #expect(Peer.write(Array("413".utf8), to: peer) == 3)
        Descriptor.close(peer)
        #expect(bench.turn { socket.hasFailed })
        socket.write(ByteBuffer(string: "more"))
        socket.flush()
        record.isPaused = false
        socket.readLater()
        #expect(bench.turn { socket.isClosed })
        #expect(record.bytes == Array("413".utf8) && record.told == ["failed reading"])
    }

    @Test(arguments: Bench.Kind.allCases)
    func `a socket that closes itself with its last byte tells so`(kind: Bench.Kind) throws {
        let bench = try Bench(kind)
        let (socket, record, peer) = try bench.pair()
        Descriptor.shutOutput(peer)
        #expect(bench.turn { record.told == ["ended"] })
        socket.write(ByteBuffer(bytes: [UInt8](repeating: 1, count: 1_000_000)))
        socket.finish()
        #expect(!socket.isClosed)
        var count = 0
        let isTold = bench.turn {
            while let more = Peer.read(peer), !more.isEmpty { count += more.count }
            return record.told == ["ended", "drained"]
        }
        #expect(isTold && socket.isClosed && count == 1_000_000)
        Descriptor.close(peer)
    }

    @Test(arguments: Bench.Kind.allCases)
    func `bytes behind an urgent one are read`(kind: Bench.Kind) throws {
        let bench = try Bench(kind)
        let (socket, record, peer) = try bench.connection()
        #expect(Peer.write(Array("abc".utf8), to: peer) == 3)
        #expect(Peer.write(Array("!".utf8), to: peer, isUrgent: true) == 1)
        #expect(Peer.write(Array("def".utf8), to: peer) == 3)
        // The urgent byte is out of band, and passed over.
        #expect(bench.turn { record.bytes == Array("abcdef".utf8) })
        socket.close()
        Descriptor.close(peer)
    }

    @Test(arguments: Bench.Kind.allCases)
    func `an event for a socket closed in the same turn is not its successor's`(
        kind: Bench.Kind
    ) throws {
        let bench = try Bench(kind)
        let pairs = [try bench.pair(), try bench.pair()]
        var made: [(socket: StreamSocket, record: Recorder, peer: CInt)] = []
        // Whichever is told first closes the other, whose event is behind it in the same turn, and
        // puts a new socket in its place.
        for (place, pair) in pairs.enumerated() {
            pair.record.onReadable = {
                guard made.isEmpty else { return }
                pairs[1 - place].socket.close()
                if let next = try? bench.pair() { made.append(next) }
            }
            #expect(Peer.write([7], to: pair.peer) == 1)
        }
        #expect(!bench.turn(atMost: 5) { !(made.first?.record.told.isEmpty ?? true) })
        let next = try #require(made.first)
        #expect(next.record.bytes.isEmpty && !next.socket.isReadable)
        for socket in pairs.map(\.socket) + [next.socket] { socket.close() }
        for peer in pairs.map(\.peer) + [next.peer] { Descriptor.close(peer) }
    }

    @Test(arguments: [false, true], Bench.Kind.allCases)
    func `a server that speaks as soon as it is reached is heard`(
        andEnds: Bool,
        kind: Bench.Kind
    ) throws {
        let bench = try Bench(kind)
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)
        let listener = try Descriptor.listening(at: try #require(any.first), backlog: 1)
        let address = try SocketAddress(ofSocket: listener)
        let socket = try StreamSocket(connectingTo: address, on: bench.loop)
        let record = Recorder()
        try socket.begin(record)
        // Connected and spoken before the loop turns once: both are one event.
        let peer = try Peer.accepted(listener)
        #expect(Peer.write(Array("220 ready".utf8), to: peer) == 9)
        if andEnds { Descriptor.shutOutput(peer) }
        let told = andEnds ? ["connected", "ended"] : ["connected"]
        #expect(bench.turn { record.bytes == Array("220 ready".utf8) && record.told == told })
        socket.close()
        for descriptor in [peer, listener] { Descriptor.close(descriptor) }
    }

    @Test(arguments: Bench.Kind.allCases)
    func `a connect that is refused is a failure`(kind: Bench.Kind) throws {
        let bench = try Bench(kind)
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)
        // Taken, but nobody listens there.
        let taken = try Descriptor.bound(to: try #require(any.first))
        let socket = try StreamSocket(
            connectingTo: try SocketAddress(ofSocket: taken),
            on: bench.loop
        )
        let record = Recorder()
        try socket.begin(record)
        #expect(bench.turn { record.told == ["failed"] })
        #expect(socket.isClosed)
        Descriptor.close(taken)
    }

    @Test(arguments: Bench.Kind.allCases)
    func `what somebody keeps of a read is not overwritten by the next`(kind: Bench.Kind) throws {
        let bench = try Bench(kind)
        let (socket, record, peer) = try bench.pair()
        record.isPaused = true
        var kept: [ByteBuffer] = []
        for text in ["first", "other"] {
            #expect(Peer.write(Array(text.utf8), to: peer) == 5)
            #expect(bench.turn { socket.isReadable })
            if case .bytes(let buffer) = socket.read() { kept.append(buffer) }
        }
        #expect(kept.map { String(buffer: $0) } == ["first", "other"])
        socket.close()
        Descriptor.close(peer)
    }
}
