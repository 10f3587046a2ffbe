// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import AdminClient

@Suite struct LineSplitterTests {
    private func lines(of pieces: [String]) -> [String] {
        var splitter = LineSplitter(longest: 8)
        var lines: [String] = []
        for piece in pieces {
            guard splitter.append(Data(piece.utf8)) else { return lines + ["too long"] }
            while let line = splitter.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        if let line = splitter.rest() { lines.append(String(decoding: line, as: UTF8.self)) }
        return lines
    }

    @Test func `lines are the same however the stream is cut into pieces`() {
        let text = "one\r\ntwo\n\n\nthree\nend"
        for size in 1...text.utf8.count {
            let bytes = Array(text.utf8)
            let pieces = stride(from: 0, to: bytes.count, by: size).map { start in
                String(decoding: bytes[start..<min(start + size, bytes.count)], as: UTF8.self)
            }
            #expect(lines(of: pieces) == ["one", "two", "three", "end"])
        }
    }

    @Test func `a line that never ends is refused at its bound`() {
        #expect(lines(of: ["ok\n12345678", "9"]) == ["ok", "123456789"])
        #expect(lines(of: ["ok\n123456789", "0"]) == ["ok", "too long"])
    }
}
