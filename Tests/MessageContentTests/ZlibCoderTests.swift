// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing
import WireFormats

@testable import MessageContent

@Suite struct ZlibCoderTests {
    private let coder = ZlibCoder()

    @Test(arguments: [ContentCoding.gzip, .deflate], [0, 1, 1_000, 70_000, 1_000_000])
    func `what is coded is decoded again`(coding: ContentCoding, count: Int) throws {
        var numbers = SeededNumbers(seed: 1)
        let content = (0..<count).map { _ in UInt8(numbers.below(7)) }
        let coded = try #require(coder.encoded(content, in: coding))
        #expect(coder.decoded(coded, from: coding, limit: count) == content)
        #expect(count == 0 || coder.decoded(coded, from: coding, limit: count - 1) == nil)
    }

    @Test(arguments: ["gzip.compress", "zlib.compress", "bare"])
    func `python reads what is coded here, and is read here`(format: String) throws {
        let coding: ContentCoding = format == "gzip.compress" ? .gzip : .deflate
        let content = Array(String(repeating: "chaos ", count: 5_000).utf8)
        let compress = format == "bare" ? "(lambda b: zlib.compress(b)[2:-4])" : format
        let theirs = try python("\(compress)(sys.stdin.buffer.read())", content)
        #expect(coder.decoded(theirs, from: coding, limit: content.count) == content)
        guard format != "bare" else { return }
        let ours = try #require(coder.encoded(content, in: coding))
        let decompress = format.replacingOccurrences(of: "compress", with: "decompress")
        #expect(try python("\(decompress)(sys.stdin.buffer.read())", ours) == content)
    }

    @Test func `members of gzip one behind another are one content`() throws {
        let one = try #require(coder.encoded(Array("one ".utf8), in: .gzip))
        let two = try #require(coder.encoded(Array("two".utf8), in: .gzip))
        #expect(coder.decoded(one + two, from: .gzip, limit: 7) == Array("one two".utf8))
        #expect(coder.decoded(one + two, from: .gzip, limit: 6) == nil)
        #expect(coder.decoded(one + [0], from: .gzip, limit: 7) == nil)
    }

    @Test(arguments: [ContentCoding.gzip, .deflate])
    func `what is cut off, damaged, followed by more or something else is refused`(
        coding: ContentCoding
    ) throws {
        let content = Array(String(repeating: "0123456789", count: 50).utf8)
        let coded = try #require(coder.encoded(content, in: coding))
        for count in 0..<coded.count {
            let cut = Array(coded.prefix(count))
            #expect(coder.decoded(cut, from: coding, limit: 1_000) == nil, "\(count)")
        }
        #expect(coder.decoded(coded + [1], from: coding, limit: 1_000) == nil)
        #expect(coder.decoded(content, from: coding, limit: 1_000) == nil)
        let other: ContentCoding = coding == .gzip ? .deflate : .gzip
        #expect(coder.decoded(coded, from: other, limit: 1_000) == nil)
    }

    @Test(arguments: SeededNumbers.seeds(200))
    func `no bytes trap, and none give more than the limit`(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        for coding in [ContentCoding.gzip, .deflate] {
            var bytes: [UInt8] = []
            if numbers.once(in: 2) {
                let content = [UInt8](repeating: 7, count: numbers.below(100_000))
                bytes = try #require(coder.encoded(content, in: coding))
            }
            for _ in 0..<numbers.below(20) {
                let byte = UInt8(numbers.below(256))
                if bytes.isEmpty || numbers.once(in: 2) {
                    bytes.insert(byte, at: numbers.below(bytes.count + 1))
                } else {
                    bytes[numbers.below(bytes.count)] = byte
                }
            }
            let limit = numbers.below(20_000)
            if let result = coder.decoded(bytes, from: coding, limit: limit) {
                #expect(result.count <= limit, "CHAOS_SEED=\(seed)")
            }
        }
    }

    @Test func `a bomb is given up at the limit`() throws {
        let bomb = try #require(coder.encoded([UInt8](repeating: 0, count: 50_000_000), in: .gzip))
        #expect(bomb.count < 60_000)
        #expect(coder.decoded(bomb, from: .gzip, limit: 1_000) == nil)
    }

    private func python(_ expression: String, _ input: [UInt8]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let program = "import gzip, sys, zlib; sys.stdout.buffer.write(\(expression))"
        process.arguments = ["python3", "-c", program]
        let (standardInput, standardOutput) = (Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        try process.run()
        // Less than a pipe holds.
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input))
        try standardInput.fileHandleForWriting.close()
        let output = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return Array(output)
    }
}
