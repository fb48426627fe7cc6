//! Models of the Hugging Face Hub: listing, revisions, the token, the Hub's own cache, and being offline.

use std::path::Path;

use super::{Cache, Server, TENSOR, check, files_below, model};
use crate::files::put;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A Hub that has the model `org/name` of two shards at `main`.
fn hub() -> (Server, Cache) {
    let (server, mut cache) = (Server::start(), Cache::new());
    let index =
        br#"{"weight_map": {"a": "m-1.safetensors", "b": "m-1.safetensors", "c": "m-2.safetensors"}}"#;
    let files: [(&str, Vec<u8>); 5] = [
        ("config.json", br#"{"model_type": "llama"}"#.to_vec()),
        ("model.safetensors.index.json", index.to_vec()),
        ("m-1.safetensors", model(&["a", "b"])),
        ("m-2.safetensors", model(&["c"])),
        ("other/model.safetensors", model(&["z"])),
    ];
    list(&server, "main", &files.iter().map(|(name, bytes)| (*name, bytes.len())).collect::<Vec<_>>());
    for (name, bytes) in &files {
        server.put(&format!("/org/name/resolve/{COMMIT}/{name}"), bytes);
    }
    cache.options.hub = server.address.clone();
    (server, cache)
}

fn list(server: &Server, revision: &str, files: &[(&str, usize)]) {
    let siblings: Vec<String> =
        files.iter().map(|(name, size)| format!(r#"{{"rfilename": "{name}", "size": {size}}}"#)).collect();
    let listing = format!(r#"{{"sha": "{COMMIT}", "siblings": [{}]}}"#, siblings.join(","));
    server.put(&format!("/api/models/org/name/revision/{revision}?blobs=true"), listing.as_bytes());
}

#[test]
fn a_model_of_shards_is_read_by_ranges() {
    let (server, cache) = hub();
    let source = cache.open("hf://org/name").expect("opens");
    let names: Vec<&str> = source.tensors().iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(source.info().path, Path::new("hf://org/name"));
    assert_eq!(source.info().files[1], Path::new("hf://org/name@main/m-2.safetensors"));
    assert!(source.info().config.as_deref().is_some_and(|config| config.contains("llama")));
    assert!(server.sent() < 6 * 4096);
    check(&*source, 1);
    assert!(server.sent() <= TENSOR + 8192);
    check(&*cache.open("hf://org/name").expect("opens"), 1);
    assert_eq!(server.seen().len(), 1, "the second run asks only for the commit");
}

#[test]
fn a_revision_and_a_path_lead_to_a_part_of_the_model() {
    let (server, cache) = hub();
    list(&server, "refs%2Fpr%2F7", &[("other/model.safetensors", model(&["z"]).len())]);
    let source = cache.open("hf://org/name@refs/pr/7/other").expect("opens");
    check(&*source, 0);
    let file = cache.open("hf://org/name/other/model.safetensors").expect("opens");
    assert_eq!(file.tensors()[0].name, "z");
    assert!(cache.refusal("hf://org/name/nowhere").starts_with("hf://org/name@main/nowhere: no such file"));
    assert!(cache.refusal("hf://org/name@v9").contains("404"));
}

#[test]
fn the_token_goes_to_the_hub_and_not_to_the_host_that_it_redirects_to() {
    let (server, mut cache) = hub();
    let store = Server::start();
    cache.options.token = Some("hf_secret".to_owned());
    for shard in ["m-1.safetensors", "m-2.safetensors"] {
        let path = format!("/org/name/resolve/{COMMIT}/{shard}");
        let (bytes, _) = server.site().files.remove(&path).expect("it is there");
        store.put(&format!("/store/{shard}"), &bytes);
        server.site().redirects.insert(path, format!("{}/store/{shard}", store.address));
    }
    check(&*cache.open("hf://org/name").expect("opens"), 1);
    let (asked, stored) = (server.seen(), store.seen());
    assert!(asked.iter().all(|seen| seen.authorization.as_deref() == Some("Bearer hf_secret")));
    assert!(!stored.is_empty() && stored.iter().all(|seen| seen.authorization.is_none()));
}

#[test]
fn a_redirect_that_has_expired_is_asked_for_anew() {
    let (server, cache) = hub();
    let path = format!("/org/name/resolve/{COMMIT}/m-1.safetensors");
    let (bytes, _) = server.site().files.remove(&path).expect("it is there");
    server.put("/signed/1", &bytes);
    server.site().redirects.insert(path.clone(), "/signed/1".to_owned());
    let source = cache.open("hf://org/name").expect("opens");
    server.site().files.remove("/signed/1");
    server.put("/signed/2", &bytes);
    server.site().redirects.insert(path, "/signed/2".to_owned());
    check(&*source, 1);
}

#[test]
fn the_hubs_own_cache_is_read_where_it_has_the_commit() {
    let (server, mut cache) = hub();
    let repository = cache.options.hub_cache.join("models--org--name");
    put(&repository, "refs/main", COMMIT.as_bytes());
    put(&repository, &format!("snapshots/{COMMIT}/model.safetensors"), &model(&["q"]));
    let source = cache.open("hf://org/name").expect("opens");
    assert_eq!(source.tensors()[0].name, "q");
    assert_eq!(server.seen().len(), 1, "the commit is asked for and nothing else");
    cache.options.hub = "http://127.0.0.1:1".to_owned();
    check(&*cache.open("hf://org/name").expect("opens without a line"), 0);
    cache.options.offline = true;
    check(&*cache.open("hf://org/name").expect("opens"), 0);
    check(&*cache.open(&format!("hf://org/name@{COMMIT}")).expect("opens"), 0);
    assert!(cache.refusal("hf://org/name@v2").contains("HF_HUB_OFFLINE is set"));
}

#[test]
fn a_hub_that_names_files_outside_is_refused() {
    let (server, cache) = hub();
    for name in ["../../evil.safetensors", "/etc/evil.safetensors", "a/../../evil.safetensors"] {
        list(&server, "main", &[(name, 100)]);
        assert!(cache.refusal("hf://org/name").contains("is refused"), "{name}");
    }
    assert!(files_below(cache.folder.path()).iter().all(|path| !path.to_string_lossy().contains("evil")));
}

#[test]
fn a_gated_model_says_what_it_needs() {
    let (server, cache) = hub();
    let listing = "/api/models/org/name/revision/main?blobs=true";
    server.misbehave(listing, [super::server::Fault::Status(401, None)]);
    assert!(cache.refusal("hf://org/name").contains("needs a token in HF_TOKEN"));
    server.put(listing, b"<html>");
    assert!(cache.refusal("hf://org/name").contains("list of the model's files is not understood"));
}
