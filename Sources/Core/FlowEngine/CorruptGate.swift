// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// What becomes of one byte.
package enum Alteration: Equatable, Sendable {
    /// Turns over the bits of the mask, which has at least one.
    case flip(UInt8)
    case zero

    package func applied(to byte: UInt8) -> UInt8 {
        switch self {
        case .flip(let mask): byte ^ mask
        case .zero: 0
        }
    }
}

/// Names the bytes to change among those that leave, by their place in the unit.
struct CorruptGate: Equatable, Sendable {
    let fault: CountedFault
    private let corrupt: Corrupt
    private var places: Occurrences
    /// Bytes changed at this moment.
    private var changed = 0

    /// About so many bytes are changed at once; the rest leaves right after.
    static let maximumAlterations = 4_096

    init(_ fault: CountedFault, _ corrupt: Corrupt) {
        self.fault = fault
        self.corrupt = corrupt
        let begun = fault.start - min(fault.origin, fault.start)
        places = Occurrences(
            rate: corrupt.rate,
            from: max(begun, UInt64(corrupt.skip.bytes)),
            drawnBy: fault.firing
        )
    }

    /// All of them, unless so many would be changed that naming them needs a bound.
    func permits(_ count: Int, at now: Moment, orAt again: inout Moment?) -> Int {
        guard changed < Self.maximumAlterations else {
            again = now
            return 0
        }
        let stride = Double(Self.maximumAlterations) / max(corrupt.rate.value, 1e-9)
        return min(count, Int(stride))
    }

    mutating func ended() { changed = 0 }

    /// - Parameters:
    ///   - passed: bytes of the lane that have left before these.
    ///   - body: is given the offset of each byte to be changed among the `count`.
    mutating func alter(
        _ count: Int,
        behind passed: UInt64,
        _ body: (Int, Alteration) -> Void
    ) {
        let place = passed - min(fault.origin, passed)
        while let next = places.next(before: place + UInt64(count)) {
            if next >= place {
                body(Int(next - place), alteration)
                changed += 1
            }
            places.goOn()
        }
    }

    private var alteration: Alteration {
        switch corrupt.mode {
        case .flip: .flip(1 << UInt8(places.fraction * 8))
        case .zero: .zero
        case .random: .flip(UInt8(1 + places.fraction * 255))
        }
    }
}
