// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads the files that `include` names: each holds `rules:` and nothing else.
struct Inclusion {
    /// The file that includes; `nil` for a document that has no place on disk.
    let file: String?

    func rules(_ include: Item) -> [RuleEntry] {
        guard let file else {
            include.fail(
                "include-remote",
                "`include` needs a place on disk, which this document has not",
                hint: "send the rules themselves"
            )
            return []
        }
        let folder = FilePath.folder(of: file)
        var rules: [RuleEntry] = []
        var seen: Set<String> = []
        for item in include.list("`include`") ?? [] {
            guard let pattern = item.string("a file to include") else { continue }
            let paths = FilePath.matches(of: pattern, in: folder)
            if paths.isEmpty, !FilePath.hasWildcard(pattern) {
                item.fail(
                    "missing-file",
                    "there is no file \(FilePath.join(folder, pattern))",
                    hint: "paths are relative to \(file)"
                )
            }
            for path in paths where seen.insert(path).inserted {
                guard seen.count <= DocumentBounds.includedFiles else {
                    item.badValue("more than \(DocumentBounds.includedFiles) files are included")
                    return rules
                }
                rules += self.rules(in: path, item)
            }
        }
        return rules
    }

    private func rules(in path: String, _ item: Item) -> [RuleEntry] {
        do {
            var reader = YAMLReader(file: path)
            let node = try reader.read(try RuleFileText.read(path))
            let root = Item(node, path: "", domain: "config", file: path, report: item.report)
            guard let fields = root.fields("an included file", known: ["version", "rules"]) else {
                return []
            }
            if fields["version"] != nil { Configuration.checkVersion(fields) }
            return fields.required("rules").map(Configuration.readRules) ?? []
        } catch let error as InvalidConfiguration {
            for error in error.errors { item.report.add(error) }
        } catch let error as RuleFileText.Failure {
            item.fail("unreadable", error.message, hint: error.hint)
        } catch {
            item.fail("unreadable", "\(path) cannot be read: \(error)")
        }
        return []
    }
}
