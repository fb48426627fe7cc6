//! Checkpoints that Orbax wrote, in each of its layouts, and what is said of broken ones.

use heavytail_formats::{Format, open};

use crate::files::{copied, copy, names, numbers, put, refusal, shape, tiny, truth};

/// Every weight of `make.py` under Flax's names, with the axes that Flax gives it: `conv` and the others as transposed.
const NAMES: [&str; 7] =
    ["conv/bias", "conv/kernel", "embed/embedding", "fc/bias", "fc/kernel", "norm/scale", "out/kernel"];

fn turned(name: &str, rows: usize, columns: usize) -> Vec<f64> {
    let plain = truth(name);
    (0..columns)
        .flat_map(|column| (0..rows).map(move |row| row * columns + column))
        .map(|at| plain[at])
        .collect()
}

#[test]
fn every_layout_holds_the_same_numbers() {
    let flax = open(&tiny("flax_params.msgpack")).expect("reads");
    for layout in ["orbax_zarr", "orbax_ocdbt", "orbax_chunks", "orbax_zarr3"] {
        let source = open(&tiny(layout)).expect(layout);
        assert_eq!(source.info().format, Format::Orbax);
        let weights: Vec<&str> =
            names(&*source).into_iter().filter(|name| !matches!(*name, "brain" | "half")).collect();
        assert_eq!(weights, NAMES, "{layout}: without the optimiser and the step");
        for name in NAMES {
            assert_eq!(shape(&*source, name), shape(&*flax, name), "{layout} {name}");
            assert_eq!(numbers(&*source, name), numbers(&*flax, name), "{layout} {name}");
        }
        assert_eq!(numbers(&*source, "fc/kernel"), turned("fc.weight", 24, 16), "{layout}");
    }
}

#[test]
fn elements_of_two_bytes_are_read() {
    for layout in ["orbax_zarr", "orbax_ocdbt"] {
        let source = open(&tiny(layout)).expect(layout);
        assert_eq!(numbers(&*source, "brain"), (0..12).map(f64::from).collect::<Vec<_>>());
        assert_eq!(numbers(&*source, "half"), (0..6).map(f64::from).collect::<Vec<_>>());
    }
}

#[test]
fn of_many_steps_the_latest_is_read_and_of_a_step_its_item() {
    let of = |path: &str| numbers(&*open(&tiny(path)).expect(path), "fc/kernel");
    assert_eq!(of("orbax_steps"), [10.0; 6]);
    assert_eq!(of("orbax_steps/9"), [9.0; 6]);
    assert_eq!(of("orbax_steps/10/default"), [10.0; 6]);
}

