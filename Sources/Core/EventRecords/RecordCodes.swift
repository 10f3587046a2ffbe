// SPDX-License-Identifier: Apache-2.0

// One byte for each case; `rawValue` is the word for people.

extension ConnectionClosed.Party {
    var code: UInt8 {
        switch self {
        case .client: 0
        case .server: 1
        case .proxy: 2
        }
    }

    init(code: UInt8) {
        self = code == 0 ? .client : code == 1 ? .server : .proxy
    }
}

extension ConnectionClosed.How {
    var code: UInt8 {
        switch self {
        case .fin: 0
        case .rst: 1
        case .timeout: 2
        }
    }

    init(code: UInt8) { self = code == 0 ? .fin : code == 1 ? .rst : .timeout }
}

extension ExchangeRecord.Outcome {
    var code: UInt8 {
        switch self {
        case .complete: 0
        case .answered: 1
        case .cut: 2
        case .unreachable: 3
        case .abandoned: 4
        case .upgraded: 5
        case .refused: 6
        }
    }

    /// The cases are in the order of their codes.
    init(code: UInt8) { self = Self.allCases[Int(code)] }
}
