//! PyTorch's own files read as torch loads them, and hostile ones are refused without running anything.

use heavytail_formats::{Dtype, Format, open};
use tempfile::tempdir;

use crate::files::{names, numbers, put, refusal, shape, tiny, truth};

#[test]
fn both_layouts_hold_the_dict_in_its_order() {
    for name in ["torch_zip.pt", "torch_legacy.pt", "torch_nested.pt"] {
        let source = open(&tiny(name)).expect(name);
        assert_eq!(source.info().format, Format::Torch);
        let expected =
            ["embed.weight", "conv.weight", "conv.bias", "norm.weight", "fc.weight", "fc.bias", "out.weight"];
        assert_eq!(names(&*source), expected, "{name}");
        for tensor in expected {
            assert_eq!(numbers(&*source, tensor), truth(tensor), "{name}: {tensor}");
        }
    }
}

#[test]
fn views_are_read_through_their_strides() {
    let whole: Vec<f64> = (0..48).map(f64::from).collect();
    for name in ["torch_views.pt", "torch_views_legacy.pt"] {
        let source = open(&tiny(name)).expect(name);
        assert_eq!(numbers(&*source, "whole"), whole);
        let turned: Vec<f64> = (0..48).map(|i| f64::from(i % 6 * 8 + i / 6)).collect();
        assert_eq!((numbers(&*source, "turned"), shape(&*source, "turned")), (turned, vec![8, 6]));
        assert_eq!(numbers(&*source, "part"), [10.0, 11.0, 12.0, 13.0, 26.0, 27.0, 28.0, 29.0]);
    }
    let source = open(&tiny("torch_views.pt")).expect("reads");
    for name in ["half", "brain", "long", "tied"] {
        assert_eq!(numbers(&*source, name), whole, "{name}");
    }
    assert_eq!(numbers(&*source, "expanded"), [&whole[..8], &whole[..8], &whole[..8]].concat());
    let tiny = source.tensors().iter().find(|tensor| tensor.name == "tiny").expect("listed");
    assert_eq!(tiny.dtype, Dtype::F8E4M3);
    // Three mantissa bits: from 16 on only every second integer, from 32 on every fourth.
    assert_eq!(numbers(&*source, "tiny")[..16], whole[..16]);
    assert_eq!(numbers(&*source, "tiny")[40..42], [40.0, 40.0]);
}

#[test]
fn whole_modules_are_searched_and_not_run() {
    for name in ["torch_module.pt", "torch_script.pt"] {
        let source = open(&tiny(name)).expect(name);
        let found = names(&*source);
        let ours: Vec<_> = found.into_iter().filter(|name| !name.starts_with("norm.")).collect();
        assert_eq!(ours, ["fc.weight", "fc.bias", "out.weight"], "{name}");
        for tensor in ours {
            assert_eq!(numbers(&*source, tensor), truth(tensor), "{name}: {tensor}");
        }
    }
}

fn pickled(code: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut zip = zip::ZipWriter::new(&mut bytes);
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("archive/data.pkl", stored).expect("an entry");
    zip.write_all(code).expect("its bytes");
    zip.finish().expect("the directory");
    bytes.into_inner()
}

fn refused(code: &[u8]) -> String {
    let folder = tempdir().expect("a fresh folder");
    let path = put(folder.path(), "m.pt", &pickled(code));
    refusal(&path, folder.path())
}

#[test]
fn a_pickle_that_calls_the_system_is_named_and_not_run() {
    let call = |what: &str| refused(format!("c{what}\n(S'touch /tmp/owned'\ntR.").as_bytes());
    for (what, named) in
        [("os\nsystem", "os.system"), ("posix\nsystem", "posix.system"), ("builtins\neval", "builtins.eval")]
    {
        assert_eq!(
            call(what),
            format!("m.pt: the pickle asks for {named}, which is not known to be harmless; nothing was run")
        );
    }
    assert!(refused(b"\x80\x04\x8c\x02nt\x8c\x06system\x93.").contains("nt.system"));
    assert!(refused(b"(ios\nsystem\n.").contains("os.system"));
    assert!(call("some.package\nfunction").contains("some.package.function"));
}

#[test]
fn a_pickle_that_multiplies_itself_ends_soon() {
    // Forty lists, each holding the one before it twice.
    let mut code = b"\x80\x02]q\x00".to_vec();
    for level in 0..40_u8 {
        code.extend([b']', b'(', b'h', level, b'h', level, b'e', b'q', level + 1]);
    }
    code.push(b'.');
    assert!(refused(&code).contains("more than 4000000 values on the way to tensors"));
}

#[test]
fn a_pickle_that_contains_itself_holds_no_tensors() {
    let folder = tempdir().expect("a fresh folder");
    let path = put(folder.path(), "m.pt", &pickled(b"\x80\x02]q\x00h\x00a."));
    assert!(open(&path).expect("reads").tensors().is_empty());
}

#[test]
fn a_zip_bomb_is_refused() {
    use std::io::Write;
    let folder = tempdir().expect("a fresh folder");
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut zip = zip::ZipWriter::new(&mut bytes);
    zip.start_file("archive/data.pkl", zip::write::SimpleFileOptions::default()).expect("an entry");
    for _ in 0..32 {
        zip.write_all(&vec![b'N'; 1 << 20]).expect("its bytes");
    }
    zip.finish().expect("the directory");
    let path = put(folder.path(), "m.pt", &bytes.into_inner());
    let message = refusal(&path, folder.path());
    assert!(message.starts_with("m.pt: entry `archive/data.pkl` claims to unpack 3"), "{message}");
    assert!(message.ends_with(" bytes to 33554432; refused as a zip bomb"), "{message}");
}

#[test]
fn truncation_at_every_byte_is_an_error() {
    let folder = tempdir().expect("a fresh folder");
    for name in ["torch_views.pt", "torch_views_legacy.pt"] {
        let whole = std::fs::read(tiny(name)).expect(name);
        for length in 1..whole.len() {
            let path = put(folder.path(), "cut", &whole[..length]);
            assert!(open(&path).is_err(), "{name} cut to {length} bytes");
        }
    }
}
