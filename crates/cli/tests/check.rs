//! `check`: the gate of a release pipeline.

use crate::harness::{Place, repository};

fn little() -> String {
    repository("examples/tiny-gpt-little-data")
}

#[test]
fn the_gate_is_shut_with_exit_code_1_and_open_with_0() {
    let place = Place::new();
    let shut = place.run(&["check", &little()]);
    assert_eq!(shut.code, 1);
    insta::assert_snapshot!(shut.stdout.replace(&little(), "MODEL"));
    let open = place.run(&["check", &little(), "--max-alpha", "20"]);
    assert_eq!(open.code, 0);
    assert_eq!(open.stdout.replace(&little(), "MODEL"), "MODEL: passed, 0 of 0 findings shut the gate\n");
    assert_eq!(place.run(&["check", &little(), "--max-mean-alpha", "4.3"]).code, 1);
    assert_eq!(place.run(&["check", &little(), "--max-mean-alpha", "4.5"]).code, 0);
    assert_eq!(place.run(&["check", &little(), "--max-undertrained-share", "0.2"]).code, 1);
    assert_eq!(place.run(&["check", &little(), "--min-alpha", "1.5"]).code, 1);
    assert_eq!(place.run(&["check", "nowhere"]).code, 2);
    let refused = place.run(&["check", &little(), "--max-undertrained-share", "2"]).refused();
    assert_eq!(refused, "heavytail: option max-undertrained-share: 2 is not allowed; a share, 0 to 1\n");
}

#[test]
fn a_policy_gives_limits_by_layer_and_a_baseline_allows_known_offenders() {
    let place = Place::new();
    let policy = "[check]\nmax-alpha = 6\nbaseline = \"known.toml\"\n\n[[check.layers]]\nmatch = [\"*.mlp.c_proj\"]\nskip = true\n";
    place.write("heavytail.toml", policy.replace("baseline = \"known.toml\"\n", "").as_bytes());
    let before = place.run(&["check", &little(), "--write-baseline", "known.toml"]);
    assert_eq!(before.code, 1);
    assert!(!before.stdout.contains("mlp.c_proj"), "{}", before.stdout);
    place.write("heavytail.toml", policy.as_bytes());
    let after = place.run(&["check", &little()]);
    assert_eq!(after.code, 0, "{}", after.stdout);
    assert!(after.stdout.contains("allowed: "), "{}", after.stdout);
    place.write("bad.toml", b"[check]\nmax-alfa = 6\n");
    let refused = place.run(&["check", &little(), "--policy", "bad.toml"]).refused();
    assert!(refused.starts_with("heavytail: bad.toml: ") && refused.contains("max-alfa"), "{refused}");
}

#[test]
fn findings_as_sarif_junit_and_json() {
    let place = Place::new();
    let run = |format| {
        let ran = place.run(&["check", &little(), "--format", format]);
        assert_eq!(ran.code, 1);
        ran.stdout
    };
    let sarif: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 4);
    let junit = run("junit");
    assert!(junit.contains("<testsuite") && junit.matches("<failure").count() == 4, "{junit}");
    let json: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 4);
}
