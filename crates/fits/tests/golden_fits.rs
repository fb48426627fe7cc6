//! The fits of known matrices against the field's reference; `fixtures/golden/README.md` tells how
//! its numbers were made and how close an independent implementation comes to them.

use heavytail_fits::{PowerLaw, PowerLawOptions, SampleRule, Xmax, fit_power_law};

use crate::golden::{Row, assert_close, assert_count, eigenvalues, number, rows};

fn assert_power_law(row: &Row, eigenvalues: &[f64], fit: &PowerLaw) {
    assert_close(row, "xmin", fit.xmin, 1e-12);
    assert_close(row, "alpha", fit.alpha, 1e-10);
    assert_close(row, "D", fit.ks_distance, 1e-9);
    if fit.rule == SampleRule::Tiny {
        // A fault of the reference that we do not keep: it takes alpha for 0 here.
        assert_close(row, "sigma", -1.0 / (fit.num_fitted as f64).sqrt(), 1e-10);
    } else {
        assert_close(row, "sigma", fit.sigma, 1e-10);
    }
    assert_count(row, "num_pl_spikes", fit.num_pl_spikes);
    assert_eq!(eigenvalues[fit.xmin_index].to_bits(), fit.xmin.to_bits());
}

/// Fits every layer of `file` whose eigenvalues are at hand, and says how many these were.
fn compare(file: &str, options: &PowerLawOptions) -> usize {
    let options = options.check().unwrap();
    let mut compared = 0;
    for (name, row) in rows(file) {
        let Some(eigenvalues) = eigenvalues(&name) else { continue };
        match fit_power_law(&eigenvalues, &options) {
            Ok(fit) => {
                assert_power_law(&row, &eigenvalues, &fit);
                if number(&row, "xmax").is_finite() {
                    assert_close(&row, "xmax", fit.xmax, 1e-12);
                }
            }
            Err(reason) => assert_eq!(row["status"], "failed", "{name}: {reason}"),
        }
        compared += 1;
    }
    compared
}

#[test]
fn the_default_fit_is_the_reference_in_every_layer() {
    assert!(compare("details_default.csv", &PowerLawOptions::default()) >= 19);
}

#[test]
fn dropping_five_values_is_the_reference_in_every_layer() {
    let options = PowerLawOptions { xmax: Xmax::DropLargest(5), ..Default::default() };
    assert!(compare("details_xmax5.csv", &options) >= 19);
}
