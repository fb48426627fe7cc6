//! Planted models in, the reference's figures of their layers out: named as it names them, whole, for every row.

use std::path::Path;

use heavytail::columns_erg::{DETX_NUM, DETX_VAL};
use heavytail::columns_layer::{M, N};
use heavytail::columns_mp::{BULK_MAX, MP_SOFTRANK, NUM_SPIKES, SIGMA_MP, W_SCALE};
use heavytail::{Details, LayerCurves};
use heavytail_report::{LayerPlot, write_layer_plots};

use crate::planted;

fn names(folder: &Path, details: &Details, deltas: bool) -> Vec<String> {
    let files = write_layer_plots(folder, &LayerPlot::of(details), deltas, 1).unwrap();
    for file in &files {
        assert!(std::fs::read(file).unwrap().starts_with(b"\x89PNG"));
    }
    files.iter().map(|file| file.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

fn words(files: &[String], number: &str) -> Vec<String> {
    let of = |file: &String| {
        let word = file.strip_prefix(&format!("ww.layer{number}."))?.strip_suffix(".png")?;
        Some(word.to_owned())
    };
    files.iter().filter_map(of).collect()
}

#[test]
fn a_row_has_the_figures_that_it_has_the_numbers_of() {
    let folder = tempfile::tempdir().unwrap();
    let mut details = planted::model(2, 96, &[0], 1);
    let square = &mut details.rows[1];
    for (column, value) in
        [(&SIGMA_MP, 0.8), (&W_SCALE, 1.1), (&BULK_MAX, 2.0), (&MP_SOFTRANK, 0.3), (&DETX_VAL, 1.5)]
    {
        square.set(column, value);
    }
    for (column, value) in [(&NUM_SPIKES, 3_usize), (&DETX_NUM, 12), (&N, 96), (&M, 96)] {
        square.set(column, value);
    }
    details.curves[1].as_mut().unwrap().shuffled = planted::spectrum(96, 9.0, 5);
    let files = names(&folder.path().join("new/inside"), &details, true);
    let first = details.rows[0].integer(&heavytail::columns_layer::LAYER_ID).unwrap().to_string();
    let second = details.rows[1].integer(&heavytail::columns_layer::LAYER_ID).unwrap().to_string();
    assert_eq!(words(&files, &first), ["deltaEs", "esd", "esd2", "esd3", "esd4", "esd5", "level-stats"]);
    assert_eq!(
        words(&files, &second),
        [
            "deltaEs",
            "detX",
            "esd",
            "esd2",
            "esd3",
            "esd4",
            "esd5",
            "level-stats",
            "mpfit1",
            "mpfit2",
            "randesd1",
            "randesd2"
        ]
    );
}

#[test]
fn a_row_without_a_fit_has_its_spectrum_or_says_why_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut details = planted::empty("none");
    for (id, value) in [(1, 0.0), (2, 2.0), (3, 1e-12)] {
        details.rows.push(planted::unfitted(id, "same"));
        let curves = LayerCurves { eigenvalues: vec![value; 20], ..LayerCurves::default() };
        details.curves.push(Some(curves));
    }
    details.rows.push(planted::unfitted(4, "unread"));
    details.curves.push(None);
    let files = names(folder.path(), &details, true);
    assert_eq!(files.len(), 3 * 5);
    assert_eq!(words(&files, "1"), ["deltaEs", "esd", "esd2", "esd3", "level-stats"]);
}

#[test]
fn where_the_folder_can_not_be_made_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "").unwrap();
    assert!(write_layer_plots(&taken, &[], false, 1).is_err());
}
