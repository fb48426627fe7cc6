//! Rows that are made of several tensors: updates, differences, products and the stack.

use heavytail_layers::{
    AdapterConfig, Adapters, BaseMatch, LayerOptions, Reason, ScaleSource, Stack, base_options, discover,
    find_adapters, intra_pairs, match_base,
};

use crate::golden_layers::{SMALL, compat, fixture, only, weights_in};
use crate::source::Listing;

/// The columns of a golden table, row by row.
fn golden(table: &str, columns: [&str; 4]) -> Vec<[String; 4]> {
    let text = fixture(table);
    let mut reader = csv::Reader::from_reader(text.as_slice());
    let header = reader.headers().unwrap().clone();
    let place = |column: &&str| header.iter().position(|name| name == *column).unwrap();
    let places: Vec<_> = columns.iter().map(place).collect();
    let row = |record: csv::StringRecord| std::array::from_fn(|column| record[places[column]].to_owned());
    reader.records().map(Result::unwrap).map(row).collect()
}

fn words<const N: usize>(values: [&dyn ToString; N]) -> [String; N] {
    values.map(ToString::to_string)
}

fn lora() -> Listing {
    let weights = weights_in("lora.safetensors");
    let tensors: Vec<_> = weights.iter().map(|(name, shape)| (name.as_str(), &shape[..])).collect();
    Listing::new(&tensors)
}

#[test]
fn an_adapter_has_the_reference_s_rows() {
    let columns = ["layer_id", "name", "N", "M"];
    let found = find_adapters(&lora(), &compat(), None, None).unwrap();
    let rows: Vec<_> = found.updates.iter().map(|row| words([&row.id, &row.name, &row.n, &row.m])).collect();
    assert_eq!(rows, golden("details_peft.csv", columns));
    assert!(found.coverage.is_empty());
    let with_base = golden("details_peft_with_base.csv", columns);
    for update in &found.updates {
        let merged = update.merged.as_ref().unwrap();
        assert!(!merged.in_base_model);
        assert_eq!(merged.kept, update.rank);
        for row in [
            words([&merged.base.id, &merged.base.name, &merged.base.n, &merged.base.m]),
            words([&merged.id, &merged.name, &update.n, &update.m]),
        ] {
            assert!(with_base.contains(&row), "{row:?}");
        }
    }
}

#[test]
fn an_update_is_turned_as_the_weight_that_it_is_added_to() {
    let source = Listing::new(&[
        ("tall.base_layer.weight", &[96, 64]),
        ("tall.lora_A.weight", &[8, 64]),
        ("tall.lora_B.weight", &[96, 8]),
        ("wide.base_layer.weight", &[64, 96]),
        ("wide.lora_A.weight", &[8, 96]),
        ("wide.lora_B.weight", &[64, 8]),
        ("gpt.base_layer.weight", &[96, 64]),
        ("gpt.lora_A.weight", &[8, 96]),
        ("gpt.lora_B.weight", &[64, 8]),
        ("conv.base_layer.weight", &[32, 16, 3, 3]),
        ("conv.lora_A.weight", &[8, 16, 3, 3]),
        ("conv.lora_B.weight", &[32, 8, 1, 1]),
    ]);
    let Adapters { updates, coverage } =
        find_adapters(&source, &LayerOptions::default(), None, None).unwrap();
    assert!(coverage.is_empty(), "{coverage:?}");
    for update in &updates {
        let base = &update.merged.as_ref().unwrap().base;
        assert_eq!(update.products.len(), base.matrices.len(), "{}", update.name);
        for (product, matrix) in update.products.iter().zip(&base.matrices) {
            assert_eq!(product.shape(), (matrix.rows, matrix.cols), "{}", update.name);
            assert_eq!((product.left.cols, product.right.cols), (8, 8));
        }
    }
    let conv = &updates[3];
    assert_eq!((conv.n, conv.m, conv.products.len()), (32, 16, 9));
    let second = conv.products[1].right;
    assert_eq!((second.first, second.row_step, second.col_step), (1, 9, 16 * 9));
}

#[test]
fn factors_that_do_not_fit_say_why() {
    let source = Listing::new(&[
        ("a.lora_A.weight", &[8, 64]),
        ("b.lora_A.weight", &[8, 64]),
        ("b.lora_B.weight", &[96, 12]),
        ("c.lora_A.weight", &[4, 64]),
        ("c.lora_B.weight", &[96, 4]),
        ("d.weight", &[50, 50]),
        ("d.lora_A.weight", &[8, 64]),
        ("d.lora_B.weight", &[96, 8]),
    ]);
    let found = find_adapters(&source, &LayerOptions::default(), None, None).unwrap();
    let told: Vec<_> =
        found.coverage.iter().map(|entry| format!("{} {}", entry.name, entry.reason)).collect();
    let expected = [
        "a.lora_A is half of a low-rank update; `a.lora_B` is not in the file",
        "b.lora_BA has factors of shapes [8, 64] and [96, 12], which can't be multiplied",
        "c.lora_BA has 4 eigenvalues, fewer than min_evals = 8",
        "d.lora_W_plus_AB is 96x64, but its base weight is 50x50",
    ];
    assert_eq!(told, expected);
    assert_eq!(found.updates.len(), 1);
    assert_eq!(found.updates[0].merged, None);
}

