// SPDX-License-Identifier: Apache-2.0
import FaultModel
import ArgumentParser
import RuleFiles

struct ValidateVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a configuration file, without a proxy.",
        discussion: "Each error is told as file:line:column: place: message (remedy)."
    )

    @Argument(help: "The file, in YAML or JSON.", completion: .file()) var file: String
    @Flag(help: "Let rules stand where the environment is production.") var allowProduction = false

    func run() async throws {
        do {
            let configuration = try Configuration.load(path: file, allowProduction: allowProduction)
            let proxies = Self.count(configuration.proxies.count, "proxy", "proxies")
            let rules = Self.count(configuration.rules.count, "rule", "rules")
            try Surroundings.current.print([
                "\(PlainText.shown(file)): valid: \(proxies), \(rules)"
            ])
        } catch let invalid as InvalidConfiguration {
            Surroundings.current.printError(invalid.errors.map { PlainText.shown($0.description) })
            throw ExitCode(ExitStatus.invalid.rawValue)
        }
    }

    private static func count(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }
}
