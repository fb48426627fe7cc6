//! Numbers ≤ 0 in, their exponentials out, in a form that compilers turn into vector code.
//!
//! The KS search evaluates e^x up to n²/2 times. The system's `exp` is a call per value and differs
//! from one C library to another; this one is a dozen additions and multiplications without a
//! branch or a fused operation, so it runs 4 or 8 lanes wide and gives the same bits everywhere.

/// 1.5·2⁵²: adding it rounds to an integer and leaves that integer in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; k times the first is exact for the k that occur.
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Below this the result would be subnormal; it is held there, at 3e-308.
const LOWEST: f64 = -708.0;

/// e^x for x ≤ 0, within 2 units in the last place; e^x < 4e-308 is held at about 3e-308.
#[inline(always)]
pub(crate) fn exp_nonpositive(x: f64) -> f64 {
    let x = if x > LOWEST { x } else { LOWEST };
    // x = k·ln 2 + r with |r| ≤ ln(2)/2.
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    // Taylor's series to r¹², whose remainder is below 2e-16; Estrin's scheme shortens the chain.
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = (1.0 / 2.0 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0));
    let middle = (1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40_320.0 + r * (1.0 / 362_880.0));
    let high = (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0)) + r2 * (1.0 / 479_001_600.0);
    let series = 1.0 + (r + r2 * (low + r4 * (middle + r4 * high)));
    // The low 12 bits of `shifted` are k; shifted into the exponent field they are 2^k.
    series * f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_the_exponential_to_two_units() {
        for step in 0..700_000 {
            let x = -f64::from(step) * 1.000_321e-3;
            let exact = x.exp();
            assert!((exp_nonpositive(x) - exact).abs() <= 2.0 * f64::EPSILON * exact, "{x}");
        }
    }

    #[test]
    fn the_ends_are_one_and_nearly_zero() {
        assert_eq!(exp_nonpositive(0.0).to_bits(), 1.0f64.to_bits());
        assert!(exp_nonpositive(f64::NEG_INFINITY) < 1e-307);
    }
}
