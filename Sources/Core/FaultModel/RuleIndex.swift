// SPDX-License-Identifier: Apache-2.0

/// Finds the few rules that could match a request among the many that are loaded.
///
/// Each rule stands in exactly one place, under the most telling key it has: the path of its
/// request (a trie), else its host, else a header's exact value, else its one client, else the list
/// of those that are always asked. Keys are 64-bit hashes: two texts that collide only cost a
/// comparison, because every candidate is asked all of its keys afterwards.
struct RuleIndex: Sendable {
    private var trie = PathTrie()
    private var hosts: [UInt64: [Int32]] = [:]
    private var headers: [HeaderTable] = []
    private var clients: [IPAddress: [Int32]] = [:]
    private var unindexed: [Int32] = []

    private struct HeaderTable {
        let name: [UInt8]
        var values: [UInt64: [Int32]]
    }

    init(_ matchers: [Matcher]) {
        for (position, matcher) in matchers.enumerated() { insert(matcher, Int32(position)) }
    }

    private mutating func insert(_ matcher: Matcher, _ position: Int32) {
        if !matcher.requests.isEmpty, matcher.requests.allSatisfy(\.hasLiteral) {
            for request in matcher.requests { trie.insert(request, position) }
        } else if let host = matcher.host?.literal {
            hosts[Self.hash(host), default: []].append(position)
        } else if let header = matcher.headers.first(where: { $0.value.literal != nil }),
            let value = header.value.literal
        {
            insert(header: header.name, value: value, position)
        } else if matcher.clients.count == 1, matcher.clients[0].isSingle {
            clients[matcher.clients[0].base, default: []].append(position)
        } else {
            unindexed.append(position)
        }
    }

    private mutating func insert(header name: [UInt8], value: [UInt8], _ position: Int32) {
        let hash = Self.hash(value)
        if let table = headers.firstIndex(where: { $0.name == name }) {
            headers[table].values[hash, default: []].append(position)
        } else {
            headers.append(HeaderTable(name: name, values: [hash: [position]]))
        }
    }

    /// The rules that a stream can match: only those without keys about a request.
    func streamCandidates(client: IPAddress?, into candidates: inout [Int32]) {
        candidates.removeAll(keepingCapacity: true)
        candidates.append(contentsOf: unindexed)
        if !clients.isEmpty, let client, let more = clients[client] {
            candidates.append(contentsOf: more)
            candidates.sort()
        }
    }

    /// The rules that a request may match, in order, each once.
    func candidates(
        for request: RequestFacts,
        in head: borrowing Span<UInt8>,
        client: IPAddress?,
        using scratch: inout MatchScratch
    ) {
        streamCandidates(client: client, into: &scratch.candidates)
        let certain = scratch.candidates.count
        if !trie.isEmpty {
            scratch.hashSegments(head, path: request.path)
            trie.collect(scratch.hashes, into: &scratch.candidates)
        }
        if !hosts.isEmpty, let host = request.host(in: head) {
            append(hosts[Self.hash(head, host, folding: true)], to: &scratch.candidates)
        }
        for table in headers {
            for field in request.fields where head.equalsIgnoringCase(field.name, table.name) {
                let hash = Self.hash(head, field.value, folding: false)
                append(table.values[hash], to: &scratch.candidates)
            }
        }
        if scratch.candidates.count > certain { scratch.putInOrder() }
    }

    private func append(_ more: [Int32]?, to candidates: inout [Int32]) {
        if let more { candidates.append(contentsOf: more) }
    }

    /// FNV-1a, 64 bits (RFC 9923).
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        var hash = PathTrie.offsetBasis
        for byte in bytes { hash = PathTrie.extend(hash, byte) }
        return hash
    }

    private static func hash(
        _ text: borrowing Span<UInt8>,
        _ range: Range<Int>,
        folding: Bool
    ) -> UInt64 {
        var hash = PathTrie.offsetBasis
        for position in range {
            let byte = text[position]
            hash = PathTrie.extend(hash, folding ? ASCII.lowercased(byte) : byte)
        }
        return hash
    }
}

/// Reused storage of one connection, so that matching allocates nothing after its first request.
package struct MatchScratch: Sendable {
    var candidates: [Int32] = []
    /// Of the path's segments, after percent-decoding.
    var hashes: [UInt64] = []
    var segments: [Range<Int>] = []

    package init() {}

    /// Splits `/a/b` into segments; the part before the first slash is empty and left out.
    mutating func split(_ head: borrowing Span<UInt8>, path: Range<Int>) {
        segments.removeAll(keepingCapacity: true)
        guard !path.isEmpty, head[path.lowerBound] == ASCII.slash else { return }
        var start = path.lowerBound + 1
        var position = start
        while position <= path.upperBound {
            if position == path.upperBound || head[position] == ASCII.slash {
                segments.append(start..<position)
                start = position + 1
            }
            position += 1
        }
    }

    /// Finds the hashes of the path's segments alone: all that the index asks for.
    mutating func hashSegments(_ head: borrowing Span<UInt8>, path: Range<Int>) {
        hashes.removeAll(keepingCapacity: true)
        guard !path.isEmpty, head[path.lowerBound] == ASCII.slash else { return }
        var position = path.lowerBound + 1
        var hash = PathTrie.offsetBasis
        while position < path.upperBound {
            var byte = head[position]
            position += 1
            if byte == ASCII.slash {
                hashes.append(hash)
                hash = PathTrie.offsetBasis
                continue
            }
            if byte == ASCII.percent {
                byte = PathTrie.unescaped(head, at: &position, before: path.upperBound)
            }
            hash = PathTrie.extend(hash, byte)
        }
        hashes.append(hash)
    }

    /// Sorts the candidates, which several tables contributed to, and drops repeats.
    mutating func putInOrder() {
        candidates.sort()
        var kept = 0
        for position in candidates.indices
        where kept == 0 || candidates[kept - 1] != candidates[position] {
            candidates[kept] = candidates[position]
            kept += 1
        }
        candidates.removeLast(candidates.count - kept)
    }
}

extension RequestFacts {
    /// The host asked for: the target's authority, else the Host field, without the port.
    package func host(in head: borrowing Span<UInt8>) -> Range<Int>? {
        var range = authority
        if range == nil {
            for field in fields where head.equalsIgnoringCase(field.name, Self.hostName) {
                range = field.value
                break
            }
        }
        guard let range else { return nil }
        // The port begins at the last colon, unless that stands inside an IPv6 literal's brackets.
        var position = range.upperBound
        while position > range.lowerBound, ASCII.isDigit(head[position - 1]) { position -= 1 }
        if position > range.lowerBound, head[position - 1] == ASCII.colon {
            return range.lowerBound..<position - 1
        }
        return range
    }

    private static let hostName = Array("host".utf8)
}
