//! Checkpoints of several files: order, indexes, the Hugging Face cache, and paths that try to leave.

use std::path::Path;

use heavytail_formats::{Format, open};
use tempfile::tempdir;

use crate::files::{filled, names, numbers, put, refusal};

fn index(folder: &Path, pairs: &[(&str, &str)]) -> std::path::PathBuf {
    let map: Vec<String> = pairs.iter().map(|(tensor, shard)| format!("{tensor:?}: {shard:?}")).collect();
    let text = format!(r#"{{"metadata": {{}}, "weight_map": {{{}}}}}"#, map.join(", "));
    put(folder, "model.safetensors.index.json", text.as_bytes())
}

#[test]
fn a_bare_file_lists_its_names_sorted() {
    let folder = tempdir().expect("a fresh folder");
    let path = put(folder.path(), "m.bin", &filled(&[("z", &[1]), ("a", &[2]), ("m", &[1])]));
    let source = open(&path).expect("reads");
    assert_eq!((names(&*source), source.info().format), (vec!["a", "m", "z"], Format::Safetensors));
    assert_eq!(numbers(&*source, "a"), [1.0, 1.0]);
}

#[test]
fn a_file_is_mapped_and_its_pages_are_given_back() {
    let folder = tempdir().expect("a fresh folder");
    let path = put(folder.path(), "m.safetensors", &filled(&[("w", &[64, 64])]));
    let data = open(&path).expect("reads").load(0).expect("the tensor loads");
    let mut out = vec![0.0; 64 * 64];
    for _ in 0..2 {
        data.decode(0, 1, &mut out).expect("the tensor decodes");
        assert!(out.iter().all(|x| x.to_bits() == 0.0_f64.to_bits()), "{:?}", &out[..4]);
        data.release(0..out.len());
        data.release(4000..usize::MAX);
    }
}

#[test]
fn a_folder_lists_file_by_file_each_sorted() {
    let folder = tempdir().expect("a fresh folder");
    put(folder.path(), "b.safetensors", &filled(&[("a", &[1]), ("y", &[1])]));
    put(folder.path(), "a.safetensors", &filled(&[("z", &[1]), ("b", &[1])]));
    put(folder.path(), "config.json", b"{\"model_type\": \"gpt2\"}");
    let source = open(folder.path()).expect("reads");
    assert_eq!(names(&*source), ["b", "z", "a", "y"]);
    assert_eq!((source.file_of(1), source.file_of(2)), (0, 1));
    assert_eq!(source.info().config.as_deref(), Some("{\"model_type\": \"gpt2\"}"));
}

#[test]
fn shards_follow_the_order_of_the_index() {
    let folder = tempdir().expect("a fresh folder");
    put(folder.path(), "s1.safetensors", &filled(&[("a", &[1]), ("c", &[1])]));
    put(folder.path(), "s2.safetensors", &filled(&[("b", &[1]), ("extra", &[1])]));
    let map = [("c", "s1.safetensors"), ("b", "s2.safetensors"), ("a", "s1.safetensors")];
    let path = index(folder.path(), &map);
    for path in [folder.path(), &path] {
        let source = open(path).expect("reads");
        assert_eq!(names(&*source), ["c", "b", "a", "extra"]);
        assert_eq!(numbers(&*source, "c"), [1.0]);
    }
}

#[test]
fn a_missing_shard_is_named() {
    let folder = tempdir().expect("a fresh folder");
    index(folder.path(), &[("a", "s1.safetensors")]);
    assert_eq!(
        refusal(folder.path(), folder.path()),
        "model.safetensors.index.json: the index names the shard s1.safetensors, which is missing; download it \
         or remove the index"
    );
}

#[test]
fn a_tensor_that_is_not_where_the_index_says_is_named() {
    let folder = tempdir().expect("a fresh folder");
    put(folder.path(), "s1.safetensors", &filled(&[("a", &[1])]));
    put(folder.path(), "s2.safetensors", &filled(&[("b", &[1])]));
    index(folder.path(), &[("a", "s1.safetensors"), ("b", "s1.safetensors"), ("b2", "s2.safetensors")]);
    assert_eq!(
        refusal(folder.path(), folder.path()),
        "model.safetensors.index.json: tensor `b`: the index places it in s1.safetensors, which does not hold it"
    );
}

#[test]
fn a_name_in_two_shards_is_refused_with_both() {
    let folder = tempdir().expect("a fresh folder");
    put(folder.path(), "s1.safetensors", &filled(&[("a", &[1])]));
    put(folder.path(), "s2.safetensors", &filled(&[("a", &[1])]));
    assert_eq!(
        refusal(folder.path(), folder.path()),
        "s2.safetensors: tensor `a`: the name occurs twice, also in s1.safetensors; open one of the files itself"
    );
}

#[test]
fn shard_paths_that_leave_the_folder_are_refused() {
    let outer = tempdir().expect("a fresh folder");
    let secret = put(outer.path(), "secret.safetensors", &filled(&[("a", &[1])]));
    let folder = outer.path().join("model");
    put(&folder, "readme", b"");
    let absolute = secret.to_str().expect("a plain path");
    for (word, why) in [
        ("../secret.safetensors", "it contains `..`"),
        (absolute, "it is absolute"),
        ("", "it is no file name"),
    ] {
        index(&folder, &[("a", word)]);
        let shown = word.replace(&format!("{}/", folder.display()), "");
        assert_eq!(
            refusal(&folder, &folder),
            format!("model.safetensors.index.json: the path `{shown}` is refused: {why}")
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_refused_and_one_inside_is_followed() {
    let outer = tempdir().expect("a fresh folder");
    let secret = put(outer.path(), "secret.safetensors", &filled(&[("a", &[1])]));
    let folder = outer.path().join("model");
    put(&folder, "real.safetensors", &filled(&[("a", &[1])]));
    std::os::unix::fs::symlink(secret, folder.join("out.safetensors")).expect("links can be made");
    std::os::unix::fs::symlink("real.safetensors", folder.join("in.safetensors")).expect("links can be made");
    index(&folder, &[("a", "out.safetensors")]);
    assert_eq!(
        refusal(&folder, &folder),
        "model.safetensors.index.json: the path `out.safetensors` is refused: it is a link that leaves the folder"
    );
    index(&folder, &[("a", "in.safetensors")]);
    assert_eq!(names(&*open(&folder).expect("reads")), ["a"]);
}

#[cfg(unix)]
#[test]
fn a_cache_entry_is_its_snapshot_whose_links_lead_to_blobs() {
    let cache = tempdir().expect("a fresh folder");
    let entry = cache.path().join("models--org--name");
    put(&entry, "blobs/0123", &filled(&[("a", &[1])]));
    put(&entry, "refs/main", b"abc");
    put(&entry, "snapshots/abc/config.json", b"{}");
    put(&entry, "snapshots/old/config.json", b"{}");
    let snapshot = entry.join("snapshots/abc");
    std::os::unix::fs::symlink("../../blobs/0123", snapshot.join("s.safetensors"))
        .expect("links can be made");
    index(&snapshot, &[("a", "s.safetensors")]);
    for path in [&entry, &snapshot] {
        let source = open(path).expect("reads");
        assert_eq!((names(&*source), source.info().config.as_deref()), (vec!["a"], Some("{}")));
    }
}

#[test]
fn a_folder_without_weights_lists_what_is_there() {
    let folder = tempdir().expect("a fresh folder");
    put(folder.path(), "readme.md", b"hello");
    put(folder.path(), "sub/x", b"");
    assert_eq!(
        refusal(folder.path(), folder.path()),
        "FOLDER: the folder holds no weight file; it holds readme.md, sub/"
    );
}
