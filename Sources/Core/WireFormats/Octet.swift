// SPDX-License-Identifier: Apache-2.0

/// The bytes that the readers of messages look for.
///
/// Of this module, though `ASCII` has them too: a constant of another module is called for, and
/// readers ask for these at each line.
enum Octet {
    static let tab: UInt8 = 9
    static let lineFeed: UInt8 = 10
    static let carriageReturn: UInt8 = 13
    static let space: UInt8 = 32
    static let comma: UInt8 = 44
    static let slash: UInt8 = 47
    static let colon: UInt8 = 58
    static let semicolon: UInt8 = 59
    static let questionMark: UInt8 = 63

    static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
