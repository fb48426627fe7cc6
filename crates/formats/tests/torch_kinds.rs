//! Torch checkpoints that are more than a dict of weights: many machines, trainers, weight norm.

use heavytail_formats::{Format, open};
use tempfile::tempdir;

use crate::files::{names, numbers, put, refusal, shape, tiny, truth};

/// A copy of the distributed checkpoint to break.
fn distributed() -> tempfile::TempDir {
    let folder = tempdir().expect("a fresh folder");
    for name in [".metadata", "__0_0.distcp", "__1_0.distcp"] {
        put(folder.path(), name, &std::fs::read(tiny("torch_dcp").join(name)).expect(name));
    }
    folder
}

#[test]
fn a_checkpoint_of_two_machines_is_put_together() {
    let source = open(&tiny("torch_dcp")).expect("reads");
    assert_eq!(source.info().format, Format::Torch);
    let mut found = names(&*source);
    found.sort_unstable();
    let expected =
        ["conv.bias", "conv.weight", "embed.weight", "fc.bias", "fc.weight", "norm.weight", "out.weight"];
    assert_eq!(found, expected, "the optimiser's moments are no weights");
    for tensor in expected {
        assert_eq!(numbers(&*source, tensor), truth(tensor), "{tensor}");
    }
    assert_eq!(shape(&*source, "conv.weight"), [12, 8, 3, 3]);
}

#[test]
fn any_run_across_chunks_is_the_run_of_the_whole() {
    let source = open(&tiny("torch_dcp")).expect("reads");
    for (index, tensor) in source.tensors().iter().enumerate() {
        let (data, whole) = (source.load(index).expect("loads"), truth(&tensor.name));
        for (first, step) in [(0, 1), (3, 1), (7, 5), (whole.len() - 1, 1)] {
            let expected: Vec<f64> = whole.iter().copied().skip(first).step_by(step).collect();
            let mut out = vec![f64::NAN; expected.len()];
            data.decode(first, step, &mut out).expect("the positions exist");
            assert_eq!(out, expected, "{} from {first} by {step}", tensor.name);
        }
        data.release(0..data.len());
    }
}

#[test]
fn a_missing_file_of_a_distributed_checkpoint_is_named() {
    let folder = distributed();
    std::fs::remove_file(folder.path().join("__1_0.distcp")).expect("removable");
    let message = refusal(folder.path(), folder.path());
    assert!(message.contains("the part __1_0.distcp of the model is missing; download it"), "{message}");
}

#[test]
fn a_file_cut_short_is_told_before_anything_is_read() {
    let folder = distributed();
    let path = folder.path().join("__1_0.distcp");
    let bytes = std::fs::read(&path).expect("readable");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("writable");
    let message = refusal(folder.path(), folder.path());
    assert!(message.contains("the data is cut off"), "{message}");
}

#[test]
fn a_lightning_checkpoint_is_its_state_dict() {
    let source = open(&tiny("torch_lightning.ckpt")).expect("reads");
    let ours: Vec<_> = names(&*source).into_iter().filter(|name| !name.contains("norm")).collect();
    assert_eq!(ours, ["net.fc.weight", "net.fc.bias", "net.out.weight"]);
    for name in ours {
        assert_eq!(numbers(&*source, name), truth(name.trim_start_matches("net.")), "{name}");
    }
}

#[test]
fn weight_norm_gives_the_weight_that_the_module_computes() {
    let source = open(&tiny("torch_weight_norm.pt")).expect("reads");
    let expected = open(&tiny("torch_weight_norm_truth.pt")).expect("the truth reads");
    for tensor in expected.tensors() {
        assert_eq!(shape(&*source, &tensor.name), tensor.shape);
        let pairs = numbers(&*source, &tensor.name).into_iter().zip(numbers(&*expected, &tensor.name));
        for (ours, theirs) in pairs {
            // torch sums the squares in f32, whose rounding reaches a few units in the last place.
            assert!((ours - theirs).abs() <= 1e-6 * theirs.abs(), "{}: {ours} is not {theirs}", tensor.name);
        }
    }
    assert!(names(&*source).iter().all(|name| !name.ends_with("_g") && !name.contains("original")));
}

#[test]
fn partitions_of_zero_are_put_together_at_every_stage() {
    for stage in ["torch_zero2", "torch_zero3"] {
        for path in [tiny(stage), tiny(stage).join("global_step7")] {
            let source = open(&path).expect(stage);
            let expected = [
                "norm.weight",
                "embed.weight",
                "conv.weight",
                "conv.bias",
                "fc.weight",
                "fc.bias",
                "out.weight",
            ];
            assert_eq!(names(&*source), expected, "{stage}");
            for tensor in expected {
                assert_eq!(numbers(&*source, tensor), truth(tensor), "{stage}: {tensor}");
            }
            assert_eq!(shape(&*source, "conv.weight"), [12, 8, 3, 3]);
        }
    }
}

#[test]
fn a_machine_whose_partition_is_missing_is_told() {
    let folder = tempdir().expect("a fresh folder");
    for name in ["zero_pp_rank_0_mp_rank_00_model_states.pt", "zero_pp_rank_1_mp_rank_00_optim_states.pt"] {
        let bytes = std::fs::read(tiny("torch_zero3").join("global_step7").join(name)).expect(name);
        put(folder.path(), name, &bytes);
    }
    assert_eq!(
        refusal(folder.path(), folder.path()),
        "zero_pp_rank_0_mp_rank_00_model_states.pt: malformed ZeRO checkpoint: the count of its partitions is 2; download it again or save it anew"
    );
}
