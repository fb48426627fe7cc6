//! What the command says of itself: version, columns, completions, manual.

use crate::harness::Place;

#[test]
fn the_version_is_the_packages() {
    assert_eq!(Place::new().run(&["--version"]).ok(), format!("heavytail {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_column_is_explained() {
    let shown = Place::new().run(&["columns", "alpha", "Q"]).ok();
    insta::assert_snapshot!(shown);
    let all = Place::new().run(&["columns", "--format", "json"]).ok();
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    assert_eq!(all.as_array().unwrap().len(), heavytail::registry().len());
}

#[test]
fn completions_and_the_manual_name_every_verb() {
    let place = Place::new();
    let bash = place.run(&["completions", "bash"]).ok();
    let man = place.run(&["man"]).ok();
    for verb in ["describe", "analyze", "compare", "check", "columns"] {
        assert!(bash.contains(verb), "{verb}");
        assert!(man.contains(verb), "{verb}");
    }
}
