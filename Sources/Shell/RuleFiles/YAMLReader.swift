// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Yams

/// Reads YAML 1.2 into nodes with positions.
///
/// Plain scalars are resolved by the core schema of YAML 1.2 (chapter 10.3), so that `no` and `on`
/// are text. Aliases are put in place within ``DocumentBounds``; tags and merge keys are refused.
struct YAMLReader {
    let file: String?
    private var nodeCount = 0
    private var textBytes = 0

    init(file: String?) { self.file = file }

    mutating func read(_ text: String) throws(InvalidConfiguration) -> DocumentNode {
        guard text.utf8.count <= DocumentBounds.bytes else {
            throw failure("the document is larger than \(DocumentBounds.bytes >> 20) MiB", at: nil)
        }
        if let line = AliasGuard.lineOfAliasKey(in: text) {
            throw failure(
                "a document with anchors cannot have a collection or an alias for a key",
                at: DocumentNode.Position(line: line, column: 1),
                hint: "write the key as plain text"
            )
        }
        guard let root = try compose(text) else {
            throw failure("the document is empty", at: DocumentNode.Position(line: 1, column: 1))
        }
        return try node(root, depth: 0)
    }

    private func compose(_ text: String) throws(InvalidConfiguration) -> Node? {
        do {
            return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw failure(of: error)
        } catch {
            throw failure("the document cannot be read: \(error)", at: nil)
        }
    }

    private mutating func node(
        _ node: Node,
        depth: Int
    ) throws(InvalidConfiguration) -> DocumentNode {
        nodeCount += 1
        guard nodeCount <= DocumentBounds.nodes else {
            throw failure(
                "the document has more than \(DocumentBounds.nodes) values",
                at: position(of: node),
                hint: "aliases count as often as they are used"
            )
        }
        guard depth <= DocumentBounds.depth else {
            throw failure(
                "values are nested more than \(DocumentBounds.depth) deep",
                at: self.position(of: node)
            )
        }
        try checkTag(of: node)
        let place = self.position(of: node)
        switch node {
        case .scalar(let scalar):
            try count(scalar.string, at: place)
            let value =
                scalar.style == .plain
                ? CoreSchema.value(of: scalar.string) : .string(scalar.string)
            return DocumentNode(.scalar(value, text: scalar.string), at: place)
        case .sequence(let sequence):
            var items: [DocumentNode] = []
            for item in sequence { items.append(try self.node(item, depth: depth + 1)) }
            return DocumentNode(.array(items), at: place)
        case .mapping(let mapping):
            var members: [DocumentNode.Member] = []
            for (key, value) in mapping {
                members.append(try member(key, value, depth: depth + 1))
            }
            return DocumentNode(.object(members), at: place)
        case .alias:
            throw failure("an alias without an anchor", at: self.position(of: node))
        }
    }

    private mutating func member(
        _ key: Node,
        _ value: Node,
        depth: Int
    ) throws(InvalidConfiguration) -> DocumentNode.Member {
        guard case .scalar(let scalar) = key else {
            throw failure("a key has to be text", at: position(of: key))
        }
        try count(scalar.string, at: position(of: key))
        return DocumentNode.Member(
            key: scalar.string,
            keyPosition: position(of: key),
            node: try node(value, depth: depth)
        )
    }

    /// Without aliases a document holds no more text than its bytes.
    private mutating func count(
        _ text: String,
        at place: DocumentNode.Position?
    ) throws(InvalidConfiguration) {
        textBytes += text.utf8.count
        guard textBytes <= DocumentBounds.bytes else {
            throw failure(
                "the values of the document are larger than \(DocumentBounds.bytes >> 20) MiB",
                at: place,
                hint: "aliases count as often as they are used"
            )
        }
    }

    private func position(of node: Node) -> DocumentNode.Position? {
        node.mark.map { DocumentNode.Position($0) }
    }

    private func checkTag(of node: Node) throws(InvalidConfiguration) {
        let expected: [Tag.Name] =
            switch node {
            case .scalar: [.implicit, .str, .nonSpecific]
            case .sequence: [.implicit, .seq, .nonSpecific]
            case .mapping: [.implicit, .map, .nonSpecific]
            case .alias: [.implicit]
            }
        guard expected.contains(where: { $0.rawValue == node.tag.rawValue }) else {
            throw failure(
                "the tag `\(node.tag.rawValue)` is not supported",
                at: position(of: node),
                hint: "leave it out"
            )
        }
    }
}

extension YAMLReader {
    private func failure(of error: YamlError) -> InvalidConfiguration {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let start = context.map { "\($0.text): " } ?? ""
            return failure(
                "the YAML is malformed: \(start)\(problem)",
                at: DocumentNode.Position(mark)
            )
        case .duplicatedKeysInMapping(let keys, let context):
            let key = keys.first ?? ""
            return failure(
                "the key `\(key)` occurs more than once",
                at: DocumentNode.Position(context.mark),
                code: "config.duplicate-key",
                hint: "this is its first place; remove one"
            )
        case .reader(let problem, _, let value, let text):
            return failure(
                "the YAML cannot be read: \(problem)",
                at: DocumentNode.Position(of: value, in: text)
            )
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return failure("the YAML cannot be read: \(error)", at: nil)
        }
    }

    private func failure(
        _ message: String,
        at place: DocumentNode.Position?,
        code: String = "config.malformed",
        hint: String? = nil
    ) -> InvalidConfiguration {
        InvalidConfiguration(
            RuleFileError(
                code: code,
                message: message,
                file: file,
                line: place?.line,
                column: place?.column,
                path: "",
                hint: hint
            )
        )
    }
}

extension DocumentNode.Position {
    fileprivate init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }

    /// Where a character occurs first; the beginning when it does not.
    fileprivate init(of value: Int32, in text: String) {
        self.init(line: 1, column: 1)
        for scalar in text.unicodeScalars {
            if Int64(scalar.value) == Int64(value) { return }
            column = scalar == "\n" ? 1 : column + 1
            if scalar == "\n" { line += 1 }
        }
        self.init(line: 1, column: 1)
    }
}
