//! Every small fixture, cut at every byte and with every number in it replaced by one at a limit: a reader answers with
//! an error that names the file or with tensors that can be read, within a second and a hundred megabytes, and never
//! with a panic.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cpu_time::ThreadTime;
use heavytail_formats::open;

use crate::files::{copied, files_below, tiny};
use crate::heap::peak_of;

/// Heap memory that reading a file, however broken, may take.
const MEMORY: usize = 100_000_000;
/// Processor time of the same.
const TIME: Duration = Duration::from_secs(1);

/// Files that are too large to be cut at every byte are cut at every few.
const CUTS: usize = 800;
/// Places that are overwritten in a file.
const PLACES: usize = 300;
/// What a length field may claim.
const LIMITS: [u64; 7] = [0, 1, 0x7f, 0x7fff_ffff, 0xffff_ffff, 1 << 40, u64::MAX];

/// Random changes of each fixture of [`ALL`].
const CHANGES: u64 = 120;

/// One file of every format and of every layout that a format has.
const ALL: [&str; 27] = [
    "weights.safetensors",
    "packed_mxfp4.safetensors",
    "packed_gptq.safetensors",
    "packed_bitsandbytes.safetensors",
    "packed_compressed.safetensors",
    "kinds.gguf",
    "torch_views.pt",
    "torch_views_legacy.pt",
    "torch_script.pt",
    "torch_lightning.ckpt",
    "numpy_compressed.npz",
    "numpy_odd.npz",
    "numpy_fortran.npy",
    "onnx_plain.onnx",
    "onnx_qdq.onnx",
    "onnx_dynamic.onnx",
    "onnx_int4.onnx",
    "onnx_typed.onnx",
    "keras.keras",
    "keras.weights.h5",
    "keras_legacy.h5",
    "hdf5_earliest.h5",
    "hdf5_latest.h5",
    "tflite_float.tflite",
    "tflite_int8.tflite",
    "flax_params.msgpack",
    "flax_chunked.msgpack",
];

const FIXTURES: [&str; 13] = [
    "weights.safetensors",
    "packed_mxfp4.safetensors",
    "packed_awq.safetensors",
    "packed_gptq.safetensors",
    "packed_bitsandbytes.safetensors",
    "split-00001-of-00002.gguf",
    "kinds.gguf",
    "torch_views.pt",
    "torch_views_legacy.pt",
    "torch_script.pt",
    "torch_lightning.ckpt",
    "numpy_compressed.npz",
    "numpy_fortran.npy",
];

/// A folder in memory where there is one: thousands of files are written.
fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a fresh folder")
}

/// Opens the bytes and looks at the beginning and the end of every tensor.
fn survives(path: &Path, bytes: &[u8], what: &str) {
    std::fs::write(path, bytes).expect("writable");
    bounded(path, what);
}

/// Looks at a checkpoint within the bounds of memory and time.
fn bounded(path: &Path, what: &str) {
    let start = ThreadTime::now();
    let ((), peak) = peak_of(|| looked_at(path, what));
    assert!(peak < MEMORY, "{what} took {peak} bytes");
    assert!(start.elapsed() < TIME, "{what} took {:?}", start.elapsed());
}

fn looked_at(path: &Path, what: &str) {
    match open(path) {
        Ok(source) => {
            for (index, tensor) in source.tensors().iter().enumerate() {
                let Ok(data) = source.load(index) else { continue };
                let mut numbers = vec![0.0; data.len().min(300)];
                let last = data.len() - numbers.len();
                for first in [0, last] {
                    // A dtype that is no number is an answer too.
                    drop(data.decode(first, 1, &mut numbers));
                }
                assert_eq!(data.len(), tensor.len(), "{what}: {}", tensor.name);
            }
        }
        Err(error) => {
            let named =
                error.file().is_some_and(|file| file.starts_with(path.parent().expect("in a folder")));
            assert!(named, "{what}: {error} names no file");
        }
    }
}

fn each_fixture(check: impl Fn(&str, &PathBuf, &[u8])) {
    let folder = scratch();
    for fixture in FIXTURES {
        let bytes = std::fs::read(tiny(fixture)).expect(fixture);
        check(fixture, &folder.path().join(fixture), &bytes);
    }
}

/// Folders of every format that has them.
const FOLDERS: [&str; 19] = [
    "coreml_blocks.mlpackage",
    "coreml_functions.mlpackage",
    "coreml_groups.mlpackage",
    "coreml_half.mlpackage",
    "coreml_int8.mlpackage",
    "coreml_joint.mlpackage",
    "coreml_linear.mlpackage",
    "coreml_palette.mlpackage",
    "coreml_sparse.mlpackage",
    "orbax_chunks",
    "orbax_ocdbt",
    "orbax_steps",
    "orbax_zarr",
    "orbax_zarr3",
    "tf_checkpoint",
    "tf_saved_model",
    "torch_dcp",
    "torch_zero2",
    "torch_zero3",
];
/// Those that are cut at every byte and have lengths at their limits everywhere, which takes longer.
const THOROUGH: [&str; 6] = [
    "coreml_int8.mlpackage",
    "coreml_linear.mlpackage",
    "coreml_palette.mlpackage",
    "torch_dcp",
    "torch_zero2",
    "torch_zero3",
];
/// Places where each file of a folder is cut and changed.
const FOLDER_PLACES: usize = 40;

