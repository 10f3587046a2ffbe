// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import FaultModel

@Suite struct DrawTests {
    /// Key and input of the paper's appendix A, at lengths that are whole words.
    ///
    /// The expected values come from an implementation of its own that gives the appendix's
    /// `a129ca6149be45e5` for 15 bytes; the first is the reference code's `310e0edd47db6f72`.
    @Test(
        arguments: [
            (0, 0x726f_db47_dd0e_0e31), (1, 0x93f5_f579_9a93_2462), (2, 0x3f2a_cc7f_57c2_9bdb),
            (3, 0xb8ad_50c6_f649_af94), (4, 0x7127_512f_72f2_7cce), (7, 0xb78d_bfaf_3a8d_83bd),
        ] as [(Int, UInt64)]
    )
    func `the function is SipHash-2-4`(words: Int, expected: UInt64) {
        var state = SipHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
        for word in 0..<words {
            state.absorb(0x0706_0504_0302_0100 + UInt64(word) * 0x0808_0808_0808_0808)
        }
        #expect(state.finished() == expected)
    }

    @Test func `no two ways to part a text draw alike`() {
        let texts = [
            ("a", "bc"), ("ab", "c"), ("", "abc"), ("abc", ""), ("abc", "\0"), ("a\0", "bc"),
        ]
        let streams = Set(texts.map { Draw.Stream(seed: 1, proxy: $0.0, rule: $0.1) })
        #expect(streams.count == texts.count)
    }

    @Test func `every part of a draw's name changes its value`() {
        let named = [
            draw(), draw(seed: 2), draw(proxy: "q"), draw(rule: "s"), draw(connection: 2),
            draw(unit: 2),
        ]
        let purposes: [Draw.Purpose] = [
            .toss, .fault(position: 0, chunk: 0), .fault(position: 1, chunk: 0),
            .fault(position: 0, chunk: 1),
        ]
        let values = Set(named.flatMap { draw in purposes.map { draw.fraction($0) } })
        #expect(values.count == named.count * purposes.count)
    }

    @Test func `the same name draws the same value`() {
        #expect(draw().fraction(.toss) == draw().fraction(.toss))
        #expect(draw() == draw())
    }

    /// Chi-square over 64 bins of 64,000 draws: 63 degrees of freedom, 99.9 % below 103.4.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `draws are spread evenly`(seed: UInt64) {
        var bins = Array(repeating: 0.0, count: 64)
        for connection in 1...640 {
            for unit in 0..<100 {
                let fraction = draw(
                    seed: seed,
                    connection: UInt64(connection),
                    unit: UInt64(unit)
                ).fraction(.toss)
                #expect((0..<1).contains(fraction))
                bins[Int(fraction * 64)] += 1
            }
        }
        let expected = 1_000.0
        let chiSquare = bins.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
        #expect(chiSquare < 103.4)
        #expect(chiSquare > 31.7, "too even to be chance (0.1 %)")
    }

    @Test func `neighbouring units do not draw alike`() {
        let values = (0..<20_000).map { draw(unit: UInt64($0)).fraction(.toss) - 0.5 }
        let products = zip(values, values.dropFirst()).map { $0 * $1 }
        let covariance = products.reduce(0, +) / Double(products.count)
        #expect(abs(covariance) < 0.003)
    }

    private func draw(
        seed: UInt64 = 1,
        proxy: String = "p",
        rule: String = "r",
        connection: UInt64 = 1,
        unit: UInt64 = 1
    ) -> Draw {
        Draw(
            stream: Draw.Stream(seed: seed, proxy: proxy, rule: rule),
            connection: connection,
            unit: unit
        )
    }
}
