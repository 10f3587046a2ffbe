// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import FaultModel
import Foundation

extension RunSummary {
    /// How many rules that never fired are compared with what happened.
    static let maximumExplained = 100

    /// Asks of each rule that never fired what came nearest to it.
    mutating func explainMisses(asking client: AdminClient) async throws {
        for position in neverFired.indices.prefix(Self.maximumExplained)
        where neverFired[position].enabled {
            let question: JSONTree = ["rule": .string(neverFired[position].rule)]
            var request = AdminRequest(.post, "/v1/explain", body: Data(question.compact.utf8))
            request.isQuestion = true
            let reply = try await client.send(request).decoded(ExplainReply.self)
            guard let asked = reply.request, let rule = reply.rules.first else { continue }
            neverFired[position].nearestMiss = "\(asked): \(rule.reason)"
        }
    }
}
