// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Many faults behind one proxy, each for the requests that ask for it.
enum Cases {
    /// A rule for each case, which applies to requests with `?case=NAME` and is called so.
    ///
    /// - Parameter faults: names, and what stands in `then: [...]`.
    static func rules(_ faults: KeyValuePairs<String, String>) -> String {
        faults.map { rule($0.key, then: $0.value) }.joined(separator: "\n")
    }

    static func rule(_ name: String, then: String, when: String = "", limit: String = "") -> String
    {
        let more = when.isEmpty ? "" : ", \(when)"
        let limits = limit.isEmpty ? "" : ", limit: { \(limit) }"
        return
            "- { id: \(name), when: { query: { case: \(name) }\(more) }\(limits), then: [\(then)] }"
    }
}

/// What a client library of Python said of one answer.
struct Heard: Decodable, Sendable, Equatable {
    var path: String
    var status: Int?
    var length: Int?
    /// The name of the exception that it raised.
    var error: String?
}

extension Proxy {
    /// What a Python client says of each of the cases, asked for `/text/100`.
    ///
    /// - Parameters:
    ///   - library: `http.client` or `httpx`.
    ///   - patience: seconds that the client waits for bytes.
    func heard(
        by library: String,
        _ cases: [String],
        of path: String = "/text/100",
        patience: Int = 20
    ) async throws -> [String: Heard] {
        let python = library == "httpx" ? try await Programs.pythonWithHTTPX() : "python3"
        let paths = cases.map { "\(path)?case=\($0)" }
        let fixture = Programs.fixture("clients.py")
        let finished = try await run(python, [fixture, library, address, "\(patience)"] + paths)
        guard finished.status == 0 else { throw Trouble(finished.errors) }
        let heard = try finished.output.split(separator: "\n").map {
            try JSONDecoder().decode(Heard.self, from: Data($0.utf8))
        }
        return Dictionary(uniqueKeysWithValues: zip(cases, heard))
    }
}

extension Programs {
    /// A Python that has httpx: the first of the path, or the system's own.
    static func pythonWithHTTPX() async throws -> String {
        for python in ["python3", "/usr/bin/python3"] {
            let found = try? await run(python, ["-c", "import httpx"])
            if found?.status == 0 { return python }
        }
        throw Trouble("no Python here has httpx; `Scripts/setup test` installs it")
    }
}

extension Stage {
    /// Starts chaosproxy with a proxy for each fault, all in front of one upstream.
    ///
    /// - Parameter faults: names of proxies, which are also those of the rules, and what stands in
    ///   `then: [...]`.
    func proxies(
        _ transport: String,
        to upstream: String,
        _ faults: KeyValuePairs<String, String>
    ) async throws -> Proxy {
        let proxies = faults.map { name, _ in
            "  \(name): { listen: \"127.0.0.1:0\", upstream: \"\(upstream)\", protocol: \(transport) }"
        }
        let rules = faults.filter { !$0.value.isEmpty }.map { name, fault in
            "  - { id: \(name), when: { proxy: \(name) }, then: [\(fault)] }"
        }
        return try await proxy(
            configuration: """
                version: 1
                seed: 1234
                proxies:
                \(proxies.joined(separator: "\n"))
                rules:\(rules.isEmpty ? " []" : "")
                \(rules.joined(separator: "\n"))
                """
        )
    }
}

extension Proxy {
    /// A connection to one of several proxies.
    func wire(to name: String) throws -> Wire { try Wire(addresses[name] ?? "none") }
}
