//! `analyze` as people see it.

use crate::harness::{Place, noise, repository, safetensors};

#[test]
fn the_table_the_histogram_and_the_verdict_of_a_real_model() {
    let shown = Place::new().run(&["analyze", &repository("examples/tiny-gpt-much-data")]);
    assert_eq!(shown.stderr, "");
    insta::assert_snapshot!(shown.ok());
}

#[test]
fn sorted_and_cut_to_the_worst() {
    let model = repository("examples/tiny-gpt-little-data");
    let words = ["analyze", &model, "--sort=-alpha", "--top", "3", "--columns", "longname,alpha,D"];
    let shown = Place::new().run(&words).ok();
    insta::assert_snapshot!(shown);
}

#[test]
fn an_unknown_column_is_named_with_the_one_that_was_meant() {
    let model = repository("examples/tiny-gpt-little-data");
    let refused = Place::new().run(&["analyze", &model, "--columns", "Alpha"]).refused();
    assert_eq!(
        refused,
        "heavytail: there is no column `Alpha` (did you mean `alpha`?); `heavytail columns` lists them all\n"
    );
}

#[test]
fn the_bytes_do_not_depend_on_threads_or_on_the_run() {
    let model = repository("examples/tiny-gpt-little-data");
    let of = |threads| Place::new().run(&["analyze", &model, "--format", "csv", "--threads", threads]).ok();
    let one = of("1");
    assert_eq!(one, of("8"));
    assert_eq!(one, of("1"));
}

#[test]
fn colour_only_where_it_is_asked_for() {
    let model = repository("examples/tiny-gpt-little-data");
    let place = Place::new();
    assert!(!place.run(&["analyze", &model]).ok().contains('\u{1b}'));
    assert!(place.run(&["analyze", &model, "--color", "always"]).ok().contains('\u{1b}'));
}

#[test]
fn a_hostile_name_can_not_move_the_cursor() {
    let place = Place::new();
    let name = "\u{1b}[2J\u{202e}evil.weight";
    place.write("model.safetensors", &safetensors(&[(name, &[32, 16], noise(512, 1))]));
    let shown = place.run(&["analyze", "model.safetensors"]).ok();
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
    assert!(shown.contains("evil"));
}

#[test]
fn verbose_tells_each_layer_and_quiet_tells_nothing() {
    let model = repository("examples/tiny-gpt-little-data");
    let words = ["analyze", &model, "--layers", "*wte,nowhere", "--format", "csv"];
    let told = Place::new().run(&[&words[..], &["--verbose"]].concat());
    assert!(told.stderr.starts_with("transformer.wte: alpha "), "{}", told.stderr);
    assert!(told.stderr.ends_with("heavytail: --layers: `nowhere` is no layer of this model\n"));
    assert_eq!(Place::new().run(&[&words[..], &["--quiet"]].concat()).stderr, "");
}

#[test]
fn the_limits_of_the_verdict_are_options() {
    let place = Place::new();
    let model = repository("examples/tiny-gpt-little-data");
    let verdict = |words: &[&str]| {
        let printed = place.run(&[&["analyze", &model, "--format", "json"], words].concat()).ok();
        let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
        json["verdict"]["word"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(&[]), "uncertain");
    // 22 % of its layers are above 6.
    assert_eq!(verdict(&["--tolerated-share", "0.3"]), "enough-data");
    assert_eq!(verdict(&["--tolerated-share", "0.3", "--min-layers", "19"]), "uncertain");
    let refused = place.run(&["analyze", &model, "--tolerated-share", "5"]).refused();
    assert!(refused.contains("--tolerated-share") && refused.contains("between 0 and 1"), "{refused}");
}
