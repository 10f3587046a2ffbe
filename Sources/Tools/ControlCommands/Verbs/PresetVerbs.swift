// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FaultModel
import RuleFiles

struct PresetList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the presets, without a proxy."
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let tree = JSONTree.array(
            Preset.all.map {
                [
                    "name": .string($0.name), "kind": .string($0.kind.rawValue),
                    "about": .string($0.about),
                ]
            }
        )
        try output.show(tree) { colour in
            var table = TextTable([.text("name"), .text("kind"), .text("about")])
            for preset in Preset.all {
                table.add([.init(preset.name), .init(preset.kind.rawValue), .init(preset.about)])
            }
            return table.lines(colour: colour) ?? []
        }
    }
}

struct PresetShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a preset stands for, without a proxy."
    )

    @Argument(help: "The preset's name.", completion: .list(Preset.all.map(\.name)))
    var name: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard let preset = Preset.all.first(where: { $0.name == name }) else {
            throw Complaint(
                "there is no preset named \(name)",
                hints: ["There are: \(Preset.all.map(\.name).joined(separator: ", "))."],
                status: .notFound
            )
        }
        let tree = try JSONTreeReader.read(preset.document.json)
        try output.show(tree.setting("about", to: .string(preset.about))) { _ in
            // The first line is for editors.
            preset.text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
        }
    }
}

struct SchemaVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of the language, without a proxy.",
        discussion: "Editors complete and check rule files with it; the README says how."
    )

    func run() async throws {
        let lines = LanguageSchema.document.indentedJSON.split(separator: "\n").map(String.init)
        try Surroundings.current.print(lines)
    }
}
