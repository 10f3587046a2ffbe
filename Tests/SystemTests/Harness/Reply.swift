// SPDX-License-Identifier: Apache-2.0
import Foundation

/// An answer as its bytes say it, without a library in between.
struct Reply: Sendable {
    /// `HTTP/1.1 200 OK`.
    let line: String
    let fields: [(name: String, value: String)]
    let body: Data

    /// - Parameter head: with the empty line at its end.
    init(head: String, body: Data) {
        let lines = head.components(separatedBy: "\r\n").filter { !$0.isEmpty }
        line = lines.first ?? ""
        fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
            return (String(parts[0]).lowercased(), value)
        }
        self.body = body
    }

    var status: Int { line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The values of a field, its name in lower case.
    subscript(name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            throw Trouble("\(line): \(text) is no \(type): \(error)")
        }
    }
}

/// A request as the fixture's `/echo` received it.
struct Echo: Decodable, Sendable {
    let method: String
    let target: String
    let headers: [String: String]
    let body: String
}

extension Wire {
    /// The bytes of a request; one with a body has its length.
    static func request(
        _ method: String,
        _ path: String,
        headers: [String] = [],
        body: Data? = nil
    ) -> Data {
        let length = body.map { ["Content-Length: \($0.count)"] } ?? []
        let lines = ["\(method) \(path) HTTP/1.1", "Host: a"] + headers + length
        return Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (body ?? Data())
    }

    /// One exchange whose answer has a Content-Length, or nothing behind its head.
    func ask(
        _ path: String,
        _ method: String = "GET",
        headers: [String] = [],
        body: String? = nil
    ) async throws -> Reply {
        let content = body.map { Data($0.utf8) }
        try await send(Self.request(method, path, headers: headers, body: content))
        return try await reply()
    }

    func reply() async throws -> Reply {
        let head = try await read(until: "\r\n\r\n")
        let length = Reply(head: head, body: Data())["content-length"].first.flatMap { Int($0) }
        return Reply(head: head, body: try await read(length ?? 0))
    }
}
