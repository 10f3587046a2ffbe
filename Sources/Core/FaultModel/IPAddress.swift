// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address; an IPv4 address and its IPv4-mapped form (RFC 4291, 2.5.5.2) are equal.
package struct IPAddress: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    private static let mappedPrefix: UInt64 = 0x0000_ffff_0000_0000

    package var isIPv4: Bool { high == 0 && low & 0xffff_ffff_0000_0000 == Self.mappedPrefix }

    package init(ipv4: UInt32) {
        high = 0
        low = Self.mappedPrefix | UInt64(ipv4)
    }

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Both halves, low end first.
    var bytes: [UInt8] {
        [low, high].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> ($0 * 8)) } }
    }

    /// Reads `192.0.2.1` or `2001:db8::1` (RFC 4291, 2.2); `nil` when the text is neither.
    package init?(_ text: String) {
        if let ipv4 = Self.readIPv4(text) {
            self.init(ipv4: ipv4)
        } else if let (high, low) = Self.readIPv6(text) {
            self.init(high: high, low: low)
        } else {
            return nil
        }
    }

    private static func readIPv4(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            // A leading zero is octal to some readers (RFC 6943, 3.1.1).
            guard part.utf8.count == 1 || part.utf8.first != ASCII.zero,
                part.utf8.allSatisfy(ASCII.isDigit), let byte = UInt8(part)
            else { return nil }
            value = value << 8 | UInt32(byte)
        }
        return value
    }

    private static func readIPv6(_ text: String) -> (UInt64, UInt64)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (3...9).contains(parts.count) else { return nil }
        var groups: [UInt16] = []
        var gap: Int?
        for (position, part) in parts.enumerated() {
            if part.isEmpty {
                let isEdge = position == 0 || position == parts.count - 1
                if isEdge {
                    let inner = position == 0 ? parts[1] : parts[parts.count - 2]
                    guard inner.isEmpty else { return nil }
                    if parts.count == 3, gap == nil { gap = groups.count }
                } else {
                    guard gap == nil || parts.count == 3 else { return nil }
                    gap = groups.count
                }
            } else if position == parts.count - 1, let ipv4 = readIPv4(part) {
                groups += [UInt16(ipv4 >> 16), UInt16(ipv4 & 0xffff)]
            } else {
                guard part.utf8.count <= 4, part.utf8.allSatisfy({ $0 != 43 && $0 != 45 }),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: Array(repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        func word(_ slice: ArraySlice<UInt16>) -> UInt64 {
            slice.reduce(0) { $0 << 16 | UInt64($1) }
        }
        return (word(groups[..<4]), word(groups[4...]))
    }
}

/// A block of addresses: one address, or a prefix in CIDR notation (RFC 4632, RFC 4291).
package struct AddressBlock: Hashable, Sendable {
    package let base: IPAddress
    private let highMask: UInt64
    private let lowMask: UInt64

    /// Reads `10.0.0.0/8`, `2001:db8::/32` or a bare address; `nil` when the text is none of them.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = IPAddress(String(parts[0])) else { return nil }
        var length = 128
        if parts.count == 2 {
            // A mapped address is written as IPv6, and its prefix counts the bits of IPv6.
            let isIPv4 = !parts[0].utf8.contains(ASCII.colon)
            guard parts[1].utf8.allSatisfy(ASCII.isDigit), let prefix = UInt8(parts[1]),
                prefix <= (isIPv4 ? 32 : 128)
            else { return nil }
            length = isIPv4 ? 96 + Int(prefix) : Int(prefix)
        }
        self.base = base
        highMask = length >= 64 ? .max : ~(.max >> UInt64(length))
        lowMask = length >= 128 ? .max : length <= 64 ? 0 : ~(.max >> UInt64(length - 64))
    }

    package var isSingle: Bool { lowMask == .max }

    package func contains(_ address: IPAddress) -> Bool {
        (address.high ^ base.high) & highMask == 0 && (address.low ^ base.low) & lowMask == 0
    }
}
