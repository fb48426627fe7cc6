//! The reference's own lists of layers (`fixtures/golden`), reproduced in compat mode.

use std::path::PathBuf;

use heavytail_layers::{Layer, LayerKind, LayerOptions, ModuleHint, Selector, discover_with_hints};

use crate::source::Listing;

/// Left out of the fixture's weights for its size; its rows are in the golden tables.
const MID: (&str, &[usize]) = ("mid.weight", &[768, 3072]);

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/golden").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(name: &str) -> serde_json::Value {
    serde_json::from_slice(&fixture(name)).unwrap()
}

/// Names and shapes of the tensors in a golden file, sorted by name.
pub(crate) fn weights_in(file: &str) -> Vec<(String, Vec<usize>)> {
    let file = fixture(file);
    let length = usize::try_from(u64::from_le_bytes(file[..8].try_into().unwrap())).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&file[8..8 + length]).unwrap();
    let extents = |entry: &serde_json::Value| -> Vec<usize> {
        let shape = entry["shape"].as_array().unwrap();
        shape.iter().map(|extent| usize::try_from(extent.as_u64().unwrap()).unwrap()).collect()
    };
    let tensors = header.as_object().unwrap().iter().filter(|(name, _)| *name != "__metadata__");
    let mut tensors: Vec<_> = tensors.map(|(name, entry)| (name.clone(), extents(entry))).collect();
    tensors.sort();
    tensors
}

fn weights() -> Vec<(String, Vec<usize>)> {
    let mut tensors = weights_in("matrices.safetensors");
    tensors.push((MID.0.to_owned(), MID.1.to_vec()));
    tensors.sort();
    tensors
}

