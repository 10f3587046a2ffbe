// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A connection that lives, as far as tests look at it.
struct LiveConnection: Decodable, Equatable, Sendable {
    var proxy: String
    var bufferedBytes: Int
    var bytesToClient: Int
    var bytesToServer: Int

    private enum CodingKeys: String, CodingKey {
        case proxy
        case bufferedBytes = "buffered_bytes"
        case bytesToClient = "bytes_to_client"
        case bytesToServer = "bytes_to_server"
    }
}

extension Proxy {
    func connections() async throws -> [LiveConnection] {
        struct Reply: Decodable { var connections: [LiveConnection] }
        let text = try await control("connections", "--output", "json")
        return try JSONDecoder().decode(Reply.self, from: Data(text.utf8)).connections
    }
}
