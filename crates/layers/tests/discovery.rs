//! Names and shapes in, layers and their order out.

use heavytail_formats::Format;
use heavytail_layers::{
    Discovery, LayerKind, LayerOptions, ModuleHint, Reason, discover, discover_with_hints,
};

use crate::source::Listing;

fn found(source: &Listing, options: &LayerOptions) -> Discovery {
    discover(source, options).unwrap()
}

fn names(discovery: &Discovery) -> Vec<(i64, &str)> {
    discovery.layers.iter().map(|layer| (layer.id, layer.longname.as_str())).collect()
}

#[test]
fn ids_of_a_state_dict_count_every_weight_from_one() {
    let source = Listing::new(&[
        ("ln.weight", &[32]),
        ("a.weight", &[32, 16]),
        ("a.bias", &[32]),
        ("small.weight", &[4, 6]),
        ("b.weight", &[16, 32]),
    ]);
    let discovery = found(&source, &LayerOptions::default());
    assert_eq!(names(&discovery), [(2, "a"), (4, "b")]);
    let shifted = found(&source, &LayerOptions { start_ids: 5, ..LayerOptions::default() });
    assert_eq!(names(&shifted), [(6, "a"), (8, "b")]);
    let directory = found(&source.at(env!("CARGO_MANIFEST_DIR")), &LayerOptions::default());
    assert_eq!(names(&directory), [(1, "a"), (3, "b")]);
}

#[test]
fn ids_of_an_onnx_model_are_the_places_of_its_initialisers() {
    let tensors: &[(&str, &[usize])] = &[
        ("fc.bias", &[32]),
        ("fc.weight", &[32, 16]),
        ("MatMul_12", &[16, 32]),
        ("attn.in_proj_weight", &[96, 32]),
    ];
    let source = Listing::new(tensors).of(Format::Onnx);
    let discovery = found(&source, &LayerOptions::default());
    let ids: Vec<i64> = discovery.layers.iter().map(|layer| layer.id).collect();
    assert_eq!(ids[..2], [1, 2]);
    assert!(ids[2..].iter().all(|id| *id >= 4), "parts of a fused weight follow all of them: {ids:?}");
}

#[test]
fn names_of_gguf_tell_what_a_layer_is() {
    let source = Listing::new(&[
        ("token_embd.weight", &[100, 64]),
        ("position_embd.weight", &[128, 64]),
        ("token_types.weight", &[20, 64]),
        ("blk.0.attn_norm.weight", &[64]),
        ("blk.0.attn_qkv.weight", &[192, 64]),
        ("blk.0.attn_output.weight", &[64, 64]),
        ("blk.0.ffn_gate_inp.weight", &[16, 64]),
        ("blk.0.ffn_down_exps.weight", &[2, 64, 96]),
        ("blk.0.ssm_conv1d.weight", &[64, 32]),
        ("output_norm.weight", &[64]),
        ("output.weight", &[100, 64]),
    ])
    .of(Format::Gguf);
    let discovery = found(&source, &LayerOptions::default());
    let kinds: Vec<_> = discovery.layers.iter().map(|layer| (layer.longname.as_str(), layer.kind)).collect();
    let (table, dense, expert) = (LayerKind::Embedding, LayerKind::Dense, LayerKind::Expert);
    let expected = [
        ("token_embd", table),
        ("position_embd", table),
        ("token_types", table),
        ("blk.0.attn_qkv", dense),
        ("blk.0.attn_output", dense),
        ("blk.0.ffn_gate_inp", dense),
        ("blk.0.ffn_down_exps.0", expert),
        ("blk.0.ffn_down_exps.1", expert),
        ("blk.0.ssm_conv1d", LayerKind::Conv1d),
        ("output", dense),
    ];
    assert_eq!(kinds, expected);
    let norms: Vec<_> = discovery.coverage.iter().map(|left_out| left_out.reason.clone()).collect();
    assert_eq!(norms, [Reason::Norm, Reason::Norm]);
}

