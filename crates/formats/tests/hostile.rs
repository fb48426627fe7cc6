//! Every small fixture, cut at every byte and with every number in it replaced by one at a limit: a reader answers with
//! an error that names the file or with tensors that can be read, soon, and never with a panic.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use heavytail_formats::open;

use crate::files::tiny;

/// Files that are too large to be cut at every byte are cut at every few.
const CUTS: usize = 800;
/// Places that are overwritten in a file.
const PLACES: usize = 300;
/// What a length field may claim.
const LIMITS: [u64; 7] = [0, 1, 0x7f, 0x7fff_ffff, 0xffff_ffff, 1 << 40, u64::MAX];

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
fn survives(path: &PathBuf, bytes: &[u8], what: &str) {
    std::fs::write(path, bytes).expect("writable");
    let start = Instant::now();
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
    assert!(start.elapsed() < Duration::from_secs(2), "{what} took {:?}", start.elapsed());
}

fn each_fixture(check: impl Fn(&str, &PathBuf, &[u8])) {
    let folder = scratch();
    for fixture in FIXTURES {
        let bytes = std::fs::read(tiny(fixture)).expect(fixture);
        check(fixture, &folder.path().join(fixture), &bytes);
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
