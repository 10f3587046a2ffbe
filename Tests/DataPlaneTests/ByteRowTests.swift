// SPDX-License-Identifier: Apache-2.0
import FaultModel
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import DataPlane

@Suite struct ByteRowTests {
    @Test func `what is taken from a row is what was put in, in order, however it is cut`() {
        var generator = SeededNumbers(seed: 7)
        for _ in 0..<200 {
            var row = ByteRow()
            var expected: [UInt8] = []
            var taken: [UInt8] = []
            for _ in 0..<20 {
                let piece = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                expected += piece
                row.append(ByteBuffer(bytes: piece))
                row.take(Int.random(in: 0...12, using: &generator)) {
                    taken += $0.readableBytesView
                }
                #expect(row.count == expected.count - taken.count)
            }
            row.take(row.count) { taken += $0.readableBytesView }
            #expect(taken == expected)
        }
    }

    @Test(arguments: Direction.allCases)
    func `a copy leaves what it copied unread, and stands behind what was held`(
        direction: Direction
    ) {
        var bytes = ConnectionBytes()
        bytes.append(ByteBuffer(string: "head body"), direction)
        bytes.insert(Array("<".utf8), direction)
        bytes.copy(4, direction)
        bytes.copy(4, direction)
        // What arrives after a copy must not show up in it.
        bytes.append(ByteBuffer(string: " more"), direction)
        bytes.insert(Array(">".utf8), direction)
        #expect(bytes.count(direction) == 14 + 10)
        bytes.admit(5, direction)
        var taken = ""
        bytes.take(100, direction) { taken += String(buffer: $0) }
        #expect(taken == "<headhead>head ")
        #expect(String(buffer: bytes.unread(direction)) == "body more")
        #expect(bytes.count(direction == .clientToServer ? .serverToClient : .clientToServer) == 0)
    }

    @Test func `a copy of more than is unread is a copy of all of it`() {
        var bytes = ConnectionBytes()
        bytes.copy(1, .clientToServer)
        bytes.append(ByteBuffer(string: "ab"), .clientToServer)
        bytes.copy(.max, .clientToServer)
        #expect(bytes.count(.clientToServer) == 4)
    }

    @Test func `a peer whose input is shut still sends what was written before its close`() throws {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let peer = Peer(channel)
        peer.inputIsClosed = true
        peer.write(ByteBuffer(string: "last words"))
        peer.finish()
        channel.embeddedEventLoop.run()
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "last words"))
        #expect(!channel.isActive)
    }
}
