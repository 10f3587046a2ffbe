// SPDX-License-Identifier: Apache-2.0

/// Cuts bytes into units: well-formed UTF-8 sequences, and single bytes where they are none.
///
/// Holds at most four bytes: three of a sequence that has begun, and the one that ends it.
struct UnitReader: Hashable, Sendable {
    /// The bytes that are held, the oldest in the highest place in use.
    private var held: UInt32 = 0
    private var count = 0
    /// How many of them are known to be units of one byte each.
    private var strays = 0
    /// How long the sequence is that is held.
    private var length = 0

    struct Unit {
        fileprivate let bytes: UInt32
        let length: Int
        /// The scalar; for a byte that is not UTF-8, `UnitSet.stray` and the byte.
        let value: UInt32

        func byte(_ index: Int) -> UInt8 {
            UInt8(truncatingIfNeeded: bytes >> UInt32(8 * (length - 1 - index)))
        }
    }

    /// Takes a byte; `next` has to be asked until it gives nothing.
    mutating func read(_ byte: UInt8) {
        if count > 0, !continues(byte) { strays = count }
        held = held << 8 | UInt32(byte)
        count += 1
        if count - strays == 1 { length = Self.length(from: byte) }
    }

    /// Lets go what is held: nothing follows.
    mutating func end() { strays = count }

    /// The next unit that is known.
    mutating func next() -> Unit? {
        if strays > 0 {
            strays -= 1
            let byte = take(1)
            return Unit(bytes: byte, length: 1, value: UnitSet.stray + byte)
        }
        guard count > 0, count == max(length, 1) else { return nil }
        let size = count
        let bytes = take(size)
        return Unit(bytes: bytes, length: size, value: Self.value(bytes, length))
    }

    /// Removes the oldest bytes.
    private mutating func take(_ size: Int) -> UInt32 {
        count -= size
        let bytes = held >> UInt32(8 * count)
        held = count == 0 ? 0 : held & (UInt32.max >> UInt32(32 - 8 * count))
        return bytes
    }

    /// Whether a byte goes on with the sequence that is held (Unicode 16, table 3-7).
    private func continues(_ byte: UInt8) -> Bool {
        guard count == 1 else { return (0x80...0xbf).contains(byte) }
        return switch held {
        case 0xe0: (0xa0...0xbf).contains(byte)
        case 0xed: (0x80...0x9f).contains(byte)
        case 0xf0: (0x90...0xbf).contains(byte)
        case 0xf4: (0x80...0x8f).contains(byte)
        default: (0x80...0xbf).contains(byte)
        }
    }

    /// How many bytes the sequence has that begins so; 0 when none does.
    private static func length(from byte: UInt8) -> Int {
        switch byte {
        case 0x00...0x7f: 1
        case 0xc2...0xdf: 2
        case 0xe0...0xef: 3
        case 0xf0...0xf4: 4
        default: 0
        }
    }

    private static func value(_ bytes: UInt32, _ length: Int) -> UInt32 {
        let tail = bytes & 0x3f | (bytes >> 8 & 0x3f) << 6 | (bytes >> 16 & 0x3f) << 12
        return switch length {
        case 1: bytes
        case 2: bytes & 0x3f | (bytes >> 8 & 0x1f) << 6
        case 3: tail & 0xfff | (bytes >> 16 & 0x0f) << 12
        case 4: tail | (bytes >> 24 & 0x07) << 18
        default: UnitSet.stray + bytes
        }
    }
}
