// SPDX-License-Identifier: Apache-2.0
import EventRecords
import Testing

@Suite struct HistogramTests {
    @Test func `a time belongs to the first bound that it does not exceed`() {
        var histogram = Histogram(.exchange)
        #expect(histogram.isEmpty && histogram.cumulative.allSatisfy { $0 == 0 })
        for time in [0, 5_000_000, 5_000_001, 30_000_000_000, 30_000_000_001] as [Int64] {
            histogram.record(time)
        }
        let bounds = histogram.scale.bounds
        #expect(histogram.cumulative.count == bounds.count + 1)
        #expect(histogram.cumulative.first == 2)
        #expect(histogram.cumulative[1] == 3)
        #expect(histogram.cumulative.suffix(2) == [4, 5])
        #expect(histogram.total == 5 && histogram.sum == 60_010_000_002)
    }

    @Test(arguments: [Histogram.Scale.exchange, .lateness])
    func `bounds ascend`(scale: Histogram.Scale) {
        #expect(zip(scale.bounds, scale.bounds.dropFirst()).allSatisfy(<))
    }

    @Test func `sums of histograms count what each counted, and draining forgets it`() {
        var left = Histogram(.lateness)
        var right = Histogram(.lateness)
        left.record(60_000)
        right.record(60_000)
        right.record(2_000_000_000)
        let sum = left + right
        #expect(sum.total == 3 && sum.sum == 2_000_120_000)
        #expect(sum.cumulative[1] == 2 && Histogram(.lateness) + left == left)
        right.drain(into: &left)
        #expect(left == sum && right == Histogram(.lateness))
        left.add(Histogram(.exchange))
        #expect(left == sum)
    }

    @Test func `no time is too long to be summed`() {
        var histogram = Histogram(.lateness)
        histogram.record(.max)
        histogram.record(.max)
        #expect(histogram.sum == .max && histogram.total == 2)
        histogram.record(-5)
        #expect(histogram.cumulative.first == 1)
    }
}
