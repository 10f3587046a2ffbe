// SPDX-License-Identifier: Apache-2.0

/// The few functions of real numbers that delays are drawn with.
///
/// They are written out because a draw has to be the same on every system, and system libraries
/// differ in the last digit. Relative errors are below 1e-14; `probit` is right to 1.2e-9.
enum Real {
    private static let ln2 = 0.693_147_180_559_945_3

    /// The natural logarithm of a positive number; zero and below give the smallest.
    static func log(_ x: Double) -> Double {
        guard x > 0 else { return -745 }
        guard x.isFinite else { return 710 }
        var mantissa = x.significand
        var exponent = Double(x.exponent)
        if mantissa > 1.414_213_562_373_095 {
            mantissa /= 2
            exponent += 1
        }
        // ln m = 2 artanh((m - 1) / (m + 1)), whose series ends soon for m near 1.
        let ratio = (mantissa - 1) / (mantissa + 1)
        let square = ratio * ratio
        var sum = 0.0
        for divisor in stride(from: 25.0, through: 1, by: -2) { sum = sum * square + 1 / divisor }
        return 2 * ratio * sum + exponent * ln2
    }

    /// e to the power of `x`, held within what a `Double` can say.
    static func exp(_ x: Double) -> Double {
        guard x > -740 else { return 0 }
        guard x < 709 else { return .greatestFiniteMagnitude }
        let steps = (x / ln2).rounded()
        let rest = x - steps * ln2
        var sum = 1.0
        for divisor in stride(from: 18.0, through: 1, by: -1) { sum = 1 + rest / divisor * sum }
        return Double(sign: .plus, exponent: Int(steps), significand: 1) * sum
    }

    /// The quantile of the standard normal distribution.
    ///
    /// The rational approximation of P. J. Acklam ("An algorithm for computing the inverse normal
    /// cumulative distribution function", 2003), in three pieces.
    static func probit(_ fraction: Double) -> Double {
        let p = min(max(fraction, 1e-300), 1 - 1e-16)
        if p < 0.024_25 {
            return tail((-2 * log(p)).squareRoot())
        }
        if p > 1 - 0.024_25 {
            return -tail((-2 * log(1 - p)).squareRoot())
        }
        let q = p - 0.5
        let r = q * q
        let above = polynomial(
            r,
            [
                -39.696_830_286_653_76, 220.946_098_424_520_5, -275.928_510_446_968_7,
                138.357_751_867_269, -30.664_798_066_147_16, 2.506_628_277_459_239,
            ]
        )
        let below = polynomial(
            r,
            [
                -54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6,
                66.801_311_887_719_72, -13.280_681_552_885_72, 1,
            ]
        )
        return q * above / below
    }

    private static func tail(_ q: Double) -> Double {
        let above = polynomial(
            q,
            [
                -0.007_784_894_002_430_293, -0.322_396_458_041_136_5, -2.400_758_277_161_838,
                -2.549_732_539_343_734, 4.374_664_141_464_968, 2.938_163_982_698_783,
            ]
        )
        let below = polynomial(
            q,
            [
                0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996,
                3.754_408_661_907_416, 1,
            ]
        )
        return above / below
    }

    /// Highest power first (Horner's scheme).
    private static func polynomial(_ x: Double, _ coefficients: [Double]) -> Double {
        coefficients.reduce(0) { $0 * x + $1 }
    }
}
