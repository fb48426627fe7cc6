//! Other tables: distances against the reference, planted traps, laws of planted weights, one ESD.

use heavytail::column::find;
use heavytail::columns_layer::{NAME, REASON};
use heavytail::inspect::columns_distance::{DELTA_B, DELTA_W};
use heavytail::inspect::columns_trap_burden::{
    BULK_MODE_COUNT, IPR_LIFT, OV_LAM_WEIGHTED_MEAN, OV_RANK_MEAN, SPECTRAL_EXCESS_REL, TOP_5_LIFT,
    TRAP_VARIANCE_BURDEN, U_TOP1_MASS,
};
use heavytail::inspect::columns_trap_vectors::{LEFT_TOP_MASS, U_EFFECTIVE_SUPPORT, V_GINI_ABS};
use heavytail::inspect::columns_traps::{
    EVAL_PERM, MP_BULK_MAX, RANK1_MASS_AFTER_UNPERMUTE, SIGMA_TRAP_TOP, TOP_5_MASS, TRAP_INDEX, TRAP_Q,
};
use heavytail::inspect::columns_weights::{DISTRIBUTION, IS_BEST_FIT, NUM_WEIGHTS, SIDE};
use heavytail::inspect::{DistanceMethod, analyze_traps, analyze_weights, distances, esd, mean_distances};
use heavytail::summary::{Over, summary};
use heavytail::{AnalyzeOptions, Cancel, Model, Value};
use heavytail_formats::MemorySource;
use heavytail_testkit::golden::Rules;
use serde_json::Value as Json;

use crate::golden_run::{assert_golden, compat, golden, matrices, row, run, strict, weights};
use crate::memory_model::{noise, tensor};

#[test]
fn distances_are_the_references() {
    let (first, second) = (matrices(), weights("second.safetensors"));
    let (first, second) = (Model::new(first.as_ref()), Model::new(second.as_ref()));
    // Its arithmetic is that of f32.
    // Its raw rows give two axes of the tensor for N and M, and its others don't exchange them as its tables do.
    let rules = Rules { relative: 1e-5, skip_columns: &["b_shape", "method", "N", "M"], ..strict() };
    for method in [DistanceMethod::Raw, DistanceMethod::Euclidean, DistanceMethod::Cka] {
        let details = distances(&first, &second, method, &compat().check().unwrap()).unwrap();
        assert_golden(&format!("distances_{}.csv", method.word()), &details, &rules);
    }
    let slices = AnalyzeOptions { pool: false, ..compat() }.check().unwrap();
    let details = distances(&first, &second, DistanceMethod::Euclidean, &slices).unwrap();
    assert_golden("distances_euclidean_pool_false.csv", &details, &rules);
}

#[test]
fn a_layer_without_a_partner_of_its_shape_keeps_its_row_and_biases_count_in_the_raw_distance() {
    let of = |rows: usize, shift: f64| {
        let bias: Vec<f64> = (0..20).map(|i| f64::from(i) + shift).collect();
        MemorySource::new(vec![
            tensor("a.weight", &[20, 30], &noise(600, 1)),
            tensor("a.bias", &[20], &bias),
            tensor("b.weight", &[rows, 20], &noise(rows * 20, 2)),
        ])
        .unwrap()
    };
    let (first, second) = (of(40, 0.0), of(50, 2.0));
    let options = AnalyzeOptions::default().check().unwrap();
    let details =
        distances(&Model::new(&first), &Model::new(&second), DistanceMethod::Raw, &options).unwrap();
    assert_eq!(row(&details, "a").number(&DELTA_W), Some(0.0));
    assert!((row(&details, "a").number(&DELTA_B).unwrap() - 80.0_f64.sqrt()).abs() < 1e-12);
    assert_eq!(row(&details, "b").number(&DELTA_W), None);
    assert_eq!(row(&details, "b").text(&REASON), "is 40x20, but 50x20 in the other model");
    assert!(mean_distances(&details).0.abs() < 1e-15);
}

