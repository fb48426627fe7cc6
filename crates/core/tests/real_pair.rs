//! The bundled trained pair through the engine: known answers, and none that hangs on the machine.

use std::path::PathBuf;

use heavytail::columns_fit::ALPHA;
use heavytail::columns_layer::NAME;
use heavytail::columns_spectrum::LOG_SPECTRAL_NORM;
use heavytail::columns_stable::ALPHA_STABLE;
use heavytail::{AnalyzeOptions, Cancel, CompareOptions, Details, Model, Silent, analyze, compare, open};
use proptest::prelude::*;

use crate::memory_model::{noise, table, tensor};

fn example(name: &str, options: AnalyzeOptions) -> Details {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../examples", name].iter().collect();
    let source = open(&path).unwrap();
    analyze(&Model::new(source.as_ref()), &options.check().unwrap(), &Silent, &Cancel::new()).unwrap()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn the_pair_has_the_published_means_and_the_right_model_had_less_data() {
    let little = example("tiny-gpt-little-data", AnalyzeOptions::default());
    let much = example("tiny-gpt-much-data", AnalyzeOptions::default());
    let of = |details: &Details, column| mean(&details.fitted(column));
    assert!((of(&little, &ALPHA) - 4.40).abs() < 0.005, "{}", of(&little, &ALPHA));
    assert!((of(&much, &ALPHA) - 3.46).abs() < 0.005, "{}", of(&much, &ALPHA));
    assert!(of(&little, &LOG_SPECTRAL_NORM) < of(&much, &LOG_SPECTRAL_NORM));
    assert!(of(&little, &ALPHA_STABLE) > of(&much, &ALPHA_STABLE) + 0.2);
    let comparison =
        compare(&[("little".to_owned(), &little), ("much".to_owned(), &much)], &CompareOptions::default());
    assert!(
        comparison.pairs[0].sentence.starts_with("little was trained with less data for its size than much"),
        "{}",
        comparison.pairs[0].sentence
    );
}

#[test]
fn one_thread_and_eight_give_the_same_bits() {
    let of = |threads| example("tiny-gpt-much-data", AnalyzeOptions { threads, ..AnalyzeOptions::default() });
    let (one, eight) = (of(1), of(8));
    assert_eq!(one.rows, eight.rows);
}

#[test]
fn a_cancelled_run_says_that_it_was_interrupted() {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../examples/tiny-gpt-much-data"].iter().collect();
    let source = open(&path).unwrap();
    let cancel = Cancel::new();
    cancel.cancel();
    let options = AnalyzeOptions::default().check().unwrap();
    let details = analyze(&Model::new(source.as_ref()), &options, &Silent, &cancel).unwrap();
    assert!(details.interrupted && details.rows.is_empty());
}

#[test]
fn a_filter_that_names_no_layer_is_told() {
    let layers = vec!["transformer.wte".to_owned(), "nowhere".to_owned()];
    let details = example("tiny-gpt-much-data", AnalyzeOptions { layers, ..AnalyzeOptions::default() });
    assert_eq!(details.rows.len(), 1);
    assert_eq!(details.rows[0].text(&NAME), "transformer.wte");
    assert_eq!(details.warnings, ["--layers: `nowhere` is no layer of this model"]);
}

fn alpha_of(elements: &[f64], options: &AnalyzeOptions) -> f64 {
    let details = table(vec![tensor("w.weight", &[48, 24], elements)], options.clone());
    details.rows[0].number(&ALPHA).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn scale_free_alpha_does_not_depend_on_the_scale(seed in 0_u64..1000, exponent in -6.0..6.0_f64) {
        let elements = noise(48 * 24, seed);
        let options = AnalyzeOptions { scale_free: true, ..AnalyzeOptions::default() };
        let scale = 10.0_f64.powf(exponent);
        let scaled: Vec<f64> = elements.iter().map(|x| x * scale).collect();
        let (plain, other) = (alpha_of(&elements, &options), alpha_of(&scaled, &options));
        prop_assert!((plain - other).abs() <= 1e-7 * plain, "{} {}", plain, other);
    }

    #[test]
    fn alpha_does_not_depend_on_the_order_of_rows_or_on_transposition(seed in 0_u64..1000, shift in 1_usize..47) {
        let elements = noise(48 * 24, seed);
        let rolled: Vec<f64> = elements.iter().cycle().skip(shift * 24).take(48 * 24).copied().collect();
        let transposed: Vec<f64> = (0..24).flat_map(|j| (0..48).map(move |i| (i, j))).map(|(i, j)| elements[i * 24 + j]).collect();
        let options = AnalyzeOptions::default();
        let plain = alpha_of(&elements, &options);
        prop_assert!((plain - alpha_of(&rolled, &options)).abs() <= 1e-9 * plain);
        let details = table(vec![tensor("w.weight", &[24, 48], &transposed)], options);
        prop_assert!((plain - details.rows[0].number(&ALPHA).unwrap()).abs() <= 1e-9 * plain);
    }
}