/// Every name that the package `gguf` lists, as a matrix: these are tables and these convolutions, all others are dense.
#[test]
fn every_name_of_gguf_is_of_its_kind() {
    const TABLES: [&str; 9] = [
        "a.position_embd",
        "blk.0.nextn.embed_tokens",
        "per_layer_token_embd",
        "position_embd",
        "resampler.pos_embd_k",
        "token_embd",
        "token_types",
        "v.position_embd",
        "v.sam.pos_embd",
    ];
    const CONVOLUTIONS: [&str; 6] = [
        "a.blk.0.conv_dw",
        "blk.0.shortconv.conv",
        "blk.0.ssm_conv1d",
        "blk.0.ssm_conv1d_k",
        "blk.0.ssm_conv1d_q",
        "blk.0.ssm_conv1d_v",
    ];
    let list = include_str!("gguf_names.txt");
    let names: Vec<String> = list.lines().skip(1).map(|name| format!("{name}.weight")).collect();
    let tensors: Vec<(&str, &[usize])> = names.iter().map(|name| (name.as_str(), &[64, 96][..])).collect();
    let discovery = found(&Listing::new(&tensors).of(Format::Gguf), &LayerOptions::default());
    assert_eq!((discovery.layers.len(), names.len()), (353, 353), "{:?}", discovery.coverage);
    let of = |kind| {
        let layers = discovery.layers.iter().filter(move |layer| layer.kind == kind);
        layers.map(|layer| layer.longname.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of(LayerKind::Embedding), TABLES);
    assert_eq!(of(LayerKind::Conv1d), CONVOLUTIONS);
    assert_eq!(of(LayerKind::Dense).len(), 353 - TABLES.len() - CONVOLUTIONS.len());
}

#[test]
fn tables_of_gguf_over_a_plane_are_one_matrix() {
    let source = Listing::new(&[("v.sam.pos_embd.weight", &[4, 8, 96])]).of(Format::Gguf);
    let discovery = found(&source, &LayerOptions::default());
    let [table] = discovery.layers.as_slice() else { panic!("{:?}", discovery.coverage) };
    assert_eq!((table.kind, table.n, table.m), (LayerKind::Embedding, 96, 32));
}

#[test]
fn layers_unknown_to_the_reference_shift_no_id() {
    let source = Listing::new(&[
        ("pos_embed", &[1, 197, 64]),
        ("attn.in_proj_weight", &[192, 64]),
        ("attn.out_proj.weight", &[64, 64]),
        ("lstm.weight_ih_l0", &[128, 48]),
        ("lstm.weight_hh_l0", &[128, 32]),
        ("experts.gate_up_proj", &[4, 64, 128]),
        ("head.weight", &[10, 64]),
    ]);
    let discovery = found(&source, &LayerOptions::default());
    let expected = [
        (3, "pos_embed"),
        (4, "attn.in_proj_weight.q"),
        (5, "attn.in_proj_weight.k"),
        (6, "attn.in_proj_weight.v"),
        (1, "attn.out_proj"),
        (7, "lstm.weight_ih_l0.i"),
        (8, "lstm.weight_ih_l0.f"),
        (9, "lstm.weight_ih_l0.g"),
        (10, "lstm.weight_ih_l0.o"),
        (11, "lstm.weight_hh_l0.i"),
        (12, "lstm.weight_hh_l0.f"),
        (13, "lstm.weight_hh_l0.g"),
        (14, "lstm.weight_hh_l0.o"),
        (15, "experts.gate_up_proj.0"),
        (16, "experts.gate_up_proj.1"),
        (17, "experts.gate_up_proj.2"),
        (18, "experts.gate_up_proj.3"),
        (2, "head"),
    ];
    assert_eq!(names(&discovery), expected);
    let compat = found(&source, &LayerOptions { compat: true, ..LayerOptions::default() });
    assert_eq!(names(&compat), [(1, "attn.out_proj"), (2, "head")]);
    assert!(compat.coverage.iter().all(|entry| entry.reason == Reason::NotInReference));
    assert_eq!(discovery.layers.len(), compat.layers.len() + compat.coverage.len());
}

#[test]
fn hints_name_and_number_the_tensors_of_a_module_tree() {
    let source =
        Listing::new(&[("embed.weight", &[100, 16]), ("extra", &[20, 20]), ("proj.weight", &[16, 48])]);
    let hint = |tensor, id, longname: &str, kind| ModuleHint {
        tensor,
        id,
        name: longname.rsplit('.').next().unwrap().to_owned(),
        longname: longname.to_owned(),
        kind,
    };
    let hints = [hint(0, 4, "body.embed", LayerKind::Embedding), hint(2, 7, "body.proj", LayerKind::Conv1d)];
    let discovery = discover_with_hints(&source, &LayerOptions::default(), &hints).unwrap();
    assert_eq!(names(&discovery), [(4, "body.embed"), (8, "extra"), (7, "body.proj")]);
    assert_eq!(discovery.layers[2].name, "proj");
    assert_eq!(discovery.layers[2].kind.name(), "conv1d");
    assert_eq!((discovery.layers[2].n, discovery.layers[2].m, discovery.layers[2].rf), (48, 16, 1));
    let stray = [hint(9, 0, "body.stray", LayerKind::Dense)];
    let error = discover_with_hints(&source, &LayerOptions::default(), &stray).unwrap_err();
    assert_eq!(error.to_string(), "layer `body.stray` names tensor 9, but the model has only 3");
}
