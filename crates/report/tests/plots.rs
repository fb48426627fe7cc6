//! Planted models in, the files of their figures out: named, whole, and the same each time.

use std::path::Path;

use heavytail::columns_layer::LONGNAME;
use heavytail::{Details, LayerCurves};
use heavytail_report::{PlotOptions, write_plots};

use crate::planted;

fn names(folder: &Path, models: &[(&str, &Details)], options: &PlotOptions) -> Vec<String> {
    let files = write_plots(folder, models, options).unwrap();
    files.iter().map(|file| file.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

const VECTORS: PlotOptions = PlotOptions { svg: true, png: false, threads: 1 };

#[test]
fn a_model_has_its_figures_and_five_a_layer() {
    let folder = tempfile::tempdir().unwrap();
    let details = planted::model(6, 96, &[0], 1);
    let files = names(folder.path(), &[("m", &details)], &PlotOptions::default());
    assert_eq!(files.len(), 2 * (3 + 5 * 6));
    for word in ["esd", "esd-linear", "esd-log", "xmin-distance", "xmin-alpha"] {
        let file = format!("layer-0004-h.0.attn.c_proj-{word}.svg");
        assert!(files.contains(&file), "no {file} in {files:?}");
    }
    assert!(files.is_sorted());
    let there = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(there, files.len(), "nothing else is left");
    for file in files {
        let bytes = std::fs::read(folder.path().join(&file)).unwrap();
        let opens: &[u8] = if file.ends_with("svg") { b"<svg xmlns" } else { b"\x89PNG\r\n\x1a\n" };
        assert!(bytes.starts_with(opens), "{file}");
    }
}

#[test]
fn several_models_are_drawn_over_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let (mut a, mut b) = (planted::model(8, 96, &[0], 1), planted::model(8, 96, &[], 70));
    a.curves.clear();
    b.curves.clear();
    let files = names(folder.path(), &[("a/../b", &a), ("b", &b)], &VECTORS);
    let expected = [
        "alpha-overlay.svg",
        "correlation-flow.svg",
        "log-spectral-norm.svg",
        "model-1-a_.._b-alpha-histogram.svg",
        "model-2-b-alpha-histogram.svg",
    ];
    assert_eq!(files, expected);
}

#[test]
fn a_hostile_name_is_neither_a_path_nor_markup() {
    let folder = tempfile::tempdir().unwrap();
    let mut details = planted::model(4, 96, &[], 1);
    details.rows[0].set(&LONGNAME, "../../<script>alert(1)</script>\u{0}");
    details.rows[1].set(&LONGNAME, "../../<script>alert(1)</script>\u{0}");
    let files = names(folder.path(), &[("<b>", &details)], &VECTORS);
    assert_eq!(files.len(), 3 + 5 * 4);
    for file in files {
        let text = std::fs::read_to_string(folder.path().join(&file)).unwrap();
        assert!(!text.contains("<script") && !text.contains("<b>") && !text.contains('\u{0}'), "{file}");
    }
}

#[test]
fn the_files_do_not_depend_on_the_number_of_threads() {
    let details = planted::model(5, 96, &[0], 1);
    let written = |threads| {
        let folder = tempfile::tempdir().unwrap();
        let options = PlotOptions { threads, ..PlotOptions::default() };
        let read = |file: &String| std::fs::read(folder.path().join(file)).unwrap();
        names(folder.path(), &[("m", &details)], &options).iter().map(read).collect::<Vec<_>>()
    };
    assert!(written(1) == written(4));
}

#[test]
fn rows_without_a_fit_and_empty_tables_have_what_can_be_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let mut details = planted::empty("none");
    assert_eq!(names(folder.path(), &[("none", &details)], &VECTORS).len(), 3);
    details.rows.push(planted::unfitted(1, "zeros"));
    details.curves.push(Some(LayerCurves { eigenvalues: vec![0.0; 20], ..LayerCurves::default() }));
    details.rows.push(planted::unfitted(2, "equal"));
    details.curves.push(Some(LayerCurves { eigenvalues: vec![2.0; 20], ..LayerCurves::default() }));
    let files = names(folder.path(), &[("none", &details)], &VECTORS);
    assert_eq!(files.iter().filter(|file| file.ends_with("-esd.svg")).count(), 1, "{files:?}");
}

#[test]
fn where_a_file_stands_in_the_way_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "").unwrap();
    let error = write_plots(&taken, &[], &PlotOptions::default()).unwrap_err();
    assert!(error.to_string().starts_with("can't be written: "), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
