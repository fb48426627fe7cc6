//! Where a model can come from: standard input, a pattern, an address.

use crate::harness::{Place, safetensors};

fn weight(name: &str) -> Vec<u8> {
    let elements = (0_u16..4096).map(|number| f32::from(number % 97)).collect();
    safetensors(&[(name, &[64, 64], elements)])
}

#[test]
fn a_dash_is_standard_input() {
    let place = Place::new();
    let model = weight("fc.weight");
    let shown = place.run_with_input(&["describe", "-", "--format", "csv"], &model).ok();
    assert!(shown.lines().count() == 2 && shown.contains("fc"), "{shown}");
    let refused = place.run_with_input(&["describe", "-"], b"no model").refused();
    assert!(refused.contains("standard input: no checkpoint format that is known"), "{refused}");
    assert!(place.run_with_input(&["describe", "-"], b"").refused().contains("the file is empty"));
}

#[test]
fn a_pattern_is_one_model_of_several_files() {
    let place = Place::new();
    for (file, name) in [("m-1.bin", "a.weight"), ("m-2.bin", "b.weight"), ("other.bin", "c.weight")] {
        place.write(file, &weight(name));
    }
    let shown = place.run(&["describe", "m-*.bin", "--format", "csv"]).ok();
    assert_eq!(shown.lines().count(), 3, "{shown}");
    assert!(place.run(&["describe", "n-*.bin"]).refused().contains("n-*.bin: no such file or folder"));
}

#[test]
fn addresses_are_understood_by_the_command() {
    let place = Place::new();
    let refused = place.run(&["describe", "ftp://host/model"]).refused();
    assert!(refused.contains("known are hf://, https://"), "{refused}");
    let refused = place.run(&["describe", "http://127.0.0.1:1/model.safetensors"]).refused();
    assert!(refused.contains("http://127.0.0.1:1/model.safetensors: no connection"), "{refused}");
}
