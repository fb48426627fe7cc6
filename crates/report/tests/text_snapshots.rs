//! What a person sees of one model, kept as snapshots.

use heavytail::columns_fit::ALPHA;
use heavytail::columns_layer::{LONGNAME, N};
use heavytail::columns_spectrum::HAS_ESD;
use heavytail::{VerdictOptions, judge};
use heavytail_report::{
    Sort, TextOptions, coverage, coverage_summary, histogram, layer_columns, roles, table, verdict_text,
};
use insta::assert_snapshot;

use crate::tables::{model, of};

fn wide(width: usize) -> TextOptions {
    TextOptions { width: Some(width), ..TextOptions::default() }
}

#[test]
fn a_pipe_gets_the_whole_table_plain() {
    let text = table(&model(), &TextOptions::default());
    assert!(!text.contains('\u{1b}'));
    assert_snapshot!(text);
}

#[test]
fn a_narrow_terminal_gets_fewer_columns_and_shorter_names() {
    assert_snapshot!(table(&model(), &wide(80)));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 72, 80, 100, 132] {
        let text = table(&model(), &wide(width));
        for line in text.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
        }
    }
}

#[test]
fn colours_say_the_verdict_and_nothing_else_steers_the_terminal() {
    let text = table(&model(), &TextOptions { color: true, ..wide(100) });
    for part in text.split('\u{1b}').skip(1) {
        let (code, _) = part.strip_prefix('[').and_then(|part| part.split_once('m')).unwrap();
        assert!(["0", "1", "2", "31", "32", "33"].contains(&code), "{code:?}");
    }
    assert_snapshot!(text.replace('\u{1b}', "␛"));
}

#[test]
fn columns_rows_and_order_are_as_asked() {
    let options = TextOptions {
        columns: Some(vec![&LONGNAME, &ALPHA, &N, &HAS_ESD]),
        sort: Some(Sort { column: &ALPHA, descending: true }),
        top: Some(3),
        ..TextOptions::default()
    };
    assert_snapshot!(table(&model(), &options));
}

#[test]
fn a_list_of_layers_has_no_columns_of_numbers() {
    let options = TextOptions { columns: Some(layer_columns()), top: Some(2), ..TextOptions::default() };
    assert_snapshot!(table(&model(), &options));
}

#[test]
fn the_histogram_marks_the_band() {
    let alphas = model().fitted(&ALPHA);
    assert_snapshot!(histogram(&alphas, &wide(60)));
    assert_eq!(histogram(&[], &wide(60)), "");
}

#[test]
fn the_verdict_is_wrapped_and_its_names_are_harmless() {
    let verdict = judge(&model(), &VerdictOptions::default());
    assert_snapshot!(verdict_text(&verdict, &wide(72)));
    let evil = judge(&of(&[("a\u{1b}[2J", -1.0)]), &VerdictOptions::default());
    assert!(!verdict_text(&evil, &wide(72)).contains('\u{1b}'));
}

#[test]
fn roles_are_told_apart() {
    assert_snapshot!(roles(&judge(&model(), &VerdictOptions::default()), &wide(80)));
}

#[test]
fn what_is_not_covered_is_counted_and_listed() {
    assert_snapshot!(coverage_summary(&model(), &wide(60)));
    assert_snapshot!(coverage(&model(), &wide(80)));
    assert_eq!(coverage_summary(&of(&[]), &wide(60)), "");
}
