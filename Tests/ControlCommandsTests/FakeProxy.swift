// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A stand-in for the admin socket: answers as it is told, and remembers what it was asked.
///
/// One connection after the other, one request a connection; nothing of it outlives ``close()``.
final class FakeProxy: Sendable {
    let path: String
    private let listener: Int32
    private let answer: @Sendable (Request) -> Answer
    private let seen = Mutex<[Request]>([])
    private let isOpen = Mutex(true)

    struct Request: Sendable, Equatable {
        var method: String
        var target: String
        var headers: [String: String]
        var body: String

        /// `METHOD target`.
        var line: String { "\(method) \(target)" }
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body = ""
        /// Say nothing at all and close.
        var isSilent = false

        static func document(_ body: String, status: Int = 200, tag: Int? = nil) -> Answer {
            let headers = tag.map { ["ETag": "\"\($0)\""] } ?? [:]
            return Answer(status: status, headers: headers, body: body)
        }

        static func failure(_ status: Int, _ code: String, _ message: String) -> Answer {
            document(#"{"error":{"code":"\#(code)","message":"\#(message)"}}"#, status: status)
        }
    }

    struct Unusable: Error { let what: String }

    init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        let name = "chaosctl-\(UUID().uuidString.prefix(8)).sock"
        path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        self.answer = answer
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0, Self.bind(listener, to: path), listen(listener, 8) == 0 else {
            throw Unusable(what: String(cString: strerror(errno)))
        }
        Thread.detachNewThread { [self] in serve() }
    }

    var requests: [Request] { seen.withLock { $0 } }

    func close() {
        // Wakes the thread that waits in accept(2), as long as the number is the listener's.
        isOpen.withLock { if $0 { shutdown(listener, Int32(SHUT_RDWR)) } }
        unlink(path)
    }

    private static func bind(_ socket: Int32, to path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private func serve() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else {
                if errno == EINTR { continue }
                break
            }
            if let request = read(from: client) {
                seen.withLock { $0.append(request) }
                write(answer(request), to: client)
            }
            _ = Foundation.close(client)
        }
        isOpen.withLock { isOpen in
            isOpen = false
            _ = Foundation.close(listener)
        }
    }

    private func read(from client: Int32) -> Request? {
        var text = ""
        while true {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            text += String(decoding: buffer[..<count], as: UTF8.self)
            if let request = Self.parse(text) { return request }
        }
    }

    private static func parse(_ text: String) -> Request? {
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            return (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces))
        }
        let headers = Dictionary(fields) { first, _ in first }
        let body = String(text[end.upperBound...])
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard body.utf8.count >= length else { return nil }
        return Request(method: words[0], target: words[1], headers: headers, body: body)
    }

    private func write(_ answer: Answer, to client: Int32) {
        guard !answer.isSilent else { return }
        var head = "HTTP/1.1 \(answer.status) Status\r\nConnection: close\r\n"
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        head += "Content-Length: \(answer.body.utf8.count)\r\n\r\n"
        let bytes = Array((head + answer.body).utf8)
        _ = bytes.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}
