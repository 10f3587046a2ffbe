// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import RuleFiles
import WireFormats

extension ImaginedRequest {
    /// The host that a whole URL names, with its port; `nil` for a path.
    var authority: String? {
        guard let start = target.endOfScheme else { return nil }
        return String(target[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" })
    }

    /// The target as a client sends it to a server: `/path?query` (RFC 9112, 3.2.1).
    var originForm: String {
        guard let start = target.endOfScheme else { return target }
        let rest = target[start...].drop { $0 != "/" && $0 != "?" && $0 != "#" }
            .prefix { $0 != "#" }
        return rest.hasPrefix("/") ? String(rest) : "/" + rest
    }

    /// What a rule would see of the request on this proxy.
    func situation(on proxy: ProxyDefinition) throws(AdminFailure) -> Situation {
        Situation(
            proxy: proxy.name,
            tags: proxy.tags,
            client: try client.map { text throws(AdminFailure) in try Self.client(text) },
            connection: connection,
            unit: connection == nil ? nil : unit ?? 0,
            request: proxy.transport != .tcp ? try read() : nil
        )
    }

    private static func client(_ text: String) throws(AdminFailure) -> Situation.Client {
        if text == "unix" { return Situation.Client(address: nil, text: text) }
        guard let address = IPAddress(text) else {
            throw AdminFailure(
                422,
                "explain.bad-value",
                "`\(text.prefix(60))` is no address",
                path: "/client",
                hint: "such as 192.0.2.1, 2001:db8::1 or unix"
            )
        }
        return Situation.Client(address: address, text: text)
    }

    /// The head as it would come, read by the reader of the data path.
    private func read() throws(AdminFailure) -> Situation.Request {
        var fields = headers
        let names = Set(fields.map { $0.name.lowercased() })
        if let authority, !names.contains("host") {
            fields.insert(Header(name: "Host", value: authority), at: 0)
        }
        if let body, !names.contains("content-length"), !names.contains("transfer-encoding") {
            fields.append(Header(name: "Content-Length", value: String(body.utf8.count)))
        }
        for field in fields where (field.name + field.value).utf8.contains(where: Self.endsLine) {
            throw Self.refused("the field `\(field.name.prefix(60))` holds a line's end")
        }
        let lines = ["\(method) \(originForm) HTTP/1.1"] + fields.map { "\($0.name): \($0.value)" }
        let head = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var reader = HeadReader(.request)
        switch reader.read(head.span, limit: .max) {
        case .complete:
            // A body that is not given is empty, and not unknown.
            let content = ContentFacts(Array((body ?? "").utf8))
            return Situation.Request(facts: reader.facts, head: head, content: content)
        case .incomplete: throw Self.refused("it has no end")
        case .refused(let violation): throw Self.refused(violation.rawValue)
        }
    }

    private static func endsLine(_ byte: UInt8) -> Bool {
        byte == ASCII.carriageReturn || byte == ASCII.lineFeed
    }

    private static func refused(_ why: String) -> AdminFailure {
        AdminFailure(
            422,
            "explain.bad-request",
            "the proxy would refuse this request: \(why)",
            path: "/request",
            hint: "see RFC 9112, sections 3 and 5"
        )
    }
}

extension String {
    /// Where what follows the scheme of an absolute URL begins.
    fileprivate var endOfScheme: Index? {
        guard !hasPrefix("/") else { return nil }
        for scheme in ["http", "https"] where lowercased().hasPrefix(scheme + "://") {
            return index(startIndex, offsetBy: scheme.count + 3)
        }
        return nil
    }
}

extension Situation.Client {
    /// A client as a record shows it: `127.0.0.1:50000`, or `unix`.
    init(shown text: String) {
        guard case .tcp(let host, _) = try? Endpoint(text) else {
            self.init(address: nil, text: text)
            return
        }
        self.init(address: IPAddress(host), text: host)
    }
}

extension Situation.Request {
    /// What is kept of an exchange's head; where nothing is, its method and target are left.
    init(_ record: ExchangeRecord) {
        var head = record.head
        if head.isEmpty { head = Array("\(record.method) \(record.target) HTTP/1.1\r\n".utf8) }
        var reader = HeadReader(.request)
        let progress = reader.read(head.span, limit: .max)
        var isCut = true
        if case .complete = progress { isCut = false }
        self.init(facts: reader.facts, head: head, isCut: isCut)
    }
}
