// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport

@testable import WireFormats

/// Single messages and edits, drawn from a seed.
enum RandomMessages {
    struct Message {
        let whole: WholeMessage
        let answersHead: Bool
    }

    /// The messages of a random stream, one by one; those that are no last answer are left out.
    static func messages(
        _ kind: HeadReader.Kind,
        _ numbers: inout SeededNumbers
    ) throws -> [Message] {
        let sample = SampleMessages(kind, &numbers)
        var messages: [Message] = []
        var start = 0
        var answers = sample.answersHead.makeIterator()
        for message in sample.trace.messages {
            let end = message.end ?? sample.bytes.count
            let whole = try WholeMessage(kind, bytes: Array(sample.bytes[start..<end]))
            start = end
            if kind == .response, whole.reader.status < 200 { continue }
            let answersHead = kind == .response && answers.next() == true
            messages.append(Message(whole: whole, answersHead: answersHead))
        }
        return messages
    }

    static func edit(
        _ kind: HeadReader.Kind,
        _ message: Message,
        _ numbers: inout SeededNumbers
    ) -> MessageEdit {
        var edit = MessageEdit()
        if kind == .response, numbers.once(in: 2) {
            edit.status = numbers.pick([200, 204, 304, 404, 599])
        }
        if kind == .request, numbers.once(in: 2) {
            edit.method = "POST"
            edit.path = numbers.pick(["/", "/a%20b", "/a b"])
            edit.query = fields(["c", "x"], &numbers)
        }
        edit.headers = fields(["Accept", "x-white", "X-New"], &numbers)
        if numbers.once(in: 2) {
            let count = numbers.pick([0, 1, 300])
            edit.body = .replace(.bytes(Array(repeating: 120, count: count)))
        }
        return edit
    }

    private static func fields(_ names: [String], _ numbers: inout SeededNumbers) -> FieldEdits {
        func pairs() -> [FieldEdits.Pair] {
            names.filter { _ in numbers.once(in: 3) }.map { .init(name: $0, value: "v&\u{e9}") }
        }
        return FieldEdits(
            remove: names.filter { _ in numbers.once(in: 4) },
            set: pairs(),
            add: pairs()
        )
    }
}
