// SPDX-License-Identifier: Apache-2.0
import TestSupport
@testable import WireFormats

/// Valid messages drawn from a seed, with the boundaries that they were made to have.
struct SampleMessages {
    private(set) var bytes: [UInt8] = []
    private(set) var trace = MessageTrace()
    private(set) var answersHead: [Bool] = []
    private let kind: HeadReader.Kind

    init(_ kind: HeadReader.Kind, _ numbers: inout SeededNumbers) {
        self.kind = kind
        let count = numbers.below(4) + 1
        for position in 0..<count {
            let isLast = position == count - 1
            if kind == .request {
                appendRequest(&numbers, isLast: isLast)
            } else {
                appendResponse(&numbers, isLast: isLast)
            }
        }
    }

    private mutating func appendRequest(_ numbers: inout SeededNumbers, isLast: Bool) {
        if numbers.once(in: 8) { add("\r\n") }
        let method = numbers.pick(["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"])
        let target = numbers.pick([
            "/", "/a/b?c=d", "/%20", "http://example.com/x", "/a;b", "/?", "*",
        ])
        let version = isLast && numbers.once(in: 5) ? "1.0" : "1.1"
        add("\(method) \(target) HTTP/\(version)\r\nHost: example.com\r\n")
        appendFields(&numbers)
        switch numbers.below(version == "1.0" ? 2 : 3) {
        case 0:
            add("\r\n")
            begin()
        case 1: appendCounted(&numbers)
        default: appendChunked(&numbers)
        }
        end()
    }

    private mutating func appendResponse(_ numbers: inout SeededNumbers, isLast: Bool) {
        let reason = numbers.pick([" OK", " ", "", " Not So Good", " \u{e9}t\u{e9}"])
        let choice = numbers.below(7)
        if choice != 0 { answersHead.append(choice == 3) }
        switch choice {
        case 0:
            add("HTTP/1.1 \(numbers.pick(["100", "102", "103"]))\(reason)\r\n")
            appendFields(&numbers)
            add("\r\n")
            begin()
        case 1:
            add("HTTP/1.1 204\(reason)\r\n")
            appendFields(&numbers)
            add("\r\n")
            begin()
        case 2:
            add("HTTP/1.1 304\(reason)\r\n")
            appendFields(&numbers)
            add(numbers.once(in: 2) ? "Content-Length: 9\r\n\r\n" : "\r\n")
            begin()
        case 3:
            add("HTTP/1.1 200\(reason)\r\nContent-Length: 9\r\n\r\n")
            begin()
        case 4 where isLast:
            add("HTTP/1.\(numbers.below(2)) 200\(reason)\r\n")
            appendFields(&numbers)
            add("\r\n")
            begin()
            content(numbers.pick([0, 1, 50, 700]), &numbers)
        case 5:
            add("HTTP/1.1 \(numbers.pick(["200", "404", "503"]))\(reason)\r\n")
            appendFields(&numbers)
            appendChunked(&numbers)
        default:
            add("HTTP/1.1 \(numbers.pick(["200", "301", "599"]))\(reason)\r\n")
            appendFields(&numbers)
            appendCounted(&numbers)
        }
        end()
    }

    private mutating func appendFields(_ numbers: inout SeededNumbers) {
        for _ in 0..<numbers.below(4) {
            add(
                numbers.pick([
                    "Accept: */*\r\n", "X-Empty:\r\n", "x-white: \t a b \t\r\n",
                    "!#$%&'*+-.^_`|~: v\r\n",
                    "X-High: \u{e9}\u{ff}\r\n", "X-Colon: a:b:c\r\n", "Connection: keep-alive\r\n",
                ])
            )
        }
    }

    private mutating func appendCounted(_ numbers: inout SeededNumbers) {
        let count = numbers.pick([0, 1, 9, 300])
        add(numbers.pick(["Content-Length: ", "content-length:", "CONTENT-LENGTH:\t"]))
        add(numbers.pick(["", "00"]) + "\(count) \r\n\r\n")
        begin()
        content(count, &numbers)
    }

    private mutating func appendChunked(_ numbers: inout SeededNumbers) {
        add(
            numbers.pick([
                "Transfer-Encoding: chunked\r\n\r\n", "transfer-encoding:Chunked\r\n\r\n",
                "Transfer-Encoding: gzip, chunked\r\n\r\n",
            ])
        )
        begin()
        for _ in 0..<numbers.below(4) {
            let count = numbers.pick([1, 10, 26, 300])
            let size = String(count, radix: 16, uppercase: numbers.once(in: 2))
            add(numbers.pick(["", "0", "000"]) + size)
            add(numbers.pick(["", "", ";a", ";a=b", ";a=\"q s\"", ";a;b=c"]) + "\r\n")
            content(count, &numbers)
            add("\r\n")
        }
        add(numbers.pick(["0", "000", "0;last=1"]) + "\r\n")
        if numbers.once(in: 3) { add("X-Trailer: 1\r\nX-Second:\r\n") }
        add("\r\n")
    }

    private mutating func content(_ count: Int, _ numbers: inout SeededNumbers) {
        let content = (0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
        bytes += content
        trace.messages[trace.messages.count - 1].content += content
    }

    private mutating func add(_ text: String) { bytes += Array(text.utf8) }

    private mutating func begin() {
        trace.messages.append(MessageTrace.Message(headEnd: bytes.count))
    }

    private mutating func end() { trace.messages[trace.messages.count - 1].end = bytes.count }
}

extension SeededNumbers {
    /// A few changes of the kind that tell two readers apart.
    mutating func mutate(_ bytes: inout [UInt8]) {
        for _ in 0..<below(3) + 1 where !bytes.isEmpty {
            let position = below(bytes.count)
            switch below(6) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes.remove(at: position)
            case 2: bytes.insert(bytes[position], at: position)
            case 3: bytes.insert(contentsOf: pick(Self.insertions).utf8, at: position)
            case 4: insertAfterLineEnd(&bytes, from: position)
            default:
                bytes[position] = pick(Array("\r\n \t:;,0\"+-x".utf8) + [0, 11, 127, 128, 255])
            }
        }
    }

    private mutating func insertAfterLineEnd(_ bytes: inout [UInt8], from position: Int) {
        guard let lineEnd = bytes[position...].firstIndex(of: 10) else { return }
        bytes.insert(contentsOf: pick(Self.insertions).utf8, at: lineEnd + 1)
    }

    private static let insertions = [
        "\r\n", "\n", "\r", " ", "\t", "\r\n\r\n", "\0", "chunked", "chunked, ", ",", ";", ":",
        "0", "+", "-", "0x", "Content-Length: 3\r\n", "Content-Length: 3, 3\r\n",
        "Content-Length: +3\r\n", "Content-Length:\r\n", "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n", "Transfer-Encoding:\r\n",
        "Transfer-Encoding: chunked,\r\n",
        "Transfer-Encoding : chunked\r\n", "Transfer-Encoding: xchunked\r\n", " folded\r\n",
        "Transfer-Encoding\u{b}: chunked\r\n", "Content-Length: 18446744073709551616\r\n",
        "Content_Length: 1\r\n", "FFFFFFFFFFFFFFFF\r\n", "10000000000000000\r\n", "1;\n",
        " HTTP/1.1",
    ]
}
