//! Files behind URLs: only what is asked for comes, it comes once, and every format reads as from a disk.

use std::path::Path;

use heavytail_formats::{TensorSource, open};

use super::{Cache, Server, TENSOR, check, files_below, model};
use crate::files::tiny;

#[test]
fn only_the_header_and_the_tensors_asked_for_are_fetched() {
    let (server, cache) = (Server::start(), Cache::new());
    server.put("/a/model.safetensors", &model(&["a", "b", "c", "d"]));
    let address = format!("{}/a/model.safetensors", server.address);
    let source = cache.open(&address).expect("opens");
    assert_eq!(source.tensors().len(), 4);
    assert_eq!(source.info().files, [Path::new(&address)]);
    assert!(server.sent() <= 4096, "the header fits the first block");
    check(&*source, 2);
    let seen = server.seen();
    assert_eq!(seen.len(), 1, "a tensor comes in one request");
    assert!((TENSOR - 4096..=TENSOR + 8192).contains(&seen[0].sent));
    check(&*source, 2);
    assert_eq!(server.sent(), 0, "it is here now");
}

#[test]
fn a_second_run_asks_only_for_the_version_and_for_what_is_missing() {
    let (server, cache) = (Server::start(), Cache::new());
    server.put("/m.safetensors", &model(&["a", "b", "c"]));
    let address = format!("{}/m.safetensors", server.address);
    check(&*cache.open(&address).expect("opens"), 1);
    server.seen();
    let again = cache.open(&address).expect("opens");
    check(&*again, 1);
    assert!(server.sent() <= 4096, "the first block tells the version");
    check(&*again, 2);
    assert!((TENSOR - 8192..=TENSOR + 8192).contains(&server.sent()));
}

#[test]
fn a_new_version_between_runs_is_read_anew_and_the_old_one_removed() {
    let (server, cache) = (Server::start(), Cache::new());
    let address = format!("{}/m.safetensors", server.address);
    server.put("/m.safetensors", &model(&["a", "b"]));
    check(&*cache.open(&address).expect("opens"), 0);
    server.put("/m.safetensors", &model(&["x", "y", "z"]));
    let source = cache.open(&address).expect("opens");
    assert_eq!(source.tensors()[2].name, "z");
    check(&*source, 2);
    let kept = files_below(&cache.options.cache);
    assert_eq!(
        kept.iter().filter(|path| path.ends_with("m.safetensors")).count(),
        2,
        "bytes and map: {kept:?}"
    );
}

#[test]
fn a_file_without_a_version_is_not_kept() {
    let (server, cache) = (Server::start(), Cache::new());
    server.put("/m.safetensors", &model(&["a"]));
    server.site().files.get_mut("/m.safetensors").expect("it is there").1 = None;
    check(&*cache.open(&format!("{}/m.safetensors", server.address)).expect("opens"), 0);
    assert!(files_below(&cache.options.cache).is_empty());
}

#[test]
fn a_server_without_ranges_sends_the_file_once() {
    let (server, cache) = (Server::start(), Cache::new());
    let bytes = model(&["a", "b"]);
    server.put("/m.safetensors", &bytes);
    server.site().whole_only = true;
    let source = cache.open(&format!("{}/m.safetensors", server.address)).expect("opens");
    check(&*source, 0);
    check(&*source, 1);
    assert!(server.sent() <= 2 * bytes.len(), "once to see what it is, once to keep it");
}

#[test]
fn an_index_brings_its_shards_and_a_query_goes_along() {
    let (server, cache) = (Server::start(), Cache::new());
    server.put("/m/s-1.safetensors?key=1", &model(&["a", "b"]));
    server.put("/m/s-2.safetensors?key=1", &model(&["c"]));
    let index =
        br#"{"weight_map": {"c": "s-2.safetensors", "a": "s-1.safetensors", "b": "s-1.safetensors"}}"#;
    server.put("/m/model.safetensors.index.json?key=1", index);
    let address = format!("{}/m/model.safetensors.index.json?key=1", server.address);
    let source = cache.open(&address).expect("opens");
    let names: Vec<&str> = source.tensors().iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names, ["c", "a", "b"]);
    assert!(server.sent() < 5 * 4096);
    assert!(source.load(1).is_ok());
}

#[test]
fn an_index_that_climbs_is_refused() {
    let (server, cache) = (Server::start(), Cache::new());
    server.put("/m/model.safetensors.index.json", br#"{"weight_map": {"a": "../../s.safetensors"}}"#);
    server.put("/m/../../s.safetensors", &model(&["a"]));
    let refusal = cache.refusal(&format!("{}/m/model.safetensors.index.json", server.address));
    assert!(refusal.contains("is refused"), "{refusal}");
    assert!(files_below(cache.folder.path()).iter().all(|path| path.starts_with(&cache.options.cache)));
}

/// All elements of every tensor, as text where they can't be had.
fn contents(source: &dyn TensorSource) -> Vec<(String, Result<Vec<u64>, String>)> {
    let bits = |index: usize| {
        let data = source.load(index).map_err(|error| error.kind().to_string())?;
        let mut out = vec![0.0_f64; data.len()];
        data.decode(0, 1, &mut out).map_err(|error| error.kind().to_string())?;
        Ok(out.into_iter().map(f64::to_bits).collect())
    };
    source.tensors().iter().enumerate().map(|(index, tensor)| (tensor.name.clone(), bits(index))).collect()
}

#[test]
fn every_format_reads_over_the_network_as_from_the_disk() {
    let (server, mut cache) = (Server::start(), Cache::new());
    // So small that nearly every step of every reader has to fetch.
    cache.options.block = 64;
    let mut compared = 0;
    for entry in std::fs::read_dir(tiny("")).expect("the fixtures").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_model = entry.path().is_file() && !name.ends_with(".py") && !name.ends_with(".bin");
        if !is_model || name == "onnx_external.onnx" {
            continue;
        }
        server.put(&format!("/{name}"), &std::fs::read(entry.path()).expect("reads"));
        if name.starts_with("split-00001") {
            let other = "split-00002-of-00002.gguf";
            server.put(&format!("/{other}"), &std::fs::read(tiny(other)).expect("reads"));
        }
        let local = open(&entry.path()).expect("reads");
        let remote = cache.open(&format!("{}/{name}", server.address)).expect(&name);
        assert_eq!(local.tensors(), remote.tensors(), "{name}");
        assert_eq!(contents(&*local), contents(&*remote), "{name}");
        compared += 1;
    }
    assert!(compared > 30);
}
