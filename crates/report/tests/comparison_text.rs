//! What a person sees of several models, kept as snapshots.

use heavytail::columns_spectrum::LOG_SPECTRAL_NORM;
use heavytail::{CompareOptions, Details, compare};
use heavytail_report::{TextOptions, comparison, overlay, summaries};
use insta::assert_snapshot;

use crate::tables::{model, of};

fn wide(width: usize) -> TextOptions {
    TextOptions { width: Some(width), ..TextOptions::default() }
}

fn pair() -> (Details, Details) {
    let other = of(&[
        ("h.0.attn.c_attn", 3.0),
        ("h.0.attn.c_proj", 3.5),
        ("h.0.mlp.c_fc", 2.25),
        ("h.1.attn.c_attn", 3.75),
        ("h.1.attn.c_proj", 4.0),
        ("h.1.mlp.c_fc", 3.0),
        ("extra\u{1b}[2J", 2.5),
    ]);
    (model(), other)
}

#[test]
fn two_models_are_overlaid_summed_up_and_told_apart() {
    let (a, b) = pair();
    let models = compare(
        &[("little".to_owned(), &a), ("much\u{1b}[31m".to_owned(), &b)],
        &CompareOptions { resamples: 500, ..CompareOptions::default() },
    );
    let text = comparison(&models, &wide(80));
    assert!(!text.contains('\u{1b}'));
    assert_snapshot!(text);
}

#[test]
fn scales_stand_beside_alphas_where_the_width_allows() {
    let (mut a, mut b) = pair();
    for (place, details) in [&mut a, &mut b].into_iter().enumerate() {
        for (row, norm) in details.rows.iter_mut().zip([0.1, 0.3, 0.6, 0.9, 1.0, 1.1, 1.3]) {
            row.set(&LOG_SPECTRAL_NORM, norm + place as f64 * 0.4);
        }
    }
    let tables = [("little".to_owned(), &a), ("much".to_owned(), &b)];
    let models = compare(&tables, &CompareOptions { resamples: 500, ..CompareOptions::default() });
    let picture =
        |options: &TextOptions| comparison(&models, options).split("\n\n").next().unwrap().to_owned();
    let text = picture(&wide(120));
    assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 120), "{text}");
    assert_snapshot!(text);
    assert!(!picture(&wide(99)).contains("log spectral norm"), "no room: they stand below");
    let coloured = picture(&TextOptions { color: true, ..wide(120) });
    let mut plain = coloured.clone();
    ["35", "36", "2", "0"].iter().for_each(|ink| plain = plain.replace(&format!("\u{1b}[{ink}m"), ""));
    assert!(coloured != plain && plain == text, "colours move nothing");
    let three = [tables[0].clone(), tables[1].clone(), ("third".to_owned(), &a)];
    let models = compare(&three, &CompareOptions { resamples: 50, ..CompareOptions::default() });
    let text = comparison(&models, &wide(140));
    assert!(text.lines().next().unwrap().contains("log spectral norm"), "{text}");
}

#[test]
fn many_models_have_a_strip_each() {
    let alphas = [[1.5, 2.5, 2.5, 3.0], [3.0, 3.5, 4.5, 7.0], [6.5, 8.0, 9.0, 30.0]];
    let series = [("one", &alphas[0][..]), ("two", &alphas[1][..]), ("three", &alphas[2][..])];
    assert_snapshot!(overlay(&series, &wide(80)));
}

#[test]
fn overlaid_bars_keep_their_colours_apart() {
    let text = overlay(
        &[("one", &[2.5, 3.5, 3.6][..]), ("two", &[3.5][..])],
        &TextOptions { color: true, ..wide(60) },
    );
    assert_snapshot!(text.replace('\u{1b}', "␛"));
}

#[test]
fn summaries_of_many_models_are_parted_at_the_width() {
    let (a, b) = pair();
    let tables: Vec<(String, &Details)> =
        (0..6).map(|index| (format!("model-{index}"), if index % 2 == 0 { &a } else { &b })).collect();
    let models = compare(&tables, &CompareOptions { resamples: 50, ..CompareOptions::default() });
    let text = summaries(&models, &wide(80));
    assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{text}");
    assert_eq!(text.matches("alpha mean").count(), 2, "{text}");
}
