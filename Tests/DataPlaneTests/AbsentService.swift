// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import SocketLoops

/// An address at which nobody listens.
///
/// It is taken all the while: a port that was only closed may be given to another test's service.
struct AbsentService {
    let endpoint: Endpoint
    private let descriptor: CInt

    static func with(_ body: (AbsentService) async throws -> Void) async throws {
        let service = try AbsentService()
        do {
            try await body(service)
        } catch {
            Descriptor.close(service.descriptor)
            throw error
        }
        Descriptor.close(service.descriptor)
    }

    private init() throws {
        let any = try SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true)
        descriptor = try Descriptor.bound(to: try #require(any.first))
        let port = try #require(try SocketAddress(ofSocket: descriptor).port)
        endpoint = .tcp(host: "127.0.0.1", port: port)
    }
}
