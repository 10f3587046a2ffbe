// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension Configuration {
    /// Checks what no rule and no proxy can know alone.
    ///
    /// - Parameter allowProduction: Lets rules stand in a `production` environment.
    package func validate(allowProduction: Bool) throws(InvalidConfiguration) {
        let report = Report()
        checkCounts(report)
        if environment == .production, !allowProduction, let rule = rules.first {
            item(rule, report).fail(
                "config.production",
                "the environment is production, where no rule may stand",
                hint: "start with --allow-production if this is meant"
            )
        }
        checkIdentities(report)
        checkListeners(report)
        let proxiesByName = Dictionary(
            proxies.map { ($0.definition.name, $0.definition) },
            uniquingKeysWith: { first, _ in first }
        )
        for rule in rules { check(rule, proxiesByName, report) }
        checkPartitions(proxiesByName, allowProduction: allowProduction, report)
        try report.settle()
    }

    private func checkCounts(_ report: Report) {
        if rules.count > Self.maximumRules, let rule = rules.last {
            item(rule, report).fail(
                "config.too-large",
                "there are more than \(Self.maximumRules) rules"
            )
        }
        if proxies.count > Self.maximumProxies, let proxy = proxies.last {
            item(proxy, report).fail(
                "config.too-large",
                "there are more than \(Self.maximumProxies) proxies"
            )
        }
    }

    private func checkIdentities(_ report: Report) {
        var first: [String: RuleEntry] = [:]
        for rule in rules {
            guard let other = first.updateValue(rule, forKey: rule.rule.id) else { continue }
            first[rule.rule.id] = other
            let place = [other.file, other.node.position.map { "line \($0.line)" }].compactMap(
                \.self
            )
            member("id", of: rule, report).fail(
                "rule.duplicate-id",
                "the id `\(rule.rule.id)` is taken",
                hint: place.isEmpty
                    ? "every rule has an id of its own" : "first: \(place.joined(separator: ", "))"
            )
        }
        var names: Set<String> = []
        for proxy in proxies where !names.insert(proxy.definition.name).inserted {
            item(proxy, report).fail(
                "proxy.duplicate-name",
                "the proxy `\(proxy.definition.name)` is there already"
            )
        }
    }

    private func checkListeners(_ report: Report) {
        var owners: [Endpoint: String] = [:]
        for proxy in proxies {
            let listen = proxy.definition.listen
            if case .tcp(_, port: 0) = listen { continue }
            guard let owner = owners.updateValue(proxy.definition.name, forKey: listen) else {
                continue
            }
            let item = item(proxy, report)
            item.child(proxy.node["listen"] ?? proxy.node, "listen").fail(
                "proxy.duplicate-listen",
                "`\(owner)` listens at \(listen) already",
                hint: "give each proxy an address of its own, or port 0"
            )
        }
    }

    private func check(
        _ entry: RuleEntry,
        _ proxies: [String: ProxyDefinition],
        _ report: Report
    ) {
        guard case .any(let terms) = entry.rule.when.proxy else { return }
        if !checkNames(entry, proxies, report) { return }
        // Names without a wildcard are looked up, so that many rules cost little.
        var selected: [ProxyDefinition] = []
        let texts = proxyTexts(entry)
        if texts.allSatisfy(Self.isPlainName) {
            selected = texts.compactMap { proxies[$0] }
        } else {
            let selector = ProxySelector.any(terms)
            selected = self.proxies.map(\.definition).filter {
                selector.selects(name: $0.name, tags: $0.tags)
            }
        }
        guard !selected.isEmpty, selected.allSatisfy({ $0.transport == .tcp }) else { return }
        let hint = "set protocol: http at the proxy, or leave this out"
        if entry.rule.when.needsRequest {
            member("when", of: entry, report).fail(
                "rule.needs-http",
                "a request is asked for, but every proxy it names is tcp",
                hint: hint
            )
        } else if let fault = entry.rule.then.first(where: \.needsExchange) {
            member("then", of: entry, report).fail(
                "rule.needs-http",
                "`\(fault.word)` needs HTTP, but every proxy it names is tcp",
                hint: hint
            )
        }
    }

    private func checkNames(
        _ entry: RuleEntry,
        _ proxies: [String: ProxyDefinition],
        _ report: Report
    ) -> Bool {
        guard let node = entry.node["when"]?["proxy"] else { return true }
        let when = member("when", of: entry, report)
        return checkProxyNames(when.child(node, "proxy"), proxies)
    }

    /// Whether every plain name among the texts of a `proxy` is that of a proxy.
    func checkProxyNames(_ item: Item, _ proxies: [String: ProxyDefinition]) -> Bool {
        var isKnown = true
        for item in item.oneOrMore("`proxy`") {
            guard let name = item.text, Self.isPlainName(name), proxies[name] == nil else {
                continue
            }
            isKnown = false
            item.fail(
                "proxy.unknown",
                "there is no proxy `\(name)`",
                hint: Self.hint(for: name, among: proxies.keys, none: "no proxy is configured")
            )
        }
        return isKnown
    }

    static func hint(for word: String, among known: some Sequence<String>, none: String) -> String {
        let known = known.sorted()
        return NearestWord.hint(word, among: known)
            ?? (known.isEmpty ? none : "known are \(known.prefix(10).joined(separator: ", "))")
    }

    private func proxyTexts(_ entry: RuleEntry) -> [String] {
        guard let node = entry.node["when"]?["proxy"] else { return [] }
        guard case .array(let nodes) = node.content else { return [text(node)] }
        return nodes.map(text)
    }

    private func text(_ node: DocumentNode) -> String {
        guard case .scalar(_, let text) = node.content else { return "" }
        return text
    }

    /// Neither a glob nor a tag.
    private static func isPlainName(_ text: String) -> Bool {
        !text.hasPrefix("tag:") && !text.contains("*") && !text.contains("?")
    }

    private func item(_ rule: RuleEntry, _ report: Report) -> Item {
        Item(rule.node, path: rule.path, domain: "rule", file: rule.file, report: report)
    }

    private func item(_ proxy: ProxyEntry, _ report: Report) -> Item {
        Item(proxy.node, path: proxy.path, domain: "proxy", file: proxy.file, report: report)
    }

    private func member(_ key: String, of rule: RuleEntry, _ report: Report) -> Item {
        let item = item(rule, report)
        return rule.node[key].map { item.child($0, key) } ?? item
    }
}
