// SPDX-License-Identifier: Apache-2.0
import NIOCore
import SocketLoops
import TestSupport
import Testing

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
}
