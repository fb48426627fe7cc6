//! Servers and lines that fail: what passes is tried again, what does not is said at once and clearly.

use std::time::{Duration, Instant};

use super::server::Fault;
use super::{Cache, Server, TENSOR, check, model};

fn served() -> (Server, Cache, String) {
    let (server, cache) = (Server::start(), Cache::new());
    server.put("/m.safetensors", &model(&["a", "b"]));
    let address = format!("{}/m.safetensors", server.address);
    (server, cache, address)
}

const PATH: &str = "/m.safetensors";

#[test]
fn a_transfer_that_is_cut_goes_on_at_the_byte_where_it_was_cut() {
    let (server, cache, address) = served();
    let source = cache.open(&address).expect("opens");
    server.seen();
    server.misbehave(PATH, [Fault::Cut(100_001), Fault::Cut(50_000), Fault::Cut(0)]);
    check(&*source, 1);
    let seen = server.seen();
    assert_eq!(seen.len(), 4);
    let starts: Vec<usize> = seen.iter().filter_map(|seen| Some(seen.range?.0)).collect();
    assert_eq!((starts[1] - starts[0], starts[2] - starts[1], starts[3] - starts[2]), (100_001, 50_000, 0));
    assert!(seen.iter().map(|seen| seen.sent).sum::<usize>() <= TENSOR + 8192, "no byte twice");
}

#[test]
fn what_came_before_a_lasting_failure_is_kept_for_the_next_run() {
    let (server, cache, address) = served();
    let source = cache.open(&address).expect("opens");
    server.misbehave(PATH, [Fault::Cut(200_000), Fault::Status(404, None), Fault::Status(404, None)]);
    let error = source.load(1).map(|_| ()).expect_err("the server has lost it").to_string();
    assert!(error.contains("tensor `b`") && error.contains("404"), "{error}");
    server.seen();
    check(&*cache.open(&address).expect("opens"), 1);
    assert!(server.sent() < TENSOR - 200_000 + 4 * 4096);
}

#[test]
fn a_busy_server_is_asked_again_when_it_says() {
    let (server, cache, address) = served();
    server.misbehave(PATH, [Fault::Status(429, Some("1")), Fault::Status(503, Some("0"))]);
    let start = Instant::now();
    let source = cache.open(&address).expect("opens");
    assert!(start.elapsed() >= Duration::from_secs(1));
    server.misbehave(PATH, [Fault::Status(503, Some("0")), Fault::Status(500, Some("0"))]);
    check(&*source, 1);
}

#[test]
fn a_server_that_stays_busy_is_named() {
    let (server, cache, address) = served();
    server.misbehave(PATH, std::iter::repeat_n(Fault::Status(429, Some("0")), 20));
    assert_eq!(
        cache.refusal(&address),
        format!("{address}: the server answers 429 again and again and asks to wait 0 seconds")
    );
}

#[test]
fn a_wait_of_an_hour_is_told_and_not_waited() {
    let (server, cache, address) = served();
    server.misbehave(PATH, [Fault::Status(429, Some("3600"))]);
    let refusal = cache.refusal(&address);
    assert!(refusal.ends_with("429 again and again and asks to wait 3600 seconds"), "{refusal}");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_no_mixture() {
    let (server, cache, address) = served();
    let source = cache.open(&address).expect("opens");
    server.put(PATH, &model(&["x", "b"]));
    let error = source.load(1).map(|_| ()).expect_err("it is another file").to_string();
    assert!(error.contains("changed on the server"), "{error}");
}

#[test]
fn wrong_ranges_and_lengths_are_refused() {
    let (server, cache, address) = served();
    let source = cache.open(&address).expect("opens");
    server.misbehave(PATH, [Fault::WrongStart(10)]);
    let error = source.load(1).map(|_| ()).expect_err("other bytes").to_string();
    assert!(error.contains("where bytes") && error.contains("was asked for"), "{error}");
    server.misbehave(PATH, [Fault::WrongTotal(17)]);
    let error = source.load(1).map(|_| ()).expect_err("another length").to_string();
    assert!(error.contains("changed on the server"), "{error}");
    check(&*source, 1);
}

#[test]
fn refusals_and_dead_servers_are_told_apart() {
    let (server, cache, _) = served();
    let missing = format!("{}/none.safetensors", server.address);
    assert!(cache.refusal(&missing).contains("404 (not found)"));
    assert!(cache.refusal("http://127.0.0.1:1/m.safetensors").contains("no connection"));
    assert!(cache.refusal("ftp://host/m").contains("the address is not understood"));
    server.put("/empty", b"");
    assert!(cache.refusal(&format!("{}/empty", server.address)).contains("the file is empty"));
    server.put("/page", b"<!DOCTYPE html><html></html>");
    assert!(cache.refusal(&format!("{}/page", server.address)).contains("no checkpoint format"));
}

#[test]
fn redirects_in_a_circle_end() {
    let (server, cache, _) = served();
    server.site().redirects.insert("/a".to_owned(), "/b".to_owned());
    server.site().redirects.insert("/b".to_owned(), "a".to_owned());
    assert!(cache.refusal(&format!("{}/a", server.address)).contains("redirects in circles"));
}

#[test]
fn two_readers_of_one_cache_see_the_same_bytes() {
    let (_server, cache, address) = served();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let source = cache.open(&address).expect("opens");
                check(&*source, 0);
                check(&*source, 1);
            });
        }
    });
}
