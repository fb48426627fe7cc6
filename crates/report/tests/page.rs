//! Planted models in, what their page says out: names stay text, numbers stay whole, sizes stay small.

use heavytail::columns_fit::{ALPHA, SIGMA};
use heavytail::columns_layer::LONGNAME;
use heavytail::{CompareOptions, Comparison, Details, VerdictOptions, compare};
use heavytail_report::{Error, PageInput, PageModel, write_page};
use serde_json::Value;

use crate::planted;

const HOSTILE: &str = "</script><img src=x onerror=alert(1)>&\u{2028}";

fn page(models: &[(&str, &Details)], comparison: Option<&Comparison>) -> String {
    let models: Vec<PageModel<'_>> =
        models.iter().map(|(label, details)| PageModel { label, details, files: &[] }).collect();
    let verdict = VerdictOptions::default();
    let mut out = Vec::new();
    write_page(&PageInput { models: &models, comparison, tuning: None, verdict, command: HOSTILE }, &mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
}

/// The page's data, and the page without it.
fn parts(page: &str) -> (Value, String) {
    let mark = "id=\"data\">";
    let from = page.find(mark).unwrap() + mark.len();
    let to = from + page[from..].find("</script>").unwrap();
    (serde_json::from_str(&page[from..to]).unwrap(), format!("{}{}", &page[..from], &page[to..]))
}

#[test]
fn the_data_says_what_the_table_says() {
    let details = planted::model(50, 384, &[3, 6, 7, 8, 9, 10], 1);
    let (data, _) = parts(&page(&[("planted", &details)], None));
    let model = &data["models"][0];
    let alphas = model["values"]["alpha"].as_array().unwrap();
    assert_eq!(alphas.len(), 50);
    for (row, alpha) in details.rows.iter().zip(alphas) {
        // The page has every digit; the test's own parser rounds the last.
        let (expected, told) = (row.number(&ALPHA).unwrap(), alpha.as_f64().unwrap());
        assert!((expected - told).abs() < 1e-14 * expected, "{expected} {told}");
    }
    assert_eq!(model["verdict"]["word"], "not-enough-data");
    assert_eq!(model["coverage"].as_array().unwrap().len(), 3);
    assert_eq!(model["roles"][3], "h.*.attn.c_proj");
    assert_eq!(data["band"], serde_json::json!([2.0, 6.0]));
}

#[test]
fn a_name_that_is_code_stays_text_everywhere() {
    let mut details = planted::model(6, 64, &[], 1);
    details.rows[0].set(&LONGNAME, HOSTILE);
    details.options.push((HOSTILE.to_owned(), HOSTILE.to_owned()));
    details.coverage.push(planted::uncovered(HOSTILE, &[1], HOSTILE, HOSTILE));
    let text = page(&[(HOSTILE, &details)], None);
    let (data, rest) = parts(&text);
    assert_eq!(data["models"][0]["names"][0], HOSTILE.trim());
    assert_eq!(data["command"], HOSTILE);
    assert!(!rest.contains("<img"));
    assert_eq!(text.matches("<img").count(), 0);
}

#[test]
fn a_row_without_a_fit_says_so_and_draws_nothing() {
    let mut details = planted::model(4, 64, &[], 1);
    details.rows.push(planted::unfitted(5, "zero"));
    details.curves.push(None);
    let (data, _) = parts(&page(&[("m", &details)], None));
    let model = &data["models"][0];
    assert_eq!(model["states"][4], "no-fit");
    assert_eq!(model["curves"][4], Value::Null);
    assert_eq!(model["values"]["reason"][4], "no eigenvalue above 1e-5");
}

#[test]
fn numbers_that_json_has_no_word_for_arrive() {
    let mut details = planted::model(4, 64, &[], 1);
    for (row, value) in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].into_iter().enumerate() {
        details.rows[row].set(&SIGMA, value);
    }
    let (data, _) = parts(&page(&[("m", &details)], None));
    let sigma = &data["models"][0]["values"]["sigma"];
    assert_eq!((&sigma[0], &sigma[1], &sigma[2]), (&"NaN".into(), &"Infinity".into(), &"-Infinity".into()));
}

#[test]
fn a_comparison_carries_its_pairs_as_rows() {
    let (a, b) = (planted::model(18, 96, &[1, 2], 1), planted::model(26, 96, &[], 70));
    let tables = [("a".to_owned(), &a), ("b".to_owned(), &b)];
    let comparison = compare(&tables, &CompareOptions::default());
    let (data, _) = parts(&page(&[("a", &a), ("b", &b)], Some(&comparison)));
    let pair = &data["pairs"][0];
    assert_eq!(pair["matched"].as_array().unwrap().len(), 18);
    assert_eq!(pair["only_second"].as_array().unwrap().len(), 8);
    assert_eq!(pair["sentence"], comparison.pairs[0].sentence.as_str());
}

#[test]
fn readers_without_scripts_find_the_sentence() {
    let details = planted::model(50, 384, &[3, 6, 7, 8, 9, 10], 1);
    let (_, rest) = parts(&page(&[("planted", &details)], None));
    let from = rest.find("<noscript>").unwrap();
    let to = rest.find("</noscript>").unwrap();
    assert!(rest[from..to].contains("<p>planted: Not enough data: 6 of 50 layers above 6"));
}

#[test]
fn a_disk_that_is_full_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let verdict = VerdictOptions::default();
    let input = PageInput { models: &[], comparison: None, tuning: None, verdict, command: "" };
    let error = write_page(&input, &mut Full).unwrap_err();
    assert!(matches!(error, Error::Write(_)));
    assert!(error.to_string().starts_with("can't be written: "));
}
