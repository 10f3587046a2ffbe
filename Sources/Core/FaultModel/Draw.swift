// SPDX-License-Identifier: Apache-2.0

/// The one source of chance: a pseudo-random function of (seed, proxy, rule, connection, unit, purpose).
///
/// A value depends on nothing else: not on the clock, not on the thread, not on what other rules
/// drew. That is what makes a run repeatable, and why adding a rule never changes another rule's
/// draws. The function is SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF",
/// INDOCRYPT 2012); it is used for its quality as a PRF, not for secrecy.
package struct Draw: Hashable, Sendable {
    private let seed: UInt64
    private let rule: UInt64
    /// The connection's ordinal on its proxy, from 1.
    package let connection: UInt64
    /// What is decided: the exchange's ordinal on its connection, from 0; 0 for a whole stream.
    package let unit: UInt64

    /// Why a value is drawn; each purpose has values of its own.
    package enum Purpose: Hashable, Sendable {
        case toss
        /// The value of the rule's fault at this position, for the chunk of this ordinal.
        case fault(position: Int, chunk: UInt64)
    }

    package init(stream: Stream, connection: UInt64, unit: UInt64) {
        self.seed = stream.seed
        self.rule = stream.rule
        self.connection = connection
        self.unit = unit
    }

    /// A number in `0..<1` with 53 random bits.
    package func fraction(_ purpose: Purpose) -> Double {
        var state = SipHash(key: (seed, rule))
        state.absorb(connection)
        state.absorb(unit)
        switch purpose {
        case .toss: state.absorb(0)
        case .fault(let position, let chunk):
            state.absorb(UInt64(truncatingIfNeeded: position) &+ 1)
            state.absorb(chunk)
        }
        return Double(state.finished() >> 11) * 0x1p-53
    }

    /// A number in `0..<1` that belongs to a client for as long as the seed and the name stay.
    static func share(seed: UInt64, of name: String, client: IPAddress?) -> Double {
        var state = SipHash(key: (seed, 1))
        state.absorb(text: name)
        state.absorb(client == nil ? 0 : 1)
        state.absorb(client?.high ?? 0)
        state.absorb(client?.low ?? 0)
        return Double(state.finished() >> 11) * 0x1p-53
    }

    /// How often in a row something of this chance happens before it does not, drawn by inversion.
    ///
    /// - Parameter rate: from 0 to less than 1.
    package static func run(of rate: Double, at fraction: Double) -> Int {
        guard rate > 0 else { return 0 }
        return Int(min(Real.log(1 - fraction) / Real.log(rate), 1e9))
    }

    /// What identifies one rule's draws on one proxy.
    package struct Stream: Hashable, Sendable {
        fileprivate let seed: UInt64
        fileprivate let rule: UInt64

        package init(seed: UInt64, proxy: String, rule: String) {
            var state = SipHash(key: (seed, 0))
            state.absorb(text: proxy)
            state.absorb(text: rule)
            self.seed = seed
            self.rule = state.finished()
        }
    }
}

extension Cohort {
    /// Whether a client, or a connection of the proxy, belongs to the share.
    func includes(_ connection: ConnectionFacts, of proxy: String, seed: UInt64) -> Bool {
        switch key {
        case .header: return true
        case .client: return includes(value: connection.client?.bytes ?? [], seed: seed)
        case .connection:
            var state = SipHash(key: (seed, 2))
            state.absorb(text: proxy)
            state.absorb(connection.ordinal)
            return holds(state.finished())
        }
    }

    /// The share depends on nothing but the seed and the value, so that one client is in or out for
    /// every rule, and whoever is in a small share is in each larger one.
    func includes(value: [UInt8], seed: UInt64) -> Bool {
        var state = SipHash(key: (seed, 1))
        state.absorb(bytes: value)
        return holds(state.finished())
    }

    private func holds(_ hash: UInt64) -> Bool {
        Double(hash >> 11) * 0x1p-53 < share.value
    }
}

/// SipHash-2-4 over 64-bit words.
struct SipHash {
    private var v0, v1, v2, v3: UInt64
    private var words: UInt64 = 0

    init(key: (UInt64, UInt64)) {
        v0 = key.0 ^ 0x736f_6d65_7073_6575
        v1 = key.1 ^ 0x646f_7261_6e64_6f6d
        v2 = key.0 ^ 0x6c79_6765_6e65_7261
        v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    mutating func absorb(_ word: UInt64) {
        words &+= 1
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    /// The text's bytes, eight to a word, closed by their count so that no two texts run together.
    mutating func absorb(text: String) { absorb(bytes: text.utf8) }

    mutating func absorb(bytes: some Sequence<UInt8>) {
        var word: UInt64 = 0
        var count: UInt64 = 0
        for byte in bytes {
            word |= UInt64(byte) << ((count & 7) * 8)
            count += 1
            if count & 7 == 0 {
                absorb(word)
                word = 0
            }
        }
        absorb(word)
        absorb(count)
    }

    consuming func finished() -> UInt64 {
        absorb((words &* 8) << 56)
        v2 ^= 0xff
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    private mutating func round() {
        v0 &+= v1
        v1 = (v1 << 13 | v1 >> 51) ^ v0
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v3
        v3 = (v3 << 16 | v3 >> 48) ^ v2
        v0 &+= v3
        v3 = (v3 << 21 | v3 >> 43) ^ v0
        v2 &+= v1
        v1 = (v1 << 17 | v1 >> 47) ^ v2
        v2 = v2 << 32 | v2 >> 32
    }
}
