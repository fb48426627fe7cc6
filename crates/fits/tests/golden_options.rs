//! The power law under the reference's options, against its own tables.

use heavytail_fits::{
    FingerOptions, PeakRule, PowerLaw, PowerLawOptions, Xmax, XminMethod, fit_clip_xmax, fit_power_law,
};

use crate::golden::{Row, assert_close, assert_count, eigenvalues, number, rows};

fn assert_fit(row: &Row, fit: &PowerLaw) {
    assert_close(row, "xmin", fit.xmin, 1e-12);
    assert_close(row, "alpha", fit.alpha, 1e-8);
    assert_close(row, "D", fit.ks_distance, 1e-8);
    assert_close(row, "sigma", fit.sigma, 1e-8);
    assert_count(row, "num_pl_spikes", fit.num_pl_spikes);
    if number(row, "xmax").is_finite() {
        assert_close(row, "xmax", fit.xmax, 1e-12);
    }
}

/// Holds the package's semantics against all five layers of `file`.
fn compare_package(file: &str, options: &PowerLawOptions) {
    let options = options.check().unwrap();
    let rows = rows(file);
    assert_eq!(rows.len(), 5, "{file}");
    for (name, row) in rows {
        assert_fit(&row, &fit_power_law(&eigenvalues(&name).unwrap(), &options).unwrap());
    }
}

#[test]
fn the_package_powerlaw_is_met_with_and_without_an_end() {
    let package = PowerLawOptions::package_powerlaw();
    compare_package("details_legacy_PL.csv", &package);
    compare_package("details_legacy_ww.csv", &package);
    compare_package("details_legacy_PL_force.csv", &PowerLawOptions { xmax: Xmax::Force, ..package.clone() });
    compare_package(
        "details_legacy_PL_xmax5.csv",
        &PowerLawOptions { xmax: Xmax::DropLargest(5), ..package },
    );
}

#[test]
fn the_peak_of_the_histogram_bounds_xmin_as_in_the_reference() {
    for (file, xmin_max) in
        [("details_legacy_xmin_peak.csv", None), ("details_legacy_xmin_peak_xmin_max.csv", Some(3.0))]
    {
        let xmin_method = XminMethod::Peak { rule: PeakRule::Reference, xmin_max };
        compare_package(file, &PowerLawOptions { xmin_method, ..PowerLawOptions::package_powerlaw() });
    }
}

#[test]
fn fingers_are_those_of_the_reference_in_every_layer() {
    let wide = FingerOptions { finger_thresh: 0.2, max_fingers: 20 };
    for (file, fits, fingers, layers) in [
        ("details_clip_xmax.csv", PowerLawOptions::default(), FingerOptions::default(), 18),
        ("details_clip_xmax_thresh02.csv", PowerLawOptions::default(), wide, 18),
        ("details_legacy_clip_xmax.csv", PowerLawOptions::package_powerlaw(), FingerOptions::default(), 5),
    ] {
        let options = fingers.check(&fits.check().unwrap()).unwrap();
        let mut compared = 0;
        for (name, row) in rows(file) {
            let Some(eigenvalues) = eigenvalues(&name) else { continue };
            let Ok(found) = fit_clip_xmax(&eigenvalues, &options) else {
                assert_eq!(row["status"], "failed", "{name}");
                continue;
            };
            assert_fit(&row, &found.fit);
            assert_close(&row, "raw_alpha", found.raw_alpha, 1e-8);
            assert_count(&row, "num_fingers", found.num_fingers);
            compared += 1;
        }
        assert!(compared >= layers, "{file}: {compared}");
    }
}
