// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// One value of a document and where it stands: what both readers make, and the parser reads.
package struct DocumentNode: Sendable {
    package var content: Content
    /// `nil` for a value that came from no text.
    package var position: Position?

    package enum Content: Sendable {
        /// A scalar's value, and its text as it was written: `1.10` is a number and a version.
        case scalar(DocumentValue, text: String)
        case array([DocumentNode])
        case object([Member])
    }

    package struct Member: Sendable {
        package var key: String
        package var keyPosition: Position?
        package var node: DocumentNode
    }

    /// Counted from 1; columns in Unicode scalars.
    package struct Position: Hashable, Sendable {
        package var line: Int
        package var column: Int
    }

    package init(_ content: Content, at position: Position?) {
        self.content = content
        self.position = position
    }

    /// A tree without positions, of a value that was read or made elsewhere.
    package init(_ value: DocumentValue) {
        position = nil
        content =
            switch value {
            case .array(let values): .array(values.map { DocumentNode($0) })
            case .object(let members):
                .object(
                    members.map {
                        Member(key: $0.key, keyPosition: nil, node: DocumentNode($0.value))
                    }
                )
            case .null: .scalar(value, text: "")
            case .bool(let bool): .scalar(value, text: bool ? "true" : "false")
            case .int(let number): .scalar(value, text: String(number))
            case .double(let number): .scalar(value, text: String(number))
            case .string(let text): .scalar(value, text: text)
            }
    }

    /// The tree without its positions: the document as it was written.
    package var value: DocumentValue {
        switch content {
        case .scalar(let value, _): value
        case .array(let nodes): .array(nodes.map(\.value))
        case .object(let members):
            .object(members.map { DocumentValue.Member(key: $0.key, value: $0.node.value) })
        }
    }

    /// The same tree, all of it at one place.
    func placed(at position: Position?) -> DocumentNode {
        let content: Content =
            switch content {
            case .scalar: content
            case .array(let nodes): .array(nodes.map { $0.placed(at: position) })
            case .object(let members):
                .object(
                    members.map {
                        Member(
                            key: $0.key,
                            keyPosition: position,
                            node: $0.node.placed(at: position)
                        )
                    }
                )
            }
        return DocumentNode(content, at: position)
    }

    /// The object with `key` set: in its place when it is there, else at the end.
    func setting(_ key: String, to node: DocumentNode) -> DocumentNode {
        guard case .object(var members) = content else { return self }
        if let place = members.firstIndex(where: { $0.key == key }) {
            members[place].node = node
        } else {
            members.append(Member(key: key, keyPosition: nil, node: node))
        }
        return DocumentNode(.object(members), at: position)
    }

    subscript(key: String) -> DocumentNode? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.key == key }?.node
    }

    var isNull: Bool {
        if case .scalar(.null, _) = content { true } else { false }
    }
}

/// What a document may cost at most; a larger one is refused, not read in part.
package enum DocumentBounds {
    /// Of one file or one body: 16 MiB.
    package static let bytes = 16 << 20
    /// Of one document, after its aliases are put in place.
    package static let nodes = 1_000_000
    package static let depth = 64
    /// Files that `include` may name, in all.
    package static let includedFiles = 10_000
}
