//! `compare`: the question that the tool is for.

use crate::harness::{Place, repository};

#[test]
fn the_pair_is_compared_and_the_starved_model_is_named() {
    let place = Place::new();
    let little = repository("examples/tiny-gpt-little-data");
    let much = repository("examples/tiny-gpt-much-data");
    let shown = place.run(&["compare", &little, &much]).ok();
    assert!(
        shown
            .replace('\n', " ")
            .contains("tiny-gpt-little-data was trained with less data for its size than tiny-gpt-much-data"),
        "{shown}"
    );
    insta::assert_snapshot!(shown);
}

#[test]
fn one_model_that_can_not_be_read_does_not_cost_the_others() {
    let place = Place::new();
    let much = repository("examples/tiny-gpt-much-data");
    let ran = place.run(&["compare", "nowhere", &much]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "heavytail: nowhere: no such file or folder\nheavytail: 1 of 2 models could not be read; each is named above\n"
    );
    assert!(ran.stdout.contains("tiny-gpt-much-data"), "{}", ran.stdout);
}

#[test]
fn the_same_model_twice_does_not_differ() {
    let much = repository("examples/tiny-gpt-much-data");
    let shown = Place::new().run(&["compare", &much, &much]).ok();
    assert!(
        shown.replace('\n', " ").contains(
            "The layers don't tell which of tiny-gpt-much-data and tiny-gpt-much-data (2) had less data"
        ),
        "{shown}"
    );
}
