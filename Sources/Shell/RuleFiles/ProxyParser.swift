// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// Makes a ``ProxyDefinition`` of its document.
package enum ProxyParser {
    static let keys = [
        "listen", "upstream", "protocol", "from", "to", "tags", "enabled", "on-upstream-failure",
        "limits", "request-faults",
    ]
    static let limitKeys = [
        "connections", "buffer", "connect-timeout", "idle-timeout", "head-timeout", "head",
        "body-limit",
    ]
    private static let unbuilt: Set = ["tls"]
    /// Bytes of a proxy's name.
    package static let maximumNameLength = 100
    /// Upstreams that are tried in order.
    package static let maximumUpstreams = 32

    /// Reads one proxy; the object holds no name.
    package static func proxy(
        named name: String,
        from value: DocumentValue
    ) throws(InvalidConfiguration) -> ProxyEntry {
        try DocumentNode(value).part(of: "proxy", else: "this is not a proxy") {
            read($0, name: name, at: nil)
        }
    }

    /// Reads one proxy from the text of a JSON document that holds its `name` as a key.
    package static func proxy(json: [UInt8]) throws(InvalidConfiguration) -> ProxyEntry {
        let node = try JSONReader.read(json)
        guard case .object(var members) = node.content,
            let position = members.firstIndex(where: { $0.key == "name" }),
            case .scalar(.string(let name), _) = members[position].node.content
        else {
            throw InvalidConfiguration(
                RuleFileError(
                    code: "proxy.missing-key",
                    message: "`name` is missing",
                    path: "",
                    hint: "a proxy has a name of its own"
                )
            )
        }
        members.remove(at: position)
        return try proxy(named: name, from: DocumentNode(.object(members), at: nil).source)
    }

    static func read(
        _ item: Item,
        name: String,
        at position: DocumentNode.Position?
    ) -> ProxyEntry? {
        let isName = checkName(name, item, at: position)
        guard let fields = item.fields("a proxy", known: keys, notBuilt: unbuilt) else {
            return nil
        }
        let listen = fields.required("listen", hint: "such as listen: 127.0.0.1:18080")
            .flatMap { readEndpoint($0, mayBeZero: true) }
        let upstreams = fields.required("upstream", hint: "such as upstream: 127.0.0.1:8080")
            .map(readUpstreams)
        let transport = fields["protocol"].map(readTransport) ?? .tcp
        let isEnabled = fields["enabled"].map { $0.bool() } ?? true
        let failure = readFailure(fields["on-upstream-failure"], transport ?? .tcp)
        let limits = fields["limits"].map(readLimits) ?? .defaults
        let from = fields["from"].map { $0.string("`from`") } ?? "client"
        let to = fields["to"].map { $0.string("`to`") } ?? name
        let tags = fields["tags"].map(RuleParser.readTags) ?? []
        let asked = fields["request-faults"].flatMap { RequestFaultsParser.read($0, transport) }
        guard isName, let listen, let upstreams, !upstreams.isEmpty, let transport, let isEnabled,
            let failure, let from, let to, asked != nil || fields["request-faults"] == nil
        else { return nil }
        guard isNoLoop(listen, upstreams, item, name, at: position) else { return nil }
        let definition = ProxyDefinition(
            name: name,
            listen: listen,
            upstreams: upstreams,
            transport: transport,
            tags: tags,
            onUpstreamFailure: failure,
            limits: limits,
            from: from,
            to: to,
            isEnabled: isEnabled,
            requestFaults: asked?.faults
        )
        let node = asked.map { item.node.setting("request-faults", to: $0.node) } ?? item.node
        return ProxyEntry(definition: definition, node: node, path: item.path, file: item.file)
    }

    private static func isNoLoop(
        _ listen: Endpoint,
        _ upstreams: [Endpoint],
        _ item: Item,
        _ name: String,
        at position: DocumentNode.Position?
    ) -> Bool {
        if !upstreams.contains(listen) || isSystemChosen(listen) { return true }
        item.fail("bad-value", "`\(name)` would be its own upstream", at: position)
        return false
    }

    private static func checkName(
        _ name: String,
        _ item: Item,
        at position: DocumentNode.Position?
    ) -> Bool {
        guard !isName(name) else { return true }
        item.fail(
            "bad-value",
            "`\(name.prefix(60))` is not a name for a proxy",
            hint: "letters, digits, dots, dashes and underscores, at most \(maximumNameLength)",
            at: position
        )
        return false
    }

    private static func isName(_ name: String) -> Bool {
        (1...maximumNameLength).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                ASCII.isDigit(byte) || (97...122).contains(ASCII.lowercased(byte))
                    || "._-".utf8.contains(byte)
            }
    }

    private static func isSystemChosen(_ endpoint: Endpoint) -> Bool {
        if case .tcp(_, port: 0) = endpoint { true } else { false }
    }

    private static func readTransport(_ item: Item) -> ProxyDefinition.Transport? {
        item.word(["tcp": .tcp, "http": .http, "auto": .auto])
    }

    private static func readFailure(
        _ item: Item?,
        _ transport: ProxyDefinition.Transport
    ) -> ProxyDefinition.UpstreamFailure? {
        guard let item else { return transport == .tcp ? .reset : .badGateway }
        let failure: ProxyDefinition.UpstreamFailure? = item.word([
            "502": .badGateway, "reset": .reset, "close": .close,
        ])
        if failure == .badGateway, transport == .tcp {
            item.badValue("a tcp proxy cannot answer 502", hint: "write reset or close")
            return nil
        }
        return failure
    }

    private static func readUpstreams(_ item: Item) -> [Endpoint] {
        let items = item.oneOrMore("`upstream`")
        if items.count > maximumUpstreams {
            item.badValue("more than \(maximumUpstreams) upstreams")
        }
        return items.compactMap { readEndpoint($0, mayBeZero: false) }
    }

    private static func readEndpoint(_ item: Item, mayBeZero: Bool) -> Endpoint? {
        guard let text = item.string("an address") else { return nil }
        do {
            let endpoint = try Endpoint(text)
            if mayBeZero || !isSystemChosen(endpoint) { return endpoint }
            item.badValue("\(item.quoted) has port 0", hint: "an upstream has a port of its own")
        } catch {
            let (message, hint) = explanation(of: error)
            item.badValue("\(item.quoted) \(message)", hint: hint)
        }
        return nil
    }

    private static func explanation(of failure: Endpoint.Failure) -> (String, String) {
        switch failure {
        case .noPort: ("has no port", "write host:port or unix:/path")
        case .badPort: ("has a port outside 0 to 65535", "write host:port or unix:/path")
        case .emptyHost: ("has no host", "write 127.0.0.1, 0.0.0.0 or [::]")
        case .badBrackets: ("is not an IPv6 address with a port", "write [::1]:80")
        case .emptyPath: ("has no path", "write unix:/path")
        case .longPath:
            ("is longer than a socket's path can be", "at most \(Endpoint.maximumPathLength) bytes")
        }
    }

    private static func readLimits(_ item: Item) -> ProxyLimits {
        var limits = ProxyLimits.defaults
        guard let fields = item.fields("`limits`", known: limitKeys) else { return limits }
        let time = Duration.milliseconds(1)...Duration.seconds(3_600)
        if let count = fields["connections"]?.integer(1...1_000_000) { limits.connections = count }
        if let buffer = fields["buffer"]?.bytes(64 << 10...1 << 30) { limits.buffer = buffer }
        if let limit = fields["connect-timeout"]?.duration(time) { limits.connectTimeout = limit }
        if let limit = fields["idle-timeout"]?.duration() { limits.idleTimeout = limit }
        if let limit = fields["head-timeout"]?.duration(time) { limits.headTimeout = limit }
        if let head = fields["head"]?.bytes(1 << 10...1 << 20) { limits.head = head }
        if let limit = fields["body-limit"], let bytes = limit.bytes(1...1 << 20) {
            limits.bodyLimit = bytes
            if bytes > limits.buffer {
                limit.badValue(
                    "`body-limit` is more than `buffer`, where the body is held",
                    hint: "raise `buffer`, or lower `body-limit`"
                )
            }
        }
        return limits
    }
}
