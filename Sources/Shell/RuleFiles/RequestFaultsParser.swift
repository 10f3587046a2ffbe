// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation

/// Reads a proxy's `request-faults`: the secret, or the file that holds it, and the budget.
struct RequestFaultsParser {
    let faults: RequestFaults
    /// The map with an absolute path in place of a relative one.
    let node: DocumentNode

    static let keys = ["secret", "secret-file", "budget"]

    static func read(
        _ item: Item,
        _ transport: ProxyDefinition.Transport?
    ) -> RequestFaultsParser? {
        guard transport != .tcp else {
            item.badValue(
                "a tcp proxy has no requests that could ask for faults",
                hint: "set protocol: http, or leave this out"
            )
            return nil
        }
        guard let fields = item.fields("`request-faults`", known: keys) else { return nil }
        let budget = fields["budget"].map(RuleParser.readBudget)
        let secret: [UInt8]?
        var node = item.node
        switch (fields["secret"], fields["secret-file"]) {
        case (nil, nil):
            fields.item.fail(
                "missing-key",
                "`secret` is missing",
                hint: "add secret: or secret-file:, \(RequestFaults.minimumSecret) bytes or more"
            )
            return nil
        case (_?, let file?):
            file.badValue("`secret` and `secret-file` exclude each other", hint: "keep one")
            return nil
        case (let text?, nil): secret = checked(Array((text.text ?? "").utf8), text)
        case (nil, let file?):
            guard let path = absolutePath(file) else { return nil }
            secret = content(path, file)
            node = node.setting("secret-file", to: DocumentNode(DocumentValue.string(path)))
        }
        guard let secret, budget != .some(nil) else { return nil }
        return RequestFaultsParser(
            faults: RequestFaults(secret: secret, budget: budget ?? nil),
            node: node
        )
    }

    private static func checked(_ secret: [UInt8], _ item: Item) -> [UInt8]? {
        let range = RequestFaults.minimumSecret...RequestFaults.maximumSecret
        guard range.contains(secret.count), secret.allSatisfy({ (33...126).contains($0) }) else {
            item.badValue(
                "a secret has \(range.lowerBound) to \(range.upperBound) visible characters",
                hint: "such as the output of `openssl rand -hex 16`"
            )
            return nil
        }
        return secret
    }

    private static func absolutePath(_ item: Item) -> String? {
        guard let path = item.string("a file") else { return nil }
        if path.hasPrefix("/") { return path }
        guard let origin = item.file else {
            item.badValue(
                "\(item.quoted) is relative to a file, and this document came from none",
                hint: "write the whole path"
            )
            return nil
        }
        let folder = FilePath.folder(of: origin)
        let current = FileManager.default.currentDirectoryPath
        let base = folder.hasPrefix("/") ? folder : FilePath.join(current, folder)
        return FilePath.join(base, path)
    }

    /// What the file holds, less the line feed at its end.
    private static func content(_ path: String, _ item: Item) -> [UInt8]? {
        do {
            var bytes = Array(try RuleFileText.data(path, atMost: RuleBounds.content))
            while let last = bytes.last, last == ASCII.lineFeed || last == ASCII.carriageReturn {
                bytes.removeLast()
            }
            return checked(bytes, item)
        } catch {
            item.fail("missing-file", "\(path): \(error.message)", hint: error.hint)
            return nil
        }
    }
}
