//! The edge of random matrices: the Tracy–Widom law against mpmath, and p-values of simulated matrices.

use heavytail_fits::{Noise, edge_test, optimal_threshold, tracy_widom_p};

use crate::planted::{Plant, largest_of_random_matrix};
use crate::truncated_laws::table;

#[test]
fn the_tracy_widom_law_is_that_of_painleves_equation() {
    let table = table("tracy_widom.csv");
    assert!(table.len() > 30);
    for row in table {
        let ours = tracy_widom_p(row[0]);
        assert!((ours - row[1]).abs() < 1e-9 * row[1], "s = {}: {ours}, not {}", row[0], row[1]);
    }
    // The ends are reached without a step.
    assert!(tracy_widom_p(-30.0) >= tracy_widom_p(-9.9) && tracy_widom_p(-9.9) > 1.0 - 1e-12);
    assert!(tracy_widom_p(99.0) > 0.0 && tracy_widom_p(99.0) < 1e-280);
}

#[test]
fn p_values_of_random_matrices_are_uniform() {
    let mut plant = Plant::new(31);
    let mut below = [0.0; 3];
    let trials = 2000;
    for _ in 0..trials {
        let test = edge_test(largest_of_random_matrix(&mut plant, 90, 40), 90, 40, 1.0, 1);
        for (count, level) in below.iter_mut().zip([0.05, 0.2, 0.5]) {
            *count += f64::from(test.p < level) / f64::from(trials);
        }
    }
    for (share, level) in below.into_iter().zip([0.05f64, 0.2, 0.5]) {
        let four_errors = 4.0 * (level * (1.0 - level) / f64::from(trials)).sqrt();
        assert!((share - level).abs() < four_errors + 0.005, "{share} below {level}");
    }
}

#[test]
fn noise_alone_has_no_spike() {
    let mut plant = Plant::new(32);
    for _ in 0..50 {
        let largest = largest_of_random_matrix(&mut plant, 200, 100);
        assert_eq!(optimal_threshold(&[largest], 200, 100, Noise::Variance(1.0)).unwrap().num_spikes, 0);
    }
}