/// The golden weights as the plain dict that the reference was given, less the layers in `without`.
fn state_dict(without: &[&str]) -> Listing {
    let weights = weights();
    let order = json("order.json");
    let layers = order["layers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let mut tensors: Vec<(&str, &[usize])> = Vec::new();
    for layer in layers.filter(|layer| !without.contains(layer)) {
        let of_layer = |leaf: &str| weights.iter().find(|(name, _)| *name == format!("{layer}.{leaf}"));
        tensors.extend(["weight", "bias"].iter().filter_map(|leaf| of_layer(leaf)).map(listed));
    }
    Listing::new(&tensors)
}

/// The golden weights of these layers only, in the golden order.
pub(crate) fn only(keep: &[&str]) -> Listing {
    let order = json("order.json");
    let names = order["layers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let others: Vec<_> = names.filter(|name| !keep.contains(name)).collect();
    state_dict(&others)
}

/// The five layers of the golden runs that are slow or special.
pub(crate) const SMALL: [&str; 5] = ["dense_wide", "small12", "square", "chain_b", "spiked"];

fn listed((name, shape): &(String, Vec<usize>)) -> (&str, &[usize]) {
    (name, shape)
}

pub(crate) fn compat() -> LayerOptions {
    LayerOptions { compat: true, ..LayerOptions::default() }
}

fn layers(words: &[&str]) -> LayerOptions {
    LayerOptions { select: Selector::parse_list(words).unwrap(), ..compat() }
}

/// Holds the layers against the golden table's columns that are known before any maths.
#[track_caller]
fn assert_rows(table: &str, source: &Listing, options: &LayerOptions, hints: &[ModuleHint]) {
    let found = discover_with_hints(source, options, hints).unwrap().layers;
    let text = fixture(table);
    let mut reader = csv::Reader::from_reader(text.as_slice());
    let header = reader.headers().unwrap().clone();
    let golden: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert!(!golden.is_empty(), "{table} has no rows");
    assert_eq!(golden.len(), found.len(), "{table}: number of layers");
    for (record, layer) in golden.iter().zip(&found) {
        for (column, value) in header.iter().zip(record) {
            if let Some(ours) = cell(layer, column, table.contains("describe")) {
                assert_eq!(ours, value, "{table}: {column} of {}", layer.longname);
            }
        }
    }
}

fn cell(layer: &Layer, column: &str, describes: bool) -> Option<String> {
    Some(match column {
        "layer_id" => layer.id.to_string(),
        "name" => layer.name.clone(),
        "longname" => layer.longname.clone(),
        "layer_type" => layer.kind.name().to_owned(),
        "N" => layer.n.to_string(),
        "M" => layer.m.to_string(),
        "Q" if layer.n.is_multiple_of(layer.m) => layer.q().to_string(),
        "rf" => layer.rf.to_string(),
        "num_evals" if describes => layer.reported_evals().to_string(),
        "num_evals" => layer.num_evals().to_string(),
        "slice_id" => layer.slice_id.unwrap_or(0).to_string(),
        _ => return None,
    })
}

#[test]
fn a_state_dict_has_the_reference_s_layers() {
    let all = state_dict(&[]);
    assert_rows("describe.csv", &all, &compat(), &[]);
    assert_rows("details_default.csv", &all, &compat(), &[]);
    let slices = LayerOptions { pool: false, ..compat() };
    assert_rows("describe_pool_false.csv", &all, &slices, &[]);
    assert_rows("details_pool_false.csv", &state_dict(&["mid"]), &slices, &[]);
}

#[test]
fn limits_leave_out_what_the_reference_leaves_out() {
    let all = state_dict(&[]);
    assert_rows("details_min_evals50.csv", &all, &LayerOptions { min_evals: 50, ..compat() }, &[]);
    assert_rows("details_max_evals100.csv", &all, &LayerOptions { max_evals: 100, ..compat() }, &[]);
    let limits = LayerOptions { max_n: Some(400), max_evals: 400, ..compat() };
    assert_rows("details_max_N400.csv", &all, &limits, &[]);
}

#[test]
fn filters_keep_what_the_reference_keeps() {
    let fast = state_dict(&["mid"]);
    assert_rows("details_layers_keep_ids.csv", &fast, &layers(&["2,8,6"]), &[]);
    assert_rows("details_layers_drop_ids.csv", &fast, &layers(&["-2", "-8", "-6"]), &[]);
    assert_rows("details_layers_names.csv", &fast, &layers(&["dense_wide", "small12"]), &[]);
    assert_rows("details_layers_drop_names.csv", &fast, &layers(&["-dense_wide", "-small12"]), &[]);
    assert_rows("details_layers_type_conv2d.csv", &fast, &layers(&["conv2d"]), &[]);
}

#[test]
fn ids_start_where_the_reference_starts_them() {
    let options = LayerOptions { start_ids: 5, ..compat() };
    assert_rows("details_start_ids5.csv", &only(&SMALL), &options, &[]);
    let weights = weights();
    let sorted: Vec<_> = weights.iter().map(listed).collect();
    let directory = Listing::new(&sorted).at(env!("CARGO_MANIFEST_DIR"));
    assert_rows("details_directory.csv", &directory, &compat(), &[]);
}

/// The module tree of `torch_modules.json`: its weights, and what it calls them.
fn module_tree(start: i64) -> (Listing, Vec<ModuleHint>) {
    let weights = weights();
    let (mut tensors, mut hints) = (Vec::new(), Vec::new());
    for module in json("torch_modules.json").as_array().unwrap() {
        let [id, longname, class, tensor] = &module.as_array().unwrap()[..] else { panic!("four fields") };
        let kind = match class.as_str().unwrap() {
            "Linear" => LayerKind::Dense,
            "Conv1D" => LayerKind::Conv1d,
            "Conv2d" => LayerKind::Conv2d,
            "Embedding" => LayerKind::Embedding,
            _ => continue,
        };
        let longname = longname.as_str().unwrap();
        let weight = weights.iter().find(|(name, _)| Some(name.as_str()) == tensor.as_str()).unwrap();
        let name = longname.rsplit('.').next().unwrap().to_owned();
        let id = id.as_i64().unwrap() + start;
        hints.push(ModuleHint { tensor: tensors.len(), id, name, longname: longname.to_owned(), kind });
        tensors.push(listed(weight));
    }
    (Listing::new(&tensors), hints)
}

#[test]
fn a_module_tree_has_the_reference_s_layers() {
    let (tree, hints) = module_tree(0);
    assert_rows("details_torch_default.csv", &tree, &compat(), &hints);
    assert_rows("details_torch_types.csv", &tree, &layers(&["conv2d", "embedding"]), &hints);
    let (tree, hints) = module_tree(1);
    assert_rows("details_torch_start_ids1.csv", &tree, &compat(), &hints);
}

/// The options of one run of `layers/shapes.py`.
fn run_options(options: &serde_json::Value) -> LayerOptions {
    let size = |key: &str, default| {
        options.get(key).map_or(default, |value| usize::try_from(value.as_u64().unwrap()).unwrap())
    };
    let listed = options.get("layers").and_then(|words| words.as_array()).cloned().unwrap_or_default();
    let words: Vec<String> =
        listed.iter().map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)).collect();
    LayerOptions {
        pool: options.get("pool").is_none_or(|pool| pool.as_bool().unwrap()),
        min_evals: size("min_evals", 8),
        max_evals: size("max_evals", 15_000),
        start_ids: options.get("start_ids").map_or(0, |id| id.as_i64().unwrap()),
        select: Selector::parse_list(&words).unwrap(),
        ..compat()
    }
}

#[test]
fn weights_of_many_shapes_are_the_layers_that_the_reference_sees() {
    let made = json("layers/shapes.json");
    let tensors: Vec<(String, Vec<usize>)> = serde_json::from_value(made["tensors"].clone()).unwrap();
    let source = Listing::new(&tensors.iter().map(listed).collect::<Vec<_>>());
    for (run, options) in made["runs"].as_object().unwrap() {
        assert_rows(&format!("layers/describe_{run}.csv"), &source, &run_options(options), &[]);
    }
}

#[test]
fn without_compat_only_exchanged_sizes_and_their_limits_differ() {
    let all = state_dict(&[]);
    let ours = discover_with_hints(&all, &LayerOptions::default(), &[]).unwrap().layers;
    let theirs = discover_with_hints(&all, &compat(), &[]).unwrap().layers;
    assert_eq!(ours.len(), theirs.len());
    for (our, their) in ours.iter().zip(&theirs) {
        assert_eq!((our.id, &our.matrices), (their.id, &their.matrices));
        if our.longname == "conv_even" {
            assert_eq!((our.n, our.m, their.n, their.m), (24, 8, 8, 24));
        } else {
            assert_eq!((our.n, our.m), (their.n, their.m));
        }
        assert!(our.n >= our.m);
    }
}
