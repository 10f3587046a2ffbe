// SPDX-License-Identifier: Apache-2.0

/// One range of a `Range` field: `bytes=2-5`, `bytes=2-` or `bytes=-4` (RFC 9110, section 14.1.2).
///
/// Several ranges in one field are not understood, and a field that is not understood is ignored,
/// which is what the RFC asks for.
package enum ByteRange: Sendable, Hashable {
    case from(Int, through: Int?)
    case last(Int)

    package init?(parsing field: String) {
        let sides = field.split(separator: "=", maxSplits: 1)
        guard sides.count == 2, sides[0].lowercased() == "bytes" else { return nil }
        let ends = sides[1].split(separator: "-", omittingEmptySubsequences: false)
        let isNumeric = ends.allSatisfy { $0.allSatisfy { ("0"..."9").contains($0) } }
        guard ends.count == 2, isNumeric else { return nil }
        switch (Int(ends[0]), Int(ends[1])) {
        case (let first?, nil) where ends[1].isEmpty: self = .from(first, through: nil)
        case (let first?, let last?) where first <= last: self = .from(first, through: last)
        case (nil, let count?) where ends[0].isEmpty: self = .last(count)
        default: return nil
        }
    }

    /// The offsets in a body of `size` bytes; nil when none of them exists.
    package func resolved(in size: Int) -> Range<Int>? {
        switch self {
        case .from(let first, let last):
            guard first < size else { return nil }
            return first..<min((last ?? size - 1), size - 1) + 1
        case .last(let count):
            guard count > 0, size > 0 else { return nil }
            return max(0, size - count)..<size
        }
    }
}
