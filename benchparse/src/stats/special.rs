//! Elementary functions with reproducible results, and the normal distribution.

use statrs::distribution::{ContinuousCDF, Normal};

/// The natural logarithm as benchstat computes it.
///
/// The classic reduction x = m·2^k with √½ ≤ m < √2 and a polynomial in s = (m − 1)/(m + 1), in plain doubles.
/// −∞ for zero, NaN for negative values.
pub(crate) fn ln(x: f64) -> f64 {
    const HIGH: f64 = 0.693_147_180_369_123_8;
    const LOW: f64 = 1.908_214_929_270_587_7e-10;
    const L1: f64 = 0.666_666_666_666_673_5;
    const L2: f64 = 0.399_999_999_994_094_2;
    const L3: f64 = 0.285_714_287_436_623_9;
    const L4: f64 = 0.222_221_984_321_497_84;
    const L5: f64 = 0.181_835_721_616_180_5;
    const L6: f64 = 0.153_138_376_992_093_73;
    const L7: f64 = 0.147_981_986_051_165_86;

    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut m, mut exponent) = libm::frexp(x);
    if m < std::f64::consts::FRAC_1_SQRT_2 {
        m *= 2.0;
        exponent -= 1;
    }
    let k = f64::from(exponent);
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = z * (L1 + w * (L3 + w * (L5 + w * L7)));
    let even = w * (L2 + w * (L4 + w * L6));
    let r = odd + even;
    let half = 0.5 * f * f;
    k * HIGH - ((half - (s * (half + r) + k * LOW)) - f)
}

/// The exponential function as benchstat computes it on the processor at hand.
///
/// benchstat's own result depends on whether the processor has fused multiply-add, so the same choice is made here
/// at run time. Results below the smallest normal double, and those between 2^1023.5 and the largest double, are
/// scaled correctly here; benchstat returns other numbers there.
pub(crate) fn exp(x: f64) -> f64 {
    if fuses() {
        exp_with(x, f64::mul_add, true)
    } else {
        exp_with(x, |a, b, c| a * b + c, false)
    }
}

#[cfg(target_arch = "x86_64")]
fn fuses() -> bool {
    std::arch::is_x86_feature_detected!("fma")
}

#[cfg(not(target_arch = "x86_64"))]
fn fuses() -> bool {
    cfg!(target_arch = "aarch64")
}

/// `step(a, b, c)` is a·b + c, fused or not; `fused_end` says which form the last step has.
fn exp_with(x: f64, step: impl Fn(f64, f64, f64) -> f64, fused_end: bool) -> f64 {
    const LN2_HIGH: f64 = 0.693_147_180_559_663;
    const LN2_LOW: f64 = 2.823_529_056_303_157_7e-13;
    // 1/8! down to 1/1!.
    const TAYLOR: [f64; 8] = [
        1.0 / 40320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
    ];

    if x.is_nan() {
        return x;
    }
    if x > 710.0 {
        return f64::INFINITY;
    }
    if x < -746.0 {
        return 0.0;
    }
    let k = (x * std::f64::consts::LOG2_E).round_ties_even();
    let mut y = step(-k, LN2_HIGH, x);
    y = step(-k, LN2_LOW, y);
    y *= 1.0 / 16.0;
    let mut q = TAYLOR[0];
    for c in &TAYLOR[1..] {
        q = step(q, y, *c);
    }
    y *= q;
    for _ in 0..3 {
        y *= y + 2.0;
    }
    let result = if fused_end {
        y.mul_add(y + 2.0, 1.0)
    } else {
        y * (y + 2.0) + 1.0
    };
    libm::ldexp(result, k as i32)
}

/// Φ, the standard normal distribution function, by the complementary error function, so that its lower tail keeps
/// its relative precision.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// Φ⁻¹. Infinite at 0 and 1, NaN outside.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    Normal::standard().inverse_cdf(p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_and_exp_know_their_special_values() {
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert_eq!(ln(f64::INFINITY), f64::INFINITY);
        assert!(ln(-1.0).is_nan() && ln(f64::NAN).is_nan());
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn both_variants_of_exp_are_within_an_ulp_or_two_of_the_library() {
        for i in -7000..7000 {
            let x = f64::from(i) * 0.1 + 0.037;
            let want = x.exp();
            for got in [
                exp_with(x, f64::mul_add, true),
                exp_with(x, |a, b, c| a * b + c, false),
            ] {
                let distance = got.to_bits().abs_diff(want.to_bits());
                assert!(distance <= 8, "exp({x}) = {got}, library {want}");
            }
            let log = ln(want);
            assert!((log - want.ln()).abs() <= 2.0 * f64::EPSILON * log.abs().max(1.0));
        }
    }

    #[test]
    fn subnormal_results_are_scaled_correctly() {
        assert_eq!(exp(-744.440_071_921_381_2), 5e-324);
    }

    #[test]
    fn the_quantile_is_the_inverse() {
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(-0.1).is_nan() && normal_quantile(f64::NAN).is_nan());
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-15);
    }
}
