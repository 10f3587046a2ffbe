// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

/// What a reader of the events may ask for on its WebSocket.
package enum ClientMessage: Sendable, Hashable {
    /// `{"type":"replay","from":N}`: go on from event N, whatever was sent before.
    case replay(from: Int)

    package init(parsing text: some Sequence<UInt8>) throws(Refusal) {
        let message = try JSONValue(parsing: text)
        guard message["type"]?.string == "replay" else {
            throw Refusal(
                .badRequest,
                "unknown_message",
                "Send {\"type\":\"replay\",\"from\":N}."
            )
        }
        guard let from = message["from"]?.integer, from >= 0, from <= Int64(Int32.max) else {
            throw .invalid("from", "must be a whole number from 0")
        }
        self = .replay(from: Int(from))
    }
}

extension EventHub.Position {
    /// What the reader is told before the events; nil when it gets exactly what it asked for.
    ///
    /// It has no sequence number of its own: it is about the stream, not in it.
    package func notice(requested: Int) -> JSONValue? {
        switch self {
        case .exact: nil
        case .gap(let oldest):
            [
                "type": "replay.gap", "requested": JSONValue(requested),
                "oldest": JSONValue(oldest), "missing": JSONValue(oldest - requested),
            ]
        case .ahead(let next):
            ["type": "replay.ahead", "requested": JSONValue(requested), "next": JSONValue(next)]
        }
    }
}
