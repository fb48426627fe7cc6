//! A number of values in, how much wider than a percentile interval theirs has to be out.

use crate::density::count;

/// The share of resampled means to leave out on either side, so that an interval of the mean of `values` numbers covers
/// as often as the one by Student's law would if they were normal (Hesterberg, What Teachers Should Know About the
/// Bootstrap, The American Statistician 69, 371, 2015, section 4.4): Φ(−√(n/(n−1))·t) with t the quantile of
/// Student's law with n − 1 degrees of freedom that `outside` lies above.
pub(crate) fn expanded(outside: f64, values: usize) -> f64 {
    let degrees = values.saturating_sub(1).max(1);
    let widened = (count(degrees + 1) / count(degrees)).sqrt() * student_quantile(outside, degrees);
    0.5 * libm::erfc(widened / std::f64::consts::SQRT_2)
}

/// The number that Student's law exceeds with the probability `outside`, at most one half.
pub(crate) fn student_quantile(outside: f64, degrees: usize) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1e6_f64);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if upper_tail(middle, degrees) > outside { low = middle } else { high = middle }
    }
    low
}

/// P(T > t) of Student's law for t ≥ 0 (Abramowitz, Stegun, 26.7.3 and 26.7.4).
fn upper_tail(t: f64, degrees: usize) -> f64 {
    let angle = (t / count(degrees).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let odd = degrees % 2;
    // Each term is the one before times cos²θ·k/(k + 1).
    let mut term = if odd == 1 { cosine } else { 1.0 };
    let mut sum = 0.0;
    for k in (odd + 1..degrees).step_by(2) {
        sum += term;
        term *= cosine * cosine * count(k) / count(k + 1);
    }
    let within = if odd == 1 { (angle + sine * sum) * std::f64::consts::FRAC_2_PI } else { sine * sum };
    0.5 * (1.0 - within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tails_are_those_of_the_tables() {
        // Abramowitz, Stegun, table 26.10: 2.5 % lie above.
        for (degrees, t) in
            [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (7, 2.365), (17, 2.110), (30, 2.042)]
        {
            assert!((upper_tail(t, degrees) - 0.025).abs() < 3e-5, "{degrees}: {}", upper_tail(t, degrees));
        }
    }

    #[test]
    fn many_values_need_no_more_than_they_say() {
        assert!((expanded(0.025, 100_000) - 0.025).abs() < 3e-5);
        // √(5/4)·2.776 = 3.104 standard deviations.
        assert!((expanded(0.025, 5) - 0.000_955).abs() < 1e-5, "{}", expanded(0.025, 5));
    }
}
