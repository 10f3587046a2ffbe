// SPDX-License-Identifier: Apache-2.0

/// One thing whose cost is known: what one unit of it is, and how to do many of them.
struct Benchmark {
    /// Unique; in thresholds, and on the command line.
    let name: String
    /// What the cost is of, in the singular.
    let unit: String
    /// How many units are counted; so many that what a table's growth costs is spread thin.
    let units: Int
    /// Whether what is executed depends on time, and so differs a little from run to run.
    let isTimed: Bool
    /// Makes what the units work on, which is not counted.
    let prepare: () throws -> Workload

    init(
        _ name: String,
        unit: String,
        units: Int = 1_000,
        isTimed: Bool = false,
        prepare: @escaping () throws -> Workload
    ) {
        self.name = name
        self.unit = unit
        self.units = units
        self.isTimed = isTimed
        self.prepare = prepare
    }
}

/// Does so many units, and checks that it did them.
///
/// - Returns: a number that follows from all the work, so that no compiler leaves it out.
typealias Workload = (_ units: Int) throws -> Int

/// A workload did something else than what it is named for.
struct WrongWork: Error, CustomStringConvertible {
    let description: String

    init(_ what: String, is found: Int, not expected: Int) {
        description = "\(what): \(found), and \(expected) were expected"
    }

    static func check(_ what: String, _ found: Int, is expected: Int) throws {
        guard found == expected else { throw WrongWork(what, is: found, not: expected) }
    }
}

extension Benchmark {
    /// All there are, in the order in which they are shown.
    static var all: [Benchmark] {
        control + exchanges + streams + decisions + framing + lanes + draws + patterns + documents
            + hops
    }

    /// Costs one allocation a unit by its nature: a count that says anything else counts wrongly.
    private static var control: [Benchmark] {
        [
            Benchmark("control", unit: "array") {
                { units in
                    var total = 0
                    for unit in 0..<units { total &+= Allocation(unit).values.count }
                    try WrongWork.check("numbers", total, is: units * Allocation.length)
                    return total
                }
            }
        ]
    }
}

/// An array that is made for each unit.
private struct Allocation {
    static let length = 100
    let values: [Int]

    @inline(never)
    init(_ value: Int) { values = Array(repeating: value, count: Self.length) }
}