#[test]
fn folders_with_any_file_cut_or_changed_are_answered() {
    let folder = scratch();
    for name in FOLDERS {
        let place = folder.path().join(name);
        copied(&tiny(name), &place);
        for file in files_below(&place) {
            let whole = std::fs::read(&file).expect("reads");
            for at in (0..whole.len()).step_by(whole.len().div_ceil(FOLDER_PLACES)) {
                let mut changed = whole.clone();
                changed[at] ^= 1 << (at % 8);
                let mut large = whole.clone();
                large[at] = 0xff;
                for bytes in [&whole[..at], &changed, &large] {
                    std::fs::write(&file, bytes).expect("writable");
                    bounded(&place, &format!("{} at {at}", file.display()));
                }
            }
            std::fs::write(&file, &whole).expect("writable");
        }
    }
}

#[test]
fn folders_cut_at_every_byte_or_with_any_number_at_its_limits_are_answered() {
    let folder = scratch();
    for name in THOROUGH {
        let place = folder.path().join(name);
        copied(&tiny(name), &place);
        for file in files_below(&place) {
            let whole = std::fs::read(&file).expect("reads");
            for at in 0..whole.len() {
                let limit = LIMITS[at % LIMITS.len()];
                let width = [1, 2, 4, 8][at % 4];
                let mut broken = whole.clone();
                for (byte, new) in broken.iter_mut().skip(at).zip(limit.to_le_bytes().into_iter().take(width))
                {
                    *byte = new;
                }
                for bytes in [&whole[..at], &broken] {
                    std::fs::write(&file, bytes).expect("writable");
                    bounded(&place, &format!("{} at {at}", file.display()));
                }
            }
            std::fs::write(&file, &whole).expect("writable");
        }
    }
}

#[test]
fn files_cut_anywhere_are_answered() {
    each_fixture(|fixture, path, bytes| {
        for length in (1..bytes.len()).step_by(bytes.len().div_ceil(CUTS)) {
            survives(path, &bytes[..length], &format!("{fixture} cut to {length} bytes"));
        }
    });
}

#[test]
fn files_with_any_number_at_its_limits_are_answered() {
    each_fixture(|fixture, path, bytes| {
        // Numbers are in the headers, which are at the beginning and, in archives, at the end.
        let half = PLACES / 2;
        let places = (0..bytes.len()).filter(|at| *at < half || at + half >= bytes.len());
        for at in places {
            let limit = LIMITS[at % LIMITS.len()];
            for width in [1, 2, 4, 8] {
                let mut broken = bytes.to_vec();
                for (byte, new) in broken.iter_mut().skip(at).zip(limit.to_le_bytes().into_iter().take(width))
                {
                    *byte = new;
                }
                if broken != bytes {
                    survives(path, &broken, &format!("{fixture} with {limit} in {width} bytes at {at}"));
                }
            }
        }
    });
}

/// What fuzzing has found, each named for what was wrong with it.
#[test]
fn what_fuzzing_found_is_answered() {
    let found = files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/found"));
    assert!(!found.is_empty());
    for file in found {
        bounded(&file, &file.display().to_string());
    }
}

/// Numbers that look random and are the same in every run (splitmix64).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A place that is more often near the beginning or the end, where headers are.
fn place(state: &mut u64, len: usize) -> usize {
    let (near, far) = (next(state) % 512, next(state));
    let at = match next(state) % 3 {
        0 => near,
        1 => (len as u64).saturating_sub(near + 1),
        _ => far,
    };
    (at % len as u64) as usize
}

#[test]
fn files_with_random_changes_are_answered() {
    let folder = scratch();
    for fixture in ALL {
        let whole = std::fs::read(tiny(fixture)).expect(fixture);
        let path = folder.path().join(fixture);
        for change in 0..CHANGES {
            let mut state = change;
            let mut bytes = whole.clone();
            for _ in 0..=next(&mut state) % 4 {
                let (at, from) = (place(&mut state, bytes.len()), place(&mut state, bytes.len()));
                let length = (next(&mut state) % 16 + 1) as usize;
                let piece: Vec<u8> = bytes[from..].iter().take(length).copied().collect();
                match next(&mut state) % 5 {
                    0 => bytes[at] ^= 1 << (next(&mut state) % 8),
                    1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][(next(&mut state) % 5) as usize],
                    2 => bytes.truncate(at.max(1)),
                    3 => drop(bytes.splice(at..at, piece)),
                    _ => bytes.iter_mut().skip(at).zip(piece).for_each(|(byte, new)| *byte = new),
                }
            }
            survives(&path, &bytes, &format!("{fixture} with change {change}"));
        }
    }
}

#[test]
fn metadata_of_a_distributed_checkpoint_cut_or_changed_is_answered() {
    let folder = scratch();
    for name in [".metadata", "__0_0.distcp", "__1_0.distcp"] {
        std::fs::copy(tiny("torch_dcp").join(name), folder.path().join(name)).expect(name);
    }
    let path = folder.path().join(".metadata");
    let bytes = std::fs::read(&path).expect("readable");
    for at in 1..bytes.len() {
        let mut broken = bytes.clone();
        broken[at] ^= 1 << (at % 8);
        for (bytes, what) in [(&bytes[..at], "cut"), (&broken[..], "changed")] {
            std::fs::write(&path, bytes).expect("writable");
            match open(folder.path()) {
                Ok(source) => (0..source.tensors().len()).for_each(|index| drop(source.load(index))),
                Err(error) => assert!(error.file().is_some(), "{what} at {at}: {error} names no file"),
            }
        }
    }
}
