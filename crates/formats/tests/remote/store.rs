//! Object stores: what is asked of them, and what is said when they refuse. The server is the one of every remote test,
//! which speaks as much of S3 as reading takes; real ones are in `emulators`.

use std::time::Duration;

use super::server::{Fault, Server};
use super::{Cache, TENSOR, check, model};
use crate::files::filled;

const PATH: &str = "/bucket/a/m.safetensors";
const ADDRESS: &str = "s3://bucket/a/m.safetensors";

/// A bucket with one model, and who may read it.
fn bucket() -> (Server, Cache) {
    let (server, mut cache) = (Server::start(), Cache::new());
    server.put(PATH, &model(&["a", "b", "c"]));
    cache.options.variables = variables(&[
        ("AWS_ENDPOINT_URL", &server.address),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ]);
    (server, cache)
}

fn variables(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The path and query by which the keys under a prefix are listed.
const LISTING: &str = "/bucket?list-type=2&prefix=a%2Fm%2F";

fn list(server: &Server, objects: &[(&str, usize)]) {
    let entry = |(key, size): &(&str, usize)| {
        format!(
            "<Contents><Key>{key}</Key><Size>{size}</Size><ETag>\"{size}\"</ETag>\
             <LastModified>2026-11-30T00:00:00.000Z</LastModified></Contents>"
        )
    };
    let entries: String = objects.iter().map(entry).collect();
    let text = format!("<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>");
    server.put(LISTING, text.as_bytes());
}

/// Puts these files under the prefix, and the object that consoles make to stand for it.
fn put_listed(server: &Server, files: &[(String, Vec<u8>)]) {
    let keys: Vec<String> = files.iter().map(|(name, _)| format!("a/m/{name}")).collect();
    let mut objects: Vec<(&str, usize)> =
        keys.iter().zip(files).map(|(key, (_, bytes))| (key.as_str(), bytes.len())).collect();
    objects.push(("a/m/", 0));
    list(server, &objects);
    for (key, (_, bytes)) in keys.iter().zip(files) {
        let tag = format!("\"{}\"", bytes.len());
        server.site().files.insert(format!("/bucket/{key}"), (bytes.clone(), Some(tag)));
    }
}

#[test]
fn only_the_header_and_the_tensors_asked_for_are_fetched_and_kept() {
    let (server, cache) = bucket();
    let source = cache.open(ADDRESS).expect("opens");
    assert_eq!(source.info().files, [std::path::Path::new(ADDRESS)]);
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].sent <= 4096, "the header fits the first block");
    let signature = seen[0].authorization.clone().expect("it is signed");
    assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=id/"), "{signature}");
    check(&*source, 1);
    let seen = server.seen();
    assert_eq!(seen.len(), 1, "a tensor comes in one request");
    assert!((TENSOR - 4096..=TENSOR + 8192).contains(&seen[0].sent));
    check(&*cache.open(ADDRESS).expect("opens"), 1);
    assert!(server.sent() <= 4096, "the first block tells the version");
}

#[test]
fn a_transfer_that_is_cut_goes_on_at_the_byte_where_it_was_cut() {
    let (server, cache) = bucket();
    let source = cache.open(ADDRESS).expect("opens");
    server.seen();
    server.misbehave(PATH, [Fault::Cut(100_001), Fault::Cut(50_000), Fault::Cut(0)]);
    check(&*source, 1);
    let starts: Vec<usize> = server.seen().iter().filter_map(|seen| Some(seen.range?.0)).collect();
    assert_eq!((starts[1] - starts[0], starts[2] - starts[1], starts[3] - starts[2]), (100_001, 50_000, 0));
}

#[test]
fn a_busy_store_is_asked_again_when_it_says_and_named_when_it_stays_busy() {
    let (server, cache) = bucket();
    server.misbehave(PATH, [Fault::Status(429, Some("1")), Fault::Status(503, Some("0"))]);
    let start = std::time::Instant::now();
    let source = cache.open(ADDRESS).expect("opens");
    assert!(start.elapsed() >= Duration::from_secs(1));
    server.misbehave(PATH, [Fault::Status(500, Some("0"))]);
    check(&*source, 1);
    server.misbehave(PATH, std::iter::repeat_n(Fault::Status(503, Some("0")), 5));
    let refusal = cache.refusal(ADDRESS);
    assert_eq!(
        refusal,
        format!("{ADDRESS}: the server answers 503 again and again and asks to wait 0 seconds")
    );
}

#[test]
fn an_object_that_changes_while_it_is_read_is_no_mixture() {
    let (server, cache) = bucket();
    let source = cache.open(ADDRESS).expect("opens");
    server.put(PATH, &model(&["x", "y", "c"]));
    let error = source.load(1).map(|_| ()).expect_err("it is another file").to_string();
    assert!(error.starts_with(ADDRESS) && error.contains("changed on the server"), "{error}");
}

#[test]
fn wrong_ranges_and_lengths_are_refused() {
    let (server, cache) = bucket();
    let source = cache.open(ADDRESS).expect("opens");
    let refused = |fault| {
        server.misbehave(PATH, [fault]);
        source.load(1).map(|_| ()).expect_err("other bytes").to_string()
    };
    let error = refused(Fault::WrongStart(10));
    assert!(
        error.contains("the store's answer is not understood: ") && error.contains("Requested"),
        "{error}"
    );
    let error = refused(Fault::WrongTotal(1 << 30));
    assert!(error.contains("changed on the server"), "{error}");
    check(&*source, 1);
}

