//! Bulks and spikes put in by hand are found again.

use heavytail_fits::{MarchenkoPastur, SquareLaw, mp_fit};

/// The `n` quantiles (k + ½)/n of the law, ascending.
fn quantiles(law: MarchenkoPastur, n: usize) -> Vec<f64> {
    let quantile = |k: usize| {
        let share = (k as f64 + 0.5) / n as f64;
        let (mut low, mut high) = (law.lower_edge(), law.upper_edge());
        for _ in 0..50 {
            let middle = 0.5 * (low + high);
            if law.cumulative(middle) < share { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    };
    (0..n).map(quantile).collect()
}

#[test]
fn the_bulk_of_a_random_matrix_is_its_law() {
    for (rows, columns, sigma) in [(800, 400, 1.0), (3000, 300, 0.02), (500, 400, 7.0)] {
        let law = MarchenkoPastur { sigma, q: rows as f64 / columns as f64 };
        let fit = mp_fit(&quantiles(law, columns), rows, columns, SquareLaw::default()).unwrap();
        assert!((fit.sigma - 1.0).abs() < 0.02, "Q = {}: {}", law.q, fit.sigma);
        assert!((fit.bulk_max / law.upper_edge() - 1.0).abs() < 0.04);
        assert_eq!(fit.num_spikes, 0);
        assert!(fit.feasible && fit.softrank > 0.9);
    }
}

#[test]
fn planted_spikes_are_counted() {
    let law = MarchenkoPastur { sigma: 1.0, q: 3.0 };
    let mut eigenvalues = quantiles(law, 300);
    eigenvalues.extend([6.0, 7.5, 9.0, 20.0]);
    let fit = mp_fit(&eigenvalues, 912, 304, SquareLaw::default()).unwrap();
    assert_eq!(fit.num_spikes, 4);
    assert!((fit.bulk_max / law.upper_edge() - 1.0).abs() < 0.1, "{}", fit.bulk_max);
    assert!(fit.spike_threshold > fit.bulk_max && fit.spike_threshold < 6.0);
}

#[test]
fn the_right_quarter_circle_finds_the_variance_of_a_square_matrix() {
    for sigma in [0.5, 1.0, 3.0] {
        let law = MarchenkoPastur { sigma, q: 1.0 };
        let fit = mp_fit(&quantiles(law, 500), 500, 500, SquareLaw::QuarterCircle).unwrap();
        assert!((fit.bulk_max / law.upper_edge() - 1.0).abs() < 0.03, "{sigma}: {}", fit.bulk_max);
    }
}

#[test]
fn a_spectrum_without_a_bulk_still_gives_numbers_or_a_reason() {
    assert!(mp_fit(&[], 4, 4, SquareLaw::default()).is_err());
    assert!(mp_fit(&[0.0; 5], 5, 5, SquareLaw::default()).is_err());
    for eigenvalues in [vec![1.0], vec![0.0, 0.0, 1e-300], vec![1e300, 1e300], vec![1e-9, 1.0, 1e9]] {
        for rows in [eigenvalues.len(), 10 * eigenvalues.len()] {
            let fit = mp_fit(&eigenvalues, rows, eigenvalues.len(), SquareLaw::default()).unwrap();
            assert!(fit.sigma.is_finite() && fit.residual.is_finite(), "{eigenvalues:?}");
        }
    }
}
