// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import RuleFiles

/// What a reader is told to write has to be what the language accepts.
@Suite struct PublishedExampleTests {
    @Test(arguments: ["Documentation/Rules.md", "README.md"])
    func `every document on a page is accepted`(page: String) throws {
        let documents = try PublishedFiles.yamlBlocks(of: page).filter {
            $0.text.hasPrefix("version: 1\n")
        }
        #expect(!documents.isEmpty)
        for document in documents {
            let error = firstError(document.text)
            #expect(error == nil, "\(page):\(document.line): \(String(describing: error))")
        }
    }

    @Test func `every fragment on the page of the language is a list of rules`() throws {
        let fragments = try PublishedFiles.yamlBlocks(of: "Documentation/Rules.md").filter {
            $0.text.hasPrefix("# fragment:")
        }
        #expect(!fragments.isEmpty)
        for fragment in fragments {
            let error = firstError("version: 1\nrules:\n\(fragment.text)")
            #expect(error == nil, "line \(fragment.line): \(String(describing: error))")
        }
    }

    @Test func `every file of the quick start loads, by itself or included`() throws {
        let folder = PublishedFiles.root.appending(path: "examples/quickstart")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasSuffix(".yaml")
        }
        var configurations = 0
        var rest = Set(files)
        for file in files {
            let path = folder.appending(path: file).path
            let text = try String(contentsOfFile: path, encoding: .utf8)
            guard text.split(separator: "\n").contains("version: 1") else { continue }
            let configuration = try Configuration.load(path: path)
            #expect(!configuration.proxies.isEmpty)
            #expect(!configuration.rules.isEmpty)
            configurations += 1
            rest.remove(file)
            rest.subtract(
                configuration.rules.compactMap {
                    $0.file.map { URL(filePath: $0).lastPathComponent }
                }
            )
        }
        #expect(configurations == 2)
        #expect(rest.isEmpty)
    }
}