#[test]
fn a_prefix_is_one_model() {
    let (server, cache) = bucket();
    let index =
        br#"{"weight_map": {"c": "s-2.safetensors", "a": "s-1.safetensors", "b": "s-1.safetensors"}}"#;
    put_listed(
        &server,
        &[
            ("s-1.safetensors".to_owned(), model(&["a", "b"])),
            ("s-2.safetensors".to_owned(), model(&["c"])),
            ("model.safetensors.index.json".to_owned(), index.to_vec()),
            ("config.json".to_owned(), br#"{"model_type": "llama"}"#.to_vec()),
        ],
    );
    let source = cache.open("s3://bucket/a/m/").expect("opens");
    let names: Vec<&str> = source.tensors().iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names, ["c", "a", "b"]);
    assert!(source.info().config.as_deref().is_some_and(|config| config.contains("llama")));
    assert!(server.sent() < 6 * 4096);
    assert!(source.load(1).is_ok());
    server.misbehave("/bucket/a/m", [Fault::Status(404, None)]);
    assert_eq!(cache.open("s3://bucket/a/m").expect("opens without the slash too").tensors().len(), 3);
}

#[test]
fn keys_that_lead_outside_are_refused() {
    let (server, cache) = bucket();
    list(&server, &[("a/m/../../evil.safetensors", 100)]);
    let refusal = cache.refusal("s3://bucket/a/m/");
    assert!(refusal.starts_with("s3://bucket/a/m/: ") && refusal.contains(".."), "{refusal}");
    assert!(cache.refusal("s3://bucket/a/../m").contains("no object can have such a key"));
}

#[test]
fn refusals_say_what_to_do() {
    let (server, mut cache) = bucket();
    let refused = |status, body: &str| {
        server.site().refusals.insert(PATH.to_owned(), (status, body.to_owned()));
        cache.refusal(ADDRESS)
    };
    let code = |code: &str| format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>");
    assert_eq!(
        refused(404, &code("NoSuchBucket")),
        format!(
            "{ADDRESS}: the store answers 404 NoSuchBucket: there is no bucket `bucket`; AWS_ENDPOINT_URL and \
             AWS_REGION say where it is looked for"
        )
    );
    let denied = refused(403, &code("SignatureDoesNotMatch"));
    assert!(denied.contains("403 SignatureDoesNotMatch") && denied.contains("AWS_ACCESS_KEY_ID"), "{denied}");
    let region = "<Error><Code>PermanentRedirect</Code><Region>eu-west-1</Region></Error>";
    assert!(refused(301, region).contains("is in the region eu-west-1; set AWS_REGION=eu-west-1"));
    server.site().refusals.clear();
    server.put("/bucket?list-type=2&prefix=none%2F", b"<ListBucketResult></ListBucketResult>");
    assert_eq!(
        cache.refusal("s3://bucket/none"),
        "s3://bucket/none: the bucket `bucket` has no object of this key and none under it; keys are case-sensitive"
    );
    server.put("/bucket/empty", b"");
    assert!(cache.refusal("s3://bucket/empty").contains("the file is empty"));
    cache.options.variables =
        variables(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), ("AWS_SKIP_SIGNATURE", "1")]);
    assert!(cache.refusal(ADDRESS).contains("no connection to the server"));
    cache.options.variables = variables(&[("AWS_ACCESS_KEY_ID", "id")]);
    let refusal = cache.refusal(ADDRESS);
    assert!(refusal.contains("the settings of the store are not understood"), "{refusal}");
}

#[test]
fn who_has_no_credentials_is_told_which_variables_hold_them() {
    let (server, mut cache) = bucket();
    // What a machine of the cloud would answer on; here nothing does.
    let nobody = [("AWS_ENDPOINT_URL", server.address.as_str())];
    cache.options.variables = variables(&nobody);
    let refusal = cache.refusal(ADDRESS);
    assert!(refusal.contains("there are no credentials for the store; set AWS_ACCESS_KEY_ID"), "{refusal}");
    assert!(server.seen().is_empty());
    let public = [nobody[0], ("AWS_SKIP_SIGNATURE", "true")];
    cache.options.variables = variables(&public);
    check(&*cache.open(ADDRESS).expect("opens"), 2);
    assert!(server.seen().iter().all(|seen| seen.authorization.is_none()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_model_of_hundreds_of_files_holds_no_handle_for_each() {
    let (server, cache) = bucket();
    let file = |number: usize| (format!("{number:03}.safetensors"), filled(&[(&format!("w{number}"), &[2])]));
    put_listed(&server, &(0..300).map(file).collect::<Vec<_>>());
    let source = cache.open("s3://bucket/a/m/").expect("opens");
    assert_eq!(source.tensors().len(), 300);
    // Tests beside this one hold some too; each has a few.
    let handles = std::fs::read_dir("/proc/self/fd").expect("the kernel tells").count();
    assert!(handles < 250, "{handles} handles are open");
}
