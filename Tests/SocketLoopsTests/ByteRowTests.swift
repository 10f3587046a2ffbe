// SPDX-License-Identifier: Apache-2.0
import NIOCore
import TestSupport
import Testing

@testable import SocketLoops

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
            #expect(row.isEmpty)
        }
    }

    @Test func `joining and compacting change nothing of what is in a row`() {
        var generator = SeededNumbers(seed: 11)
        for _ in 0..<200 {
            var row = ByteRow()
            var expected: [UInt8] = []
            var taken: [UInt8] = []
            for _ in 0..<12 {
                let length = Int.random(in: 0...9_000, using: &generator)
                let piece = [UInt8](
                    repeating: .random(in: 0...255, using: &generator),
                    count: length
                )
                expected += piece
                row.append(ByteBuffer(bytes: piece))
                if Bool.random(using: &generator) { row.joinFirst() }
                if Bool.random(using: &generator) { row.compact() }
                #expect(row.count == expected.count - taken.count)
                row.take(Int.random(in: 0...9_000, using: &generator)) {
                    taken += $0.readableBytesView
                }
            }
            row.take(row.count) { taken += $0.readableBytesView }
            #expect(taken == expected)
        }
    }
}