#[test]
fn an_adapter_finds_its_base_model_and_its_scale() {
    let prefix = "base_model.model.h.0.mlp";
    let names =
        ["lora_A.weight", "lora_B.weight", "lora_magnitude_vector"].map(|leaf| format!("{prefix}.{leaf}"));
    let shapes: [&[usize]; 3] = [&[8, 64], &[96, 8], &[96]];
    let tensors: Vec<_> = names.iter().map(String::as_str).zip(shapes).collect();
    let source = Listing::new(&tensors);
    let options = LayerOptions::default();
    let base = discover(&Listing::new(&[("h.0.mlp.weight", &[96, 64])]), &base_options(&options)).unwrap();
    let config = AdapterConfig::parse(r#"{"lora_alpha": 32, "use_dora": true}"#).unwrap();
    let found = find_adapters(&source, &options, Some(&config), Some(&base)).unwrap();
    let update = &found.updates[0];
    assert_eq!((update.scale.to_bits(), update.scale_source), (4.0_f64.to_bits(), ScaleSource::Config));
    let merged = update.merged.as_ref().unwrap();
    assert_eq!((merged.in_base_model, merged.magnitude, merged.kept), (true, Some(2), 64));
    let without = find_adapters(&source, &options, None, None).unwrap();
    assert_eq!(without.updates[0].scale_source, ScaleSource::Missing);
    assert_eq!(without.updates[0].merged, None);
}

#[test]
fn a_base_model_is_matched_by_full_name_and_shape() {
    let model = Listing::new(&[("a.weight", &[40, 20]), ("b.weight", &[40, 20]), ("c.weight", &[40, 20])]);
    let base = Listing::new(&[
        ("other.weight", &[40, 20]),
        ("my_a.weight", &[40, 20]),
        ("a.weight", &[40, 20]),
        ("c.weight", &[20, 40]),
    ]);
    let layers = |source: &Listing, options| discover(source, options).unwrap().layers;
    let options = LayerOptions::default();
    let (own, other) = (layers(&model, &options), layers(&base, &base_options(&options)));
    let matches = match_base(&own, &other, false);
    assert!(matches!(&matches[0], BaseMatch::Layer(layer) if layer.longname == "a"));
    assert_eq!(matches[1], BaseMatch::Missing);
    assert_eq!(matches[2].message().unwrap(), "is 40x20, but 20x40 in the base model");
    let walked = match_base(&own, &other, true);
    assert!(walked.iter().all(|found| *found == BaseMatch::Missing));
    let late = match_base(&own, &other[1..], true);
    assert!(matches!(&late[0], BaseMatch::Layer(layer) if layer.longname == "my_a"));
    assert!(late[1..].iter().all(|found| *found == BaseMatch::Missing));
}

#[test]
fn a_missing_base_layer_is_passed_over_as_in_the_reference() {
    let own = discover(&only(&SMALL), &compat()).unwrap().layers;
    let without_square: Vec<_> = own.iter().filter(|layer| layer.name != "square").cloned().collect();
    for compat in [false, true] {
        let matches = match_base(&own, &without_square, compat);
        let missing: Vec<_> =
            own.iter().zip(&matches).filter(|(_, found)| **found == BaseMatch::Missing).collect();
        assert_eq!(missing.len(), 1);
        assert_eq!(missing[0].0.name, "square");
    }
}

#[test]
fn the_stack_and_the_products_have_the_reference_s_sizes() {
    let layers = |keep: &[&str]| discover(&only(keep), &compat()).unwrap().layers;
    let chained = layers(&["chain_a", "chain_b", "conv3"]);
    let stack = Stack::new(&chained, true).unwrap();
    let (n, m) = stack.size();
    let stacked = golden("details_stacked.csv", ["longname", "N", "M", "num_evals"]);
    assert_eq!(stacked, [words([&stack.blocks[0].layer.longname, &n, &m, &stack.kept])]);
    assert_eq!(Stack::new(&chained, false).unwrap().kept, 288);
    assert_eq!(Stack::new(&[], false), None);
    let pairs = intra_pairs(&layers(&["chain_a", "chain_b"]));
    let rows: Vec<_> =
        pairs.iter().map(|pair| words([&pair.second.id, &pair.name, &pair.n, &pair.m])).collect();
    assert_eq!(rows, golden("details_intra_nosparsify.csv", ["layer_id", "name", "N", "M"]));
}

#[test]
fn an_update_of_few_eigenvalues_is_left_out_by_its_rank() {
    let options = LayerOptions { min_evals: 12, ..LayerOptions::default() };
    let found = find_adapters(&lora(), &options, None, None).unwrap();
    assert_eq!(found.updates.len(), 1);
    assert_eq!(found.coverage[0].reason, Reason::TooFewEigenvalues { evals: 8, min_evals: 12 });
}
