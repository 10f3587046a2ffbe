// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// What may stand in the head of an HTTP message that the proxy writes.
enum FieldSyntax {
    /// A token (RFC 9110, 5.6.2).
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                ASCII.isDigit(byte) || (97...122).contains(ASCII.lowercased(byte))
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }

    /// Visible characters, spaces and tabs (RFC 9110, 5.5): above all no CR, LF or NUL.
    static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { ($0 >= 32 && $0 != 127) || $0 == ASCII.tab }
    }

    /// Fields that say where a message ends or what becomes of the connection.
    static let computed: Set = ["content-length", "transfer-encoding", "connection"]
}
