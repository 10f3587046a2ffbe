// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Wire {
    /// One exchange whose answer has a Content-Length; gives the answer, head and all.
    func get(_ path: String) async throws -> String {
        try await send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        return try await answer()
    }

    /// The next answer, which has a Content-Length.
    func answer() async throws -> String {
        let head = try await read(until: "\r\n\r\n")
        let length = head.split(separator: "\r\n").first {
            $0.lowercased().hasPrefix("content-length:")
        }
        guard let digits = length?.split(separator: ":").last?.filter(\.isNumber),
            let count = Int(digits)
        else { throw Trouble("an answer without a length: \(head)") }
        return head + String(decoding: try await read(count), as: UTF8.self)
    }
}