/// A varint, as OCDBT stores its numbers.
fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number as u8 & 0x7f) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A node round a body that is not compressed.
fn node(magic: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = magic.to_be_bytes().to_vec();
    bytes.extend_from_slice(&(body.len() as u64 + 18).to_le_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(&[0; 4]);
    bytes
}

/// A manifest whose root lies in the file of this name, from its first byte on.
fn manifest(file: &str, len: u64, height: u8) -> Vec<u8> {
    let mut body = vec![0; 16];
    body.extend_from_slice(&[0, 0, 0, 4, 0]);
    for number in [1, file.len() as u64, 0] {
        varint(number, &mut body);
    }
    body.extend_from_slice(file.as_bytes());
    // One version: its generation, height, file, place, length, and how many keys it has.
    body.extend_from_slice(&[1, 1, height, 0, 0]);
    varint(len, &mut body);
    body.push(1);
    node(0x0cdb_3a2a, &body)
}

#[test]
fn data_files_outside_of_the_folder_are_refused() {
    let folder = tempfile::tempdir().expect("a fresh folder");
    let place = folder.path().join("model");
    put(folder.path(), "secret", b"12345678");
    for (word, why) in [("../secret", "`..`"), ("/etc/hostname", "absolute")] {
        put(&place, "manifest.ocdbt", &manifest(word, 8, 0));
        let message = refusal(&place, folder.path());
        assert!(message.contains("is refused") && message.contains(why), "{message}");
    }
    put(&place, "manifest.ocdbt", &manifest("d/0", 8, 0));
    assert!(refusal(&place, folder.path()).contains("the part d/0 of the model is missing"));
    #[cfg(unix)]
    {
        std::fs::create_dir_all(place.join("d")).expect("made");
        std::os::unix::fs::symlink(folder.path().join("secret"), place.join("d/0")).expect("linked");
        assert!(refusal(&place, folder.path()).contains("it is a link that leaves the folder"));
    }
}

#[test]
fn a_tree_that_contains_itself_ends() {
    let folder = tempfile::tempdir().expect("a fresh folder");
    // One child, which is the node itself: height, the table of files, the count, then the columns.
    let mut body = vec![9, 1, 3, 0];
    body.extend_from_slice(b"d/0");
    body.extend_from_slice(&[1, 1, 0, b'a', 0, 0]);
    let len = body.len() as u64 + 18 + 4;
    varint(len, &mut body);
    body.extend_from_slice(&[1, 1, 1]);
    let bytes = node(0x0cdb_20de, &body);
    put(folder.path(), "d/0", &bytes);
    put(folder.path(), "manifest.ocdbt", &manifest("d/0", bytes.len() as u64, 9));
    let message = refusal(folder.path(), folder.path());
    assert!(message.contains("not of the height that its parent says"), "{message}");
}

#[test]
fn descriptions_that_lie_are_refused_for_their_array_alone() {
    let describe = |text: &str| {
        let (folder, place) = copy("orbax_chunks");
        put(&place, "fc.kernel/.zarray", text.as_bytes());
        (folder, place)
    };
    let with = |shape: &str, chunks: &str, more: &str| {
        format!(r#"{{"shape":{shape},"chunks":{chunks},"dtype":"<f4","compressor":{{"id":"zstd"}}{more}}}"#)
    };
    let (folder, place) = describe(&with("[4611686018427387904]", "[8]", ""));
    assert!(refusal(&place, folder.path()).contains("overflows"));
    let (folder, place) = describe(&with("[1000000000]", "[1]", ""));
    assert!(refusal(&place, folder.path()).contains("more than 1000000 chunks"));
    let (folder, place) = describe(&with("[16,24]", "[8]", ""));
    assert!(refusal(&place, folder.path()).contains("chunks do not have the axes of their array"));
    let (_folder, place) = describe(&with("[100000,100000]", "[100000,100000]", ""));
    let source = open(&place).expect("the others can be read");
    let kernel = source.tensors().iter().position(|tensor| tensor.name == "fc/kernel").expect("listed");
    let message = source.load(kernel).map(|_| ()).expect_err("it is a bomb").to_string();
    assert!(message.contains("tensor `fc/kernel`") && message.contains("zip bomb"), "{message}");
    assert_eq!(numbers(&*source, "fc/bias"), truth("fc.bias"));
    for (more, why) in [(r#","order":"F""#, "columns in order"), (r#","fill_value":1.5"#, "filled with 1.5")]
    {
        let (_folder, place) = describe(&with("[16,24]", "[8,12]", more));
        let source = open(&place).expect("the others can be read");
        let kernel = source.tensors().iter().position(|tensor| tensor.name == "fc/kernel").expect("listed");
        let message = source.load(kernel).map(|_| ()).expect_err("it is not read").to_string();
        assert!(message.contains(why), "{message}");
    }
}

#[test]
fn chunks_that_were_never_written_are_zero() {
    let (_folder, place) = copy("orbax_chunks");
    std::fs::remove_file(place.join("fc.kernel/0.1")).expect("it is there");
    let source = open(&place).expect("reads");
    let mut expected = turned("fc.weight", 24, 16);
    for (at, number) in expected.iter_mut().enumerate() {
        if at / 24 < 8 && at % 24 >= 12 {
            *number = 0.0;
        }
    }
    assert_eq!(numbers(&*source, "fc/kernel"), expected);
}

#[test]
fn several_items_are_told_apart_by_the_user() {
    let folder = tempfile::tempdir().expect("a fresh folder");
    put(folder.path(), "_CHECKPOINT_METADATA", b"{}");
    for item in ["one", "two"] {
        copied(&tiny("orbax_chunks"), &folder.path().join(item));
    }
    let message = refusal(folder.path(), folder.path());
    assert!(message.contains("open one of them itself: one/, two/"), "{message}");
    copied(&tiny("orbax_chunks"), &folder.path().join("params"));
    assert!(open(folder.path()).is_ok(), "params are the weights");
}
