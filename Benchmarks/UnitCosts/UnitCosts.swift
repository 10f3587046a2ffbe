// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// What one unit of each part costs, without a socket: `Benchmarks/bench` runs this and counts.
@main
struct UnitCosts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unit-costs",
        abstract: "Do many units of each part of the proxy, for counting or timing.",
        subcommands: [List.self, Count.self, Time.self]
    )

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Print the name of each benchmark, its unit, how many units it does, and whether counts are exact."
        )

        func run() throws {
            for benchmark in Benchmark.all {
                print(benchmark.line)
            }
        }
    }

    struct Count: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Do the units of each benchmark between two calls of unit_costs_boundary."
        )

        @OptionGroup var selection: Selection

        func run() throws {
            for benchmark in try selection.benchmarks() { try benchmark.count() }
        }
    }

    struct Time: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print how long a unit of each benchmark takes, in nanoseconds."
        )

        @OptionGroup var selection: Selection

        @Option(help: "Runs of each benchmark, of which the median counts; 1 to 1000.")
        var runs = 5

        func validate() throws {
            guard (1...1_000).contains(runs) else {
                throw ValidationError("--runs \(runs): from 1 to 1000 are possible")
            }
        }

        func run() throws {
            for benchmark in try selection.benchmarks() {
                let time = try benchmark.time(runs: runs)
                print(benchmark.name, Int(time.rounded()), separator: "\t")
            }
        }
    }
}

/// Which benchmarks are meant.
struct Selection: ParsableArguments {
    @Argument(help: "Names of benchmarks, as `list` prints them; none: all.")
    var names: [String] = []

    func benchmarks() throws -> [Benchmark] {
        let all = Benchmark.all
        for name in names where !all.contains(where: { $0.name == name }) {
            throw ValidationError("there is no benchmark '\(name)': `unit-costs list` has them")
        }
        return names.isEmpty ? all : all.filter { names.contains($0.name) }
    }
}