#[test]
fn a_planted_trap_is_one_row_that_tells_how_localized_it_is() {
    let mut trapped = noise(300 * 200, 5);
    trapped[17] = 40.0;
    let source = MemorySource::new(vec![
        tensor("trap.weight", &[300, 200], &trapped),
        tensor("clean.weight", &[300, 200], &noise(60_000, 6)),
        tensor("conv.weight", &[20, 12, 3, 3], &noise(20 * 12 * 9, 7)),
    ])
    .unwrap();
    let options = AnalyzeOptions::default().check().unwrap();
    let details = analyze_traps(&Model::new(&source), &options, &Cancel::new()).unwrap();
    assert_eq!(details.rows.len(), 1);
    let trap = &details.rows[0];
    let number = |column| trap.number(column).unwrap();
    assert_eq!((trap.text(&NAME), trap.integer(&TRAP_INDEX)), ("trap", Some(1)));
    assert!(number(&EVAL_PERM) > 1500.0 && number(&EVAL_PERM) > number(&MP_BULK_MAX));
    // One element makes it: one place on either side, and in the layer the direction of that element.
    assert!(number(&TRAP_Q) > 0.8 && number(&U_EFFECTIVE_SUPPORT) < 1.5 && number(&V_GINI_ABS) > 0.9);
    assert!(number(&LEFT_TOP_MASS) > 0.9 && number(&RANK1_MASS_AFTER_UNPERMUTE) > 0.9);
    assert!(number(&SIGMA_TRAP_TOP) > 35.0 && number(&TOP_5_MASS) > 0.05);
    // Held against ten modes of the bulk it is more localized, and weighs something.
    assert_eq!(trap.integer(&BULK_MODE_COUNT), Some(10));
    assert!(number(&IPR_LIFT) > 10.0 && number(&TOP_5_LIFT) > 1.0 && number(&U_TOP1_MASS) > 0.3);
    assert!(number(&TRAP_VARIANCE_BURDEN) > 0.0 && number(&SPECTRAL_EXCESS_REL) > 1.0);
    // The layer's own largest direction is the trap's.
    assert!(number(&OV_RANK_MEAN) < 20.0 && number(&OV_LAM_WEIGHTED_MEAN) > 1000.0);
    assert_eq!(details.warnings, ["conv: has 9 matrices: traps are sought in layers of one"]);
}

#[test]
fn the_law_of_planted_weights_is_found_on_either_side() {
    // Exponential magnitudes of either sign: a Laplace law of the whole, an exponential on each side.
    let weights: Vec<f64> = (0..4000)
        .map(|i| {
            let share = (f64::from(i / 2) + 0.5) / 2000.0;
            let magnitude = -(1.0 - share).ln();
            if i % 2 == 0 { magnitude } else { -magnitude }
        })
        .collect();
    let source = MemorySource::new(vec![tensor("w.weight", &[80, 50], &weights)]).unwrap();
    let options = AnalyzeOptions::default().check().unwrap();
    let details = analyze_weights(&Model::new(&source), &options, &Cancel::new()).unwrap();
    assert_eq!(details.rows.len(), 8);
    let best: Vec<_> = details
        .rows
        .iter()
        .filter(|row| row.get(&IS_BEST_FIT) == Some(&Value::Flag(true)))
        .map(|row| (row.text(&SIDE), row.text(&DISTRIBUTION), row.integer(&NUM_WEIGHTS)))
        .collect();
    assert_eq!(best, [("left", "exponential", Some(2000)), ("right", "exponential", Some(2000))]);
}

#[test]
fn the_esd_of_one_layer_is_that_of_its_row_and_an_unknown_layer_is_named() {
    let source = matrices();
    let model = Model::new(source.as_ref());
    let options = AnalyzeOptions::default().check().unwrap();
    let found = esd(&model, "conv3", &options).unwrap();
    assert_eq!(found.count(), 288);
    let curves = run(&model, AnalyzeOptions { keep_curves: true, ..AnalyzeOptions::default() });
    let at = curves.rows.iter().position(|row| row.text(&NAME) == "conv3").unwrap();
    assert_eq!(found.eigenvalues(), curves.curves[at].as_ref().unwrap().eigenvalues);
    let unknown = esd(&model, "conv9", &options).unwrap_err().to_string();
    assert_eq!(unknown, "no layer of this model is called `conv9`");
}

#[test]
fn summaries_are_the_references_over_the_layers_that_are_in_the_repository() {
    // The golden means are over 20 layers, one of which (`mid`) has no weights here: its row is in the golden table.
    let text = std::fs::read_to_string(golden("summary.json")).unwrap();
    let golden_means: Json = serde_json::from_str(&text).unwrap();
    let mut reader = csv::Reader::from_path(golden("details_mp_fit.csv")).unwrap();
    let rows: Vec<std::collections::BTreeMap<String, String>> =
        reader.deserialize().collect::<Result<_, _>>().unwrap();
    let mid = rows.iter().find(|row| row["name"] == "mid").unwrap();
    let source = matrices();
    let details = run(&Model::new(source.as_ref()), AnalyzeOptions { mp_fit: true, ..compat() });
    let ours = summary(&details, Over::AllRows);
    let count = details.rows.len() as f64;
    for (column, wanted) in golden_means["mp_fit"].as_object().unwrap() {
        let (_, mean) = ours.iter().find(|(known, _)| known.name == column).unwrap();
        let missing: f64 = mid[column].parse().unwrap();
        let all = (mean * count + missing) / (count + 1.0);
        assert!((all / wanted.as_f64().unwrap() - 1.0).abs() < 1e-8, "{column}: {all} {wanted}");
        assert!(find(column).is_some());
    }
}
