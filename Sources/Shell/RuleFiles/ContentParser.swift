// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads the matchers of what messages and streams hold: `body`, `response`, `bytes`, `cohort`.
enum ContentParser {
    static let responseKeys = ["status", "headers", "body"]
    static let bytesKeys = ["toward", "text", "hex", "scan"]
    static let cohortKeys = ["percent", "of"]

    /// A map from JSON Pointers, and from `text`, to what the value has to look like.
    static func bodies(_ item: Item) -> [BodyPattern] {
        (item.named("`body`", atMost: RuleBounds.names) ?? []).compactMap { key, place, item in
            guard key != "text" else {
                return ValueParser(ignoresCase: false).read(item).map { .text($0) }
            }
            guard key.hasPrefix("/") else {
                item.fail(
                    "unknown-key",
                    "`\(key.prefix(60))` is neither a JSON Pointer nor `text`",
                    hint: NearestWord.hint(key, among: ["text"]) ?? "did you mean /\(key)?",
                    at: place
                )
                return nil
            }
            guard let steps = pointer(key) else {
                item.fail(
                    "bad-value",
                    "`\(key.prefix(60))` is not a JSON Pointer",
                    hint: "`~` is written ~0, and `/` within a name ~1;"
                        + " at most \(RuleBounds.pointerSteps) steps",
                    at: place
                )
                return nil
            }
            return ValueParser(ignoresCase: false).read(item).map {
                .value(pointer: steps, $0)
            }
        }
    }

    /// The unescaped steps of a JSON Pointer (RFC 6901, section 4).
    private static func pointer(_ text: String) -> [String]? {
        let steps = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard steps.count <= RuleBounds.pointerSteps else { return nil }
        var unescaped: [String] = []
        for step in steps {
            let parts = step.split(separator: "~", omittingEmptySubsequences: false)
            var whole = parts.first.map(String.init) ?? ""
            for part in parts.dropFirst() {
                switch part.first {
                case "0": whole += "~"
                case "1": whole += "/"
                default: return nil
                }
                whole += part.dropFirst()
            }
            unescaped.append(whole)
        }
        return unescaped
    }

    static func response(_ item: Item) -> ResponsePattern? {
        guard let fields = item.fields("`response`", known: responseKeys) else { return nil }
        guard !fields.members.isEmpty else {
            item.badValue(
                "`response` is empty",
                hint: "name at least one of \(responseKeys.joined(separator: ", "))"
            )
            return nil
        }
        return ResponsePattern(
            statuses: fields["status"]?.oneOrMore("`status`").compactMap(statuses) ?? [],
            headers: fields["headers"].map {
                RuleParser.readNamed($0, "`headers`", .header)
            } ?? [],
            bodies: fields["body"].map(bodies) ?? []
        )
    }

    /// `503`, or a class such as `5xx`.
    private static func statuses(_ item: Item) -> ClosedRange<UInt16>? {
        let text = item.text ?? ""
        if let status = UInt16(text), (200...599).contains(status) { return status...status }
        if text.utf8.count == 3, text.lowercased().hasSuffix("xx"), let digit = text.first,
            let hundreds = UInt16(String(digit)), (2...5).contains(hundreds)
        {
            return hundreds * 100...hundreds * 100 + 99
        }
        item.badValue("\(item.quoted) is not a status", hint: "such as 503 or 5xx")
        return nil
    }

    static func bytes(_ item: Item) -> BytesPattern? {
        guard let fields = item.fields("`bytes`", known: bytesKeys) else { return nil }
        let toward: Direction? = fields.required(
            "toward",
            hint: "server: what the client sends; client: what comes back"
        )?.word(["server": .clientToServer, "client": .serverToClient])
        let range = 1...BytesPattern.maximumScan.bytes
        let scan = fields["scan"].map { $0.bytes(range) } ?? BytesPattern.defaultScan
        guard let sought = sought(fields), let toward, let scan else { return nil }
        guard sought.count <= scan.bytes else {
            (fields["text"] ?? fields["hex"])?.badValue(
                "these \(sought.count) bytes are longer than `scan`, \(scan.bytes)B",
                hint: "raise `scan`, at most \(BytesPattern.maximumScan.bytes >> 10)KiB"
            )
            return nil
        }
        return BytesPattern(.literal(sought), direction: toward, scan: scan)
    }

    private static func sought(_ fields: Fields) -> [UInt8]? {
        switch (fields["text"], fields["hex"]) {
        case (nil, nil):
            fields.item.badValue("`bytes` looks for nothing", hint: "add `text:` or `hex:`")
        case (_?, let hex?): hex.badValue("`text` and `hex` exclude each other", hint: "keep one")
        case (let text?, nil):
            if let value = text.text, !value.isEmpty { return Array(value.utf8) }
            text.badValue("`text` has to be text of at least one byte")
        case (nil, let hex?):
            if let bytes = hex.text.flatMap(Self.hex) { return bytes }
            hex.badValue(
                "\(hex.quoted) is not a row of bytes in hexadecimal",
                hint: "such as \"16 03 01\", two digits a byte"
            )
        }
        return nil
    }

    private static func hex(_ text: String) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != ASCII.space }.map(ASCII.hexValue)
        guard !digits.isEmpty, digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[place], let low = digits[place + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    static func cohort(_ item: Item) -> Cohort? {
        guard let fields = item.fields("`cohort`", known: cohortKeys) else { return nil }
        let share = fields.required("percent", hint: "such as percent: 50").flatMap(percent)
        let key = fields["of"].map(cohortKey) ?? .client
        guard let share, let key else { return nil }
        return Cohort(share: share, key: key)
    }

    /// From 0 to 100, with or without the sign.
    private static func percent(_ item: Item) -> Probability? {
        let text = item.text ?? ""
        let signed = text.hasSuffix("%") ? text : text + "%"
        if let share = Quantity.share(signed, fractions: false) { return try? Probability(share) }
        item.badValue("\(item.quoted) is not a percentage", hint: "from 0 to 100")
        return nil
    }

    private static func cohortKey(_ item: Item) -> Cohort.Key? {
        if let header = HeaderKey.read(item) { return header.name.map { .header($0) } }
        return item.word(["client": .client, "connection": .connection], and: HeaderKey.form)
    }
}
