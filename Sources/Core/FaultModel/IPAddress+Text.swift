// SPDX-License-Identifier: Apache-2.0

extension IPAddress: CustomStringConvertible {
    /// `192.0.2.1`, also of the IPv4-mapped form, or `2001:db8::1` as RFC 5952, 4, has it.
    package var description: String {
        if isIPv4 {
            return (0..<4).map { String(low >> (24 - $0 * 8) & 0xff) }.joined(separator: ".")
        }
        let groups = (0..<8).map { position in
            UInt16(truncatingIfNeeded: (position < 4 ? high : low) >> (48 - position % 4 * 16))
        }
        let texts = groups.map { String($0, radix: 16) }
        guard let gap = Self.longestZeros(groups) else { return texts.joined(separator: ":") }
        let front = texts[..<gap.lowerBound].joined(separator: ":")
        return front + "::" + texts[gap.upperBound...].joined(separator: ":")
    }

    /// The first of the longest runs of two or more groups that are zero.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
        var longest: Range<Int>?
        var start = 0
        for position in 0...groups.count {
            if position < groups.count, groups[position] == 0 { continue }
            let run = start..<position
            if run.count > max(1, longest?.count ?? 0) { longest = run }
            start = position + 1
        }
        return longest
    }
}
