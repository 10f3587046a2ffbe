// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport
import Testing

@Suite struct OccurrencesTests {
    @Test(arguments: [0.0005, 0.01, 0.5, 1])
    func `as many places are found as the chance says, and each alike often`(rate: Double) throws {
        let length = 400_000
        let places = try find(rate, upTo: UInt64(length))
        let expected = Double(length) * rate
        let slack = 5 * (expected * (1 - rate)).squareRoot()
        #expect(abs(Double(places.count) - expected) <= slack)
        let early = places.count { $0 < UInt64(length / 2) }
        #expect(abs(Double(early) - expected / 2) <= slack)
        #expect(zip(places, places.dropFirst()).allSatisfy(<))
    }

    @Test func `where one begins to look, and in what steps, changes nothing`() throws {
        let whole = try find(0.003, upTo: 100_000)
        var numbers = SeededNumbers(seed: 3)
        for _ in 0..<20 {
            let start = UInt64(numbers.below(90_000))
            var places = Occurrences(
                rate: try Probability(0.003),
                from: start,
                drawnBy: firing
            )
            var found: [UInt64] = []
            var end = start
            while end < 100_000 {
                end = min(end + UInt64(numbers.below(3_000)), 100_000)
                while let place = places.next(before: end) {
                    found.append(place)
                    places.goOn()
                }
            }
            #expect(found == whole.filter { $0 >= start })
        }
    }

    @Test func `what never happens is looked for nowhere, and what always does is everywhere`()
        throws
    {
        #expect(try find(0, upTo: .max).isEmpty)
        #expect(try find(1, upTo: 40_000) == Array(0..<40_000))
    }

    @Test func `a run is as long as its chance says`() {
        #expect(Draw.run(of: 0, at: 0.9) == 0)
        #expect(Draw.run(of: 0.5, at: 0.49) == 0)
        #expect(Draw.run(of: 0.5, at: 0.51) == 1)
        #expect(Draw.run(of: 0.5, at: 0.76) == 2)
        #expect(Draw.run(of: 0.999_999, at: 1 - 0x1p-53) > 1_000_000)
    }

    private var firing: Firing {
        Firing(
            rule: "r",
            serial: 1,
            fault: .delay(.fixed(.zero)),
            position: 0,
            draw: Draw(
                stream: Draw.Stream(seed: 1, proxy: "p", rule: "r"),
                connection: 1,
                unit: 0
            ),
            toss: nil
        )
    }

    private func find(_ rate: Double, upTo end: UInt64) throws -> [UInt64] {
        var places = Occurrences(rate: try Probability(rate), from: 0, drawnBy: firing)
        var found: [UInt64] = []
        while let place = places.next(before: end) {
            found.append(place)
            places.goOn()
        }
        return found
    }
}
