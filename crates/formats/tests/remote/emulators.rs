//! The same models in real object stores on loopback: moto speaks S3 and checks signatures and permissions, azurite speaks
//! Azure's language and checks signatures, and Google's is for reading that of S3 but for the signature, which `stores.py`
//! checks before moto is asked. `cargo xtask test` starts them
//! (`stores.py` beside this file) and names them in `HEAVYTAIL_STORES`; without it these tests are ignored.

use std::path::Path;

use heavytail_formats::{RemoteOptions, open};

use super::Cache;
use crate::files::{numbers, tiny};

/// What `stores.py` printed.
fn lines() -> String {
    let path = std::env::var("HEAVYTAIL_STORES").expect("`cargo xtask test` starts the stores");
    std::fs::read_to_string(path).expect("the runner wrote it")
}

/// A fresh cache and the credentials of this store, as a program finds them in its environment.
fn store(word: &str) -> Cache {
    let mut cache = Cache::new();
    let lines = lines();
    let all = lines.lines().filter_map(|line| line.strip_prefix(word)?.trim().split_once('='));
    let variables = all.map(|(name, value)| (name.to_owned(), value.to_owned()));
    cache.options.variables = RemoteOptions::store_variables(variables);
    assert!(!cache.options.variables.is_empty());
    cache
}

/// Holds all of a remote model against the same on the disk.
fn same(cache: &Cache, address: &str, local: &str) {
    let remote = cache.open(address).expect(address);
    let local = open(&tiny(local)).expect(local);
    assert_eq!(local.tensors(), remote.tensors(), "{address}");
    assert_eq!(local.info().format, remote.info().format);
    for tensor in local.tensors().iter().filter(|tensor| tensor.dtype.size() > 1) {
        assert_eq!(numbers(&*local, &tensor.name), numbers(&*remote, &tensor.name), "{address}");
    }
}

/// What every store must do.
fn reads_files_and_prefixes(scheme: &str, word: &str) {
    let cache = store(word);
    let at = |key: &str| format!("{scheme}://models/{key}");
    same(&cache, &at("weights.safetensors"), "weights.safetensors");
    same(&cache, &at("odd names/ä b+c=100%.safetensors"), "weights.safetensors");
    same(&cache, &at("split/split-00002-of-00002.gguf"), "split-00001-of-00002.gguf");
    for folder in ["tf_saved_model", "tf_checkpoint/", "torch_dcp", "coreml_half.mlpackage"] {
        same(&cache, &at(folder), folder.trim_end_matches('/'));
    }
    assert!(cache.refusal(&at("empty.safetensors")).contains("the file is empty"));
    assert_eq!(
        cache.refusal(&at("none.safetensors")),
        format!(
            "{}: the bucket `models` has no object of this key and none under it; keys are case-sensitive",
            at("none.safetensors")
        )
    );
    let missing = format!("{scheme}://elsewhere/m.safetensors");
    let refusal = cache.refusal(&missing);
    assert!(refusal.starts_with(&missing) && refusal.contains("there is no bucket `elsewhere`"), "{refusal}");
}

#[test]
#[ignore = "needs the stores that `cargo xtask test` starts"]
fn s3_reads_files_and_prefixes() {
    reads_files_and_prefixes("s3", "S3");
    // A page of a listing has a thousand keys; this prefix has one more.
    same(&store("S3"), "s3://models/many", "weights.safetensors");
}

#[test]
#[ignore = "needs the stores that `cargo xtask test` starts"]
fn azure_reads_files_and_prefixes() {
    reads_files_and_prefixes("az", "AZ");
}

#[test]
#[ignore = "needs the stores that `cargo xtask test` starts"]
fn google_reads_files_and_prefixes() {
    reads_files_and_prefixes("gs", "GS");
}

#[test]
#[ignore = "needs the stores that `cargo xtask test` starts"]
fn google_reads_for_a_service_account_and_checks_its_signature() {
    reads_files_and_prefixes("gs", "ACCOUNT");
    let address = "gs://models/weights.safetensors";
    let forged = store("FORGED").refusal(address);
    assert!(forged.starts_with(address) && forged.contains("401 AuthenticationRequired"), "{forged}");
    assert!(forged.contains("GOOGLE_APPLICATION_CREDENTIALS"), "{forged}");
    let mut unsigned = store("ACCOUNT");
    unsigned.options.variables.retain(|(name, _)| name == "GOOGLE_BASE_URL");
    unsigned.options.variables.push(("GOOGLE_SKIP_SIGNATURE".to_owned(), "true".to_owned()));
    let refusal = unsigned.refusal(address);
    assert!(refusal.contains("401 AuthenticationRequired"), "{refusal}");
}

#[test]
#[ignore = "needs the stores that `cargo xtask test` starts"]
fn s3_checks_who_asks_and_the_refusal_says_which_variables_to_look_at() {
    let address = "s3://models/weights.safetensors";
    let refused = |name: &str, value: &str, address: &str| {
        let mut cache = store("S3");
        cache.options.variables.retain(|(other, _)| other != name);
        cache.options.variables.push((name.to_owned(), value.to_owned()));
        cache.refusal(address)
    };
    let unknown = refused("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN", address);
    assert!(unknown.starts_with(address) && unknown.contains("403 InvalidAccessKeyId"), "{unknown}");
    assert!(unknown.contains("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"), "{unknown}");
    let wrong = refused("AWS_SECRET_ACCESS_KEY", "wrong", address);
    assert!(wrong.contains("403 SignatureDoesNotMatch"), "{wrong}");
    let denied = refused("AWS_REGION", "us-east-1", "s3://closed/m.safetensors");
    assert!(denied.contains("403 AccessDenied") && denied.contains("may not read `closed`"), "{denied}");
}

#[test]
#[ignore = "needs the stores that `cargo xtask test` starts"]
fn azure_checks_the_key() {
    let mut cache = store("AZ");
    for (name, value) in &mut cache.options.variables {
        if name == "AZURE_STORAGE_ACCOUNT_KEY" {
            *value = "d3Jvbmc=".to_owned();
        }
    }
    let refusal = cache.refusal("az://models/weights.safetensors");
    assert!(refusal.contains("403 AuthorizationFailure"), "{refusal}");
    assert!(refusal.contains("AZURE_STORAGE_ACCOUNT_KEY"), "{refusal}");
}

#[test]
#[ignore = "needs the stores that `cargo xtask test` starts"]
fn a_second_run_fetches_nothing_but_the_version() {
    let cache = store("S3");
    let address = Path::new("s3://models/weights.safetensors");
    let first = heavytail_formats::open_with(address, &cache.options).expect("opens");
    let kept = super::files_below(&cache.options.cache);
    assert!(!kept.is_empty());
    drop(first);
    same(&cache, "s3://models/weights.safetensors", "weights.safetensors");
    assert_eq!(super::files_below(&cache.options.cache), kept);
}
