//! Whatever a checkpoint holds, each of its elements is in one matrix of one layer or listed with a reason.

use std::collections::BTreeSet;

use heavytail_formats::{Dtype, TensorSource};
use heavytail_layers::{Discovery, LayerOptions, MatrixView, Reason, Selector, discover};
use proptest::prelude::*;

use crate::source::Listing;

fn unlimited() -> LayerOptions {
    LayerOptions { min_evals: 0, max_evals: 0, ..LayerOptions::default() }
}

fn reason(name: &str, shape: &[usize], dtype: Dtype) -> Reason {
    let found = discover(&Listing::typed(&[(name, shape, dtype)]), &LayerOptions::default()).unwrap();
    assert!(found.layers.is_empty(), "{name} is a layer");
    assert_eq!(found.coverage[0].shape, shape);
    found.coverage[0].reason.clone()
}

#[test]
fn what_is_no_layer_says_why() {
    let wide = [64, 64];
    assert_eq!(reason("h.0.ln_1.weight", &[64], Dtype::F32), Reason::Norm);
    assert_eq!(reason("norm.running_var", &[64], Dtype::F32), Reason::Norm);
    assert_eq!(reason("fc.bias", &[64], Dtype::F32), Reason::Bias);
    assert_eq!(reason("h.0.attn.bias", &[1, 1, 64, 64], Dtype::F32), Reason::Bias);
    assert_eq!(reason("experts.down_proj_bias", &wide, Dtype::Bf16), Reason::Bias);
    assert_eq!(reason("cls_token", &[1, 1, 64], Dtype::F32), Reason::ScalarOrVector);
    assert_eq!(reason("logit_scale", &[], Dtype::F32), Reason::ScalarOrVector);
    assert_eq!(reason("ids.weight", &wide, Dtype::I64), Reason::NotFloat);
    assert_eq!(reason("rot.weight", &wide, Dtype::C64), Reason::NotFloat);
    assert_eq!(reason("fc.qweight", &wide, Dtype::I32), Reason::UnknownPacking);
    let codes = Listing::typed(&[("fc.weight", &wide[..], Dtype::U8)]).packed("int4 without scales");
    let found = discover(&codes, &LayerOptions::default()).unwrap();
    assert_eq!(found.coverage[0].reason, Reason::UnknownPacking);
    assert_eq!(reason("conv.weight_v", &[64, 64, 3], Dtype::F32), Reason::WeightNormPart);
    assert_eq!(reason("attn.causal_mask", &[1, 1, 64, 64], Dtype::F32), Reason::Buffer);
    assert_eq!(reason("fc.weight", &[0, 64], Dtype::F32), Reason::Empty);
    assert_eq!(reason("odd.weight", &[2; 6], Dtype::F32), Reason::TooManyAxes);
    let positions = 512 * 512;
    assert_eq!(reason("odd.weight", &[2, 2, 512, 512], Dtype::F32), Reason::KernelTooLarge { positions });
    let small = Reason::TooFewEigenvalues { evals: 4, min_evals: 8 };
    assert_eq!(reason("fc.weight", &[4, 6], Dtype::F32), small);
    assert_eq!(small.to_string(), "has 4 eigenvalues, fewer than min_evals = 8");
}

/// Last words of scales, and of what else lies beside codes.
const COMPANIONS: [&str; 8] =
    ["scales", "qweight", "zeros", "weight_scale", "w_scales", "w_blocks", "blocks", "weight_packed"];

#[test]
fn plain_weights_called_as_parts_of_packed_ones_are_layers() {
    for name in COMPANIONS.map(|word| format!("head.{word}")) {
        let tensors = [("other.ids", &[64, 64][..], Dtype::I64), (name.as_str(), &[64, 48], Dtype::F32)];
        let found = discover(&Listing::typed(&tensors), &LayerOptions::default()).unwrap();
        let [layer] = found.layers.as_slice() else { panic!("{name}: {:?}", found.coverage) };
        assert_eq!((layer.longname.as_str(), layer.n, layer.m), (name.as_str(), 64, 48));
    }
}

