// SPDX-License-Identifier: Apache-2.0
import DataPlane
import FaultModel
import FlowEngine
import MessageContent
import RuleFiles

extension FlowServices {
    /// What the connections of a daemon have at hand.
    ///
    /// The data plane adds what it keeps itself: the answers that `stale` rules remember.
    static func daemon(wallOrigin: Int64) -> FlowServices {
        FlowServices(
            coder: ZlibCoder(),
            renderer: MustacheRenderer(),
            memory: nil,
            requestFaults: BroughtRules(
                makeTally: { SharedTally() },
                parse: { text in
                    do throws(InvalidConfiguration) {
                        return .success(try RequestFaultText.parse(text))
                    } catch {
                        let first = error.errors.first
                        let hint = first?.hint.map { "; \($0)" } ?? ""
                        let message = (first?.message ?? "it cannot be read") + hint
                        return .failure(RequestFaultFailure(message: message))
                    }
                }
            ),
            wallOrigin: wallOrigin
        )
    }
}
