// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Changes path and query of a request's target (RFC 9112, 3.2).
///
/// `*` and the authority of a CONNECT have neither, and stay. An absolute target keeps its scheme
/// and its authority, which stand in front of the path.
enum TargetEditor {
    /// Path and query, with its question mark, as they are to be.
    static func edited(
        _ head: borrowing Span<UInt8>,
        _ facts: RequestFacts,
        by edit: MessageEdit
    ) -> [UInt8] {
        let original = head.bytes(facts.path)
        let query = facts.query.map { head.bytes($0) }
        guard original.first == ASCII.slash || facts.authority != nil else {
            return original + Self.query(query)
        }
        let path = edit.path.map(escaped) ?? original
        return path + Self.query(edited(query, by: edit.query))
    }

    private static func query(_ query: [UInt8]?) -> [UInt8] {
        query.map { [ASCII.questionMark] + $0 } ?? []
    }

    /// Names are compared decoded, as forms are (application/x-www-form-urlencoded); parameters
    /// that no edit names stay as they came.
    private static func edited(_ query: [UInt8]?, by edits: FieldEdits) -> [UInt8]? {
        if edits.isEmpty { return query }
        var parameters: [[UInt8]] = []
        if let query, !query.isEmpty {
            parameters = query.split(
                separator: ASCII.ampersand,
                omittingEmptySubsequences: false
            ).map(Array.init)
        }
        for name in edits.remove { parameters.removeAll { named($0, name) } }
        for pair in edits.set {
            let place = parameters.firstIndex { named($0, pair.name) }
            parameters.removeAll { named($0, pair.name) }
            parameters.insert(encoded(pair), at: place ?? parameters.endIndex)
        }
        parameters += edits.add.map(encoded)
        if parameters.isEmpty { return query == [] ? [] : nil }
        return Array(parameters.joined(separator: [ASCII.ampersand]))
    }

    private static func named(_ parameter: [UInt8], _ name: String) -> Bool {
        let end = parameter.firstIndex(of: ASCII.equals) ?? parameter.endIndex
        let decoded = PercentDecoding.decoded(parameter.span, in: 0..<end, plusIsSpace: true)
        return decoded == Array(name.utf8)
    }

    private static func encoded(_ pair: FieldEdits.Pair) -> [UInt8] {
        encoded(pair.name) + [ASCII.equals] + encoded(pair.value)
    }

    /// Everything but the unreserved characters (RFC 3986, 2.3) as `%XX`.
    private static func encoded(_ text: String) -> [UInt8] {
        text.utf8.flatMap { isUnreserved($0) ? [$0] : percent($0) }
    }

    /// What cannot stand in a path; its own escapes stay.
    private static func escaped(_ path: String) -> [UInt8] {
        path.utf8.flatMap { byte in
            let isPart =
                (33...126).contains(byte) && byte != ASCII.questionMark
                && byte != ASCII.hash
            return isPart ? [byte] : percent(byte)
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (97...122).contains(ASCII.lowercased(byte))
            || "-._~".utf8.contains(byte)
    }

    private static func percent(_ byte: UInt8) -> [UInt8] {
        Array("%\(PlainText.hexadecimal(UInt32(byte), digits: 2))".utf8)
    }
}
