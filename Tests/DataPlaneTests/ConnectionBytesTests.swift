// SPDX-License-Identifier: Apache-2.0
import FaultModel
import NIOCore
import Testing

@testable import DataPlane

@Suite struct ConnectionBytesTests {
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
}
