// SPDX-License-Identifier: Apache-2.0
import AdminContract
import Foundation
import Testing

@testable import EventFiles

/// A folder of its own for one test's files, which goes with the test.
struct EventFolder {
    let url: URL

    static func with<Value>(_ body: (EventFolder) async throws -> Value) async throws -> Value {
        let folder = EventFolder(
            url: FileManager.default.temporaryDirectory.appending(
                path: "ef-\(UUID().uuidString.prefix(8))"
            )
        )
        try folder.make()
        defer { folder.remove() }
        return try await body(folder)
    }

    var path: String { url.appending(path: "events").path }

    func make() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(at: url) }

    func file(limit: Int, count: Int) throws(DiskFailure) -> RotatingFile {
        try RotatingFile(path: path, limit: limit, count: count) { "anchor" }
    }

    /// The lines of `FILE`, or of `FILE.n`; `nil` when there is no such file.
    func lines(_ number: Int = 0) -> [String]? {
        let name = number == 0 ? path : "\(path).\(number)"
        guard let text = try? String(contentsOfFile: name, encoding: .utf8) else { return nil }
        #expect(text.hasSuffix("\n"))
        return text.split(separator: "\n").map(String.init)
    }
}