#[test]
fn scales_beside_codes_are_no_layers() {
    let wide = &[64, 48][..];
    let codes = [("head.codes", Dtype::I32), ("head.qweight", Dtype::I32), ("head.weight", Dtype::U8)];
    for ((codes, dtype), word) in codes.into_iter().flat_map(|one| COMPANIONS.map(|word| (one, word))) {
        let name = format!("head.{word}");
        if name == codes {
            continue;
        }
        let tensors = [(codes, wide, dtype), (name.as_str(), wide, Dtype::F16)];
        let found = discover(&Listing::typed(&tensors), &LayerOptions::default()).unwrap();
        assert!(found.layers.is_empty(), "{name} beside {codes}");
        assert_eq!(found.coverage[1].reason, Reason::UnknownPacking, "{name} beside {codes}");
    }
    let nested = [("fc.weight", wide, Dtype::U8), ("fc.weight.absmax", wide, Dtype::F32)];
    assert!(discover(&Listing::typed(&nested), &LayerOptions::default()).unwrap().layers.is_empty());
    // Of a model that is packed the codes may be in a shard that was not opened.
    let alone = Listing::new(&[("head.scales", wide)]).described(r#"{"quantization_config":{}}"#);
    assert!(discover(&alone, &LayerOptions::default()).unwrap().layers.is_empty());
}

#[test]
fn limits_of_rows_hold_in_compat_mode_only() {
    let source = Listing::new(&[("wte.weight", &[50_257, 768])]);
    assert_eq!(discover(&source, &LayerOptions::default()).unwrap().layers.len(), 1);
    let compat = LayerOptions { compat: true, ..LayerOptions::default() };
    let left_out = discover(&source, &compat).unwrap().coverage;
    assert_eq!(left_out[0].reason, Reason::TooManyRows { n: 50_257, max_n: 50_000 });
}

/// Names as checkpoints have them, of every rule that discovery knows.
const NAMES: &[&str] = &[
    "fc.weight",
    "fc.bias",
    "ln.weight",
    "pos_embed",
    "conv.weight",
    "dense/kernel",
    "dense/bias:0",
    "conv2d/kernel:0",
    "lstm.weight_ih_l0",
    "lstm.weight_hh_l0",
    "gru/gru_cell/recurrent_kernel",
    "gru/gru_cell/kernel",
    "attn.in_proj_weight",
    "attention/query/kernel",
    "attention/attention_output/kernel",
    "block.experts.up_proj",
    "stack.weight",
    "embedding/embeddings",
    "packed.scales",
    "bare",
    "weight",
    "",
    "a.b.weight_v",
];

const TYPES: &[Dtype] =
    &[Dtype::F32, Dtype::F32, Dtype::F32, Dtype::Bf16, Dtype::F8E4M3, Dtype::I64, Dtype::C64];

type Tensor = (&'static str, Vec<usize>, Dtype);

fn checkpoints() -> impl Strategy<Value = Vec<Tensor>> {
    let extent = prop_oneof![8 => 1_usize..13, 1 => Just(0), 2 => Just(36)];
    let shape = prop::collection::vec(extent, 0..5);
    let tensor = (prop::sample::select(NAMES), shape, prop::sample::select(TYPES));
    prop::collection::vec(tensor, 0..12)
}

fn listing(tensors: &[Tensor]) -> Listing {
    let borrowed: Vec<_> = tensors.iter().map(|(name, shape, dtype)| (*name, &shape[..], *dtype)).collect();
    Listing::typed(&borrowed)
}

fn positions(view: &MatrixView) -> impl Iterator<Item = usize> + '_ {
    let row =
        move |row| (0..view.cols).map(move |col| view.first + row * view.row_step + col * view.col_step);
    (0..view.rows).flat_map(row)
}

/// For each element of each tensor, in how many matrices it is.
fn uses(source: &Listing, found: &Discovery) -> Vec<Vec<usize>> {
    let mut uses: Vec<_> = source.tensors().iter().map(|info| vec![0; info.len()]).collect();
    for view in found.layers.iter().flat_map(|layer| &layer.matrices) {
        positions(view).for_each(|position| uses[view.tensor][position] += 1);
    }
    uses
}

proptest! {
    #[test]
    fn every_element_is_in_one_matrix_or_its_tensor_is_listed(tensors in checkpoints(), pool in any::<bool>()) {
        let source = listing(&tensors);
        let found = discover(&source, &LayerOptions { pool, ..unlimited() }).unwrap();
        let listed: BTreeSet<_> = found.coverage.iter().map(|entry| entry.tensor).collect();
        prop_assert_eq!(listed.len(), found.coverage.len());
        for (tensor, uses) in uses(&source, &found).into_iter().enumerate() {
            let expected = usize::from(!listed.contains(&tensor));
            prop_assert!(uses.iter().all(|count| *count == expected), "{:?}", &tensors[tensor]);
        }
    }

    #[test]
    fn matrices_of_a_layer_are_tall_and_of_its_size(tensors in checkpoints(), pool in any::<bool>()) {
        let found = discover(&listing(&tensors), &LayerOptions { pool, ..unlimited() }).unwrap();
        for layer in &found.layers {
            prop_assert!(layer.n >= layer.m && layer.m >= 1);
            prop_assert!(layer.matrices.iter().all(|view| (view.rows, view.cols) == (layer.n, layer.m)));
            prop_assert_eq!(layer.matrices.len(), if pool { layer.rf } else { 1 });
            prop_assert_eq!(layer.slice_id.is_none(), pool);
        }
    }

    #[test]
    fn ids_are_unique_and_those_of_weights_count_them(tensors in checkpoints(), start in 0_i64..9) {
        let options = LayerOptions { start_ids: start, ..unlimited() };
        let found = discover(&listing(&tensors), &options).unwrap();
        let ids: BTreeSet<_> = found.layers.iter().map(|layer| layer.id).collect();
        prop_assert_eq!(ids.len(), found.layers.len());
        let first = start.max(1);
        let counted = |before: &[Tensor]| before.iter().filter(|(name, ..)| name.ends_with(".weight")).count();
        let after = first + i64::try_from(counted(&tensors)).unwrap();
        for layer in &found.layers {
            let own = first + i64::try_from(counted(&tensors[..layer.tensor])).unwrap();
            prop_assert!(layer.id >= after || layer.id == own);
        }
    }

    #[test]
    fn compat_layers_are_a_part_of_ours_with_the_same_ids(tensors in checkpoints()) {
        let source = listing(&tensors);
        let ours = discover(&source, &unlimited()).unwrap().layers;
        let theirs = discover(&source, &LayerOptions { compat: true, ..unlimited() }).unwrap().layers;
        for layer in &theirs {
            let same = |our: &&heavytail_layers::Layer| our.id == layer.id && our.matrices == layer.matrices;
            prop_assert!(ours.iter().any(|our| same(&our)));
            prop_assert!(tensors[layer.tensor].0.ends_with(".weight"));
        }
    }

    #[test]
    fn a_word_and_its_hyphenated_form_part_the_layers(
        tensors in checkpoints(),
        word in prop::sample::select(&["3", "conv2d", "fc", "*e*", "nothing", "dense/*"][..]),
    ) {
        let source = listing(&tensors);
        let all = discover(&source, &unlimited()).unwrap();
        let with = |word: &str| {
            let select = Selector::parse_list(&[word]).unwrap();
            discover(&source, &LayerOptions { select, ..unlimited() }).unwrap()
        };
        let (kept, dropped) = (with(word), with(&format!("-{word}")));
        prop_assert_eq!(kept.layers.len() + dropped.layers.len(), all.layers.len());
        prop_assert_eq!(kept.layers.is_empty(), !kept.unmatched.is_empty());
        let deselected = |found: &Discovery| {
            found.coverage.iter().filter(|entry| entry.reason == Reason::Deselected).count()
        };
        prop_assert_eq!(deselected(&kept), dropped.layers.len());
        prop_assert_eq!(deselected(&dropped), kept.layers.len());
    }
}
