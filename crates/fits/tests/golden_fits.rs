//! The fits of known matrices against the field's reference; `fixtures/golden/README.md` tells how
//! its numbers were made and how close an independent implementation comes to them.

use heavytail_fits::{PowerLaw, PowerLawOptions, SampleRule, SquareLaw, Xmax, det_x, fit_power_law, mp_fit};

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

#[test]
fn the_marchenko_pastur_fit_is_the_reference_in_every_layer() {
    let mut compared = 0;
    for (name, row) in rows("details_mp_fit.csv") {
        let Some(eigenvalues) = eigenvalues(&name) else { continue };
        let (rows, columns) = (number(&row, "N") as usize, number(&row, "M") as usize);
        let fit = mp_fit(&eigenvalues, rows, columns, SquareLaw::Reference).unwrap();
        assert_count(&row, "num_spikes", fit.num_spikes);
        assert_close(&row, "sigma_mp", fit.sigma, 1e-10);
        assert_close(&row, "mp_softrank", fit.softrank, 1e-10);
        assert_close(&row, "W_scale", fit.w_scale, 1e-12);
        assert_close(&row, "bulk_max", fit.bulk_max, 1e-10);
        assert!((fit.bulk_min - number(&row, "bulk_min")).abs() <= 1e-10 * fit.bulk_max, "{name}");
        compared += 1;
    }
    assert!(compared >= 19);
}

#[test]
fn the_identity_has_the_references_quarter_circle() {
    let row = &rows("details_degenerate_identity_mp.csv")["identity"];
    let fit = mp_fit(&[1.0; 24], 24, 24, SquareLaw::Reference).unwrap();
    assert_close(row, "sigma_mp", fit.sigma, 1e-12);
    assert_count(row, "num_spikes", fit.num_spikes);
}

#[test]
fn the_tail_of_product_one_is_the_reference_in_every_layer() {
    let mut compared = 0;
    for (name, row) in rows("details_detX.csv") {
        let Some(eigenvalues) = eigenvalues(&name) else { continue };
        let found = det_x(&eigenvalues).unwrap();
        assert_count(&row, "detX_num", found.num);
        // The small end of `lowrank` is rounding noise of the weights on disk.
        let tolerance = if name == "lowrank" { 1e-5 } else { 1e-10 };
        assert_close(&row, "detX_val", found.value, tolerance);
        assert_close(&row, "detX_val_unrescaled", found.scaled_value, tolerance);
        compared += 1;
    }
    assert!(compared >= 19);
}
