// SPDX-License-Identifier: Apache-2.0
import EventFiles
import Foundation
import Testing

@Suite struct RotatingFileTests {
    @Test func `every file begins with an anchor, and no line is lost or out of order`()
        async throws
    {
        try await EventFolder.with { folder in
            // An anchor of 7 bytes, and room for three lines of 8.
            var file = try folder.file(limit: 31, count: 4)
            let lines = (0..<9).map { "line \($0)." }
            try file.append(Array(lines[..<4]))
            try file.append(Array(lines[4...]))
            file.close()
            #expect(folder.lines(2) == ["anchor"] + lines[0..<3])
            #expect(folder.lines(1) == ["anchor"] + lines[3..<6])
            #expect(folder.lines(0) == ["anchor"] + lines[6..<9])
            #expect(folder.lines(3) == nil)
        }
    }

    @Test(arguments: [1, 2, 3])
    func `there are never more files than asked for`(count: Int) async throws {
        try await EventFolder.with { folder in
            var file = try folder.file(limit: 16, count: count)
            for number in 0..<10 { try file.append(["line \(number)."]) }
            for number in 0..<count {
                #expect(folder.lines(number) == ["anchor", "line \(9 - number)."])
            }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == count
            )
        }
    }

    @Test func `a line longer than a file has a file of its own`() async throws {
        try await EventFolder.with { folder in
            let long = String(repeating: "x", count: 100)
            var file = try folder.file(limit: 16, count: 9)
            try file.append(["a", long, "b"])
            #expect(folder.lines(2) == ["anchor", "a"])
            #expect(folder.lines(1) == ["anchor", long])
            #expect(folder.lines(0) == ["anchor", "b"])
        }
    }

    @Test func `what an earlier run wrote is kept aside`() async throws {
        try await EventFolder.with { folder in
            try Data("old\n".utf8).write(to: URL(fileURLWithPath: folder.path))
            var file = try folder.file(limit: 1_000, count: 2)
            try file.append(["new"])
            #expect(folder.lines(1) == ["old"] && folder.lines(0) == ["anchor", "new"])
        }
    }

    @Test func `the file is for its owner only`() async throws {
        try await EventFolder.with { folder in
            _ = try folder.file(limit: 1_000, count: 2)
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        }
    }

    @Test func `a place that is not fit is refused in a sentence`() async throws {
        try await EventFolder.with { folder in
            folder.remove()
            let missing = #expect(throws: DiskFailure.self) { try folder.file(limit: 99, count: 2) }
            #expect(missing?.description.hasSuffix("No such file or directory") == true)
            try FileManager.default.createDirectory(
                atPath: folder.path,
                withIntermediateDirectories: true
            )
            let taken = #expect(throws: DiskFailure.self) { try folder.file(limit: 99, count: 2) }
            #expect(taken?.description.hasSuffix("is not a regular file") == true)
        }
    }

    @Test func `a file that is written already is left to its writer`() async throws {
        try await EventFolder.with { folder in
            var first = try folder.file(limit: 1_000, count: 2)
            let second = #expect(throws: DiskFailure.self) { try folder.file(limit: 99, count: 2) }
            #expect(second?.description.contains("another process") == true)
            first.close()
            #expect(folder.lines(1) == nil)
            _ = try folder.file(limit: 99, count: 2)
        }
    }

    @Test func `what could not be written is written later, once and in order`() async throws {
        try await EventFolder.with { folder in
            var file = try folder.file(limit: 16, count: 9)
            try file.append(["line 0."])
            folder.remove()
            #expect(throws: DiskFailure.self) { try file.append(["line 1.", "line 2."]) }
            #expect(throws: DiskFailure.self) { try file.append([]) }
            try folder.make()
            try file.append(["line 3."])
            #expect(folder.lines(2) == ["anchor", "line 1."])
            #expect(folder.lines(1) == ["anchor", "line 2."])
            #expect(folder.lines(0) == ["anchor", "line 3."])
        }
    }
}
