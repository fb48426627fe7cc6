//! A count of outliers in, how surprising it is out.

use crate::density::count;

/// P(X ≥ `successes`) for X binomial with `trials` and probability `share`: the exact upper tail.
#[must_use]
pub fn upper_tail(successes: usize, trials: usize, share: f64) -> f64 {
    if successes == 0 {
        return 1.0;
    }
    if successes > trials || share <= 0.0 {
        return 0.0;
    }
    if share >= 1.0 {
        return 1.0;
    }
    // From the first term downwards each term is the one before times a ratio; logs keep large counts in range.
    let mut log_term = log_choose(trials, successes)
        + count(successes) * share.ln()
        + count(trials - successes) * (1.0 - share).ln();
    let mut sum = log_term.exp();
    for k in successes..trials {
        log_term += (count(trials - k) / count(k + 1)).ln() + (share / (1.0 - share)).ln();
        sum += log_term.exp();
    }
    sum.min(1.0)
}

fn log_choose(n: usize, k: usize) -> f64 {
    (0..k.min(n - k)).map(|i| (count(n - i) / count(i + 1)).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_sum_of_its_terms() {
        // By hand: P(X ≥ 2 | 3, 0.05) = 3·0.05²·0.95 + 0.05³.
        assert!((upper_tail(2, 3, 0.05) - (3.0 * 0.0025 * 0.95 + 0.000_125)).abs() < 1e-15);
        assert!((upper_tail(1, 10, 0.05) - (1.0 - 0.95_f64.powi(10))).abs() < 1e-14);
    }

    #[test]
    fn the_ends_are_certain() {
        assert_eq!(upper_tail(0, 5, 0.1).to_bits(), 1.0_f64.to_bits());
        assert_eq!(upper_tail(6, 5, 0.1).to_bits(), 0.0_f64.to_bits());
        assert!((upper_tail(1, 2000, 0.5) - 1.0).abs() < 1e-9);
    }
}
