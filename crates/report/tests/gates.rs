//! Findings as pipelines take them, and policies with their baselines.

use std::path::PathBuf;

use heavytail::{Details, Finding, GateOptions, Level, Rule, gate, is_shut};
use heavytail_report::{Policy, write_baseline, write_junit, write_sarif};
use insta::assert_snapshot;
use serde_json::Value;

use crate::tables::{model, of};

const LIMITS: GateOptions = GateOptions {
    max_alpha: Some(6.0),
    min_alpha: Some(2.0),
    max_undertrained_share: Some(0.05),
    max_mean_alpha: None,
};

fn written(write: impl FnOnce(&mut dyn std::io::Write)) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

/// A table with an offender whose name is markup, a terminal's escape sequence and an infinite alpha.
fn hostile() -> Details {
    let mut details = of(&[("</testcase><script>\"'&\u{1b}[2J", f64::INFINITY), ("fine", 3.0)]);
    details.origin.path = PathBuf::from("models/a & b.pt");
    details
}

fn shown(findings: &[Finding]) -> Vec<(Level, Rule, &str)> {
    findings
        .iter()
        .map(|finding| (finding.level, finding.rule, finding.layer.as_deref().unwrap_or("model")))
        .collect()
}

#[test]
fn sarif_has_a_result_a_finding() {
    let details = model();
    let text = written(|out| write_sarif(&details, &gate(&details, &LIMITS), out).unwrap());
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(uri, "models/gpt");
    }
    let layer = &results[1]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
    assert_eq!(layer, "transformer.h.0.attn.c_proj");
    assert_snapshot!(serde_json::to_string_pretty(&results[1]).unwrap());
}

#[test]
fn junit_has_a_case_a_layer_and_one_for_the_model() {
    let details = model();
    assert_snapshot!(written(|out| write_junit(&details, &gate(&details, &LIMITS), out).unwrap()));
}

#[test]
fn hostile_names_do_no_harm_in_either() {
    let details = hostile();
    let findings = gate(&details, &LIMITS);
    let xml = written(|out| write_junit(&details, &findings, out).unwrap());
    assert!(!xml.contains("<script") && !xml.contains('\u{1b}'), "{xml}");
    assert_eq!(xml.matches("<testcase ").count(), 3);
    let log: Value =
        serde_json::from_str(&written(|out| write_sarif(&details, &findings, out).unwrap())).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results[1]["properties"]["value"], "Infinity");
    assert!(!results[1]["message"]["text"].as_str().unwrap().contains('\u{1b}'));
}

fn folder(policy: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heavytail.toml");
    std::fs::write(&path, policy).unwrap();
    (folder, path)
}

const POLICY: &str = r#"
[check]
max-alpha = 6
min-alpha = 2
baseline = "known.toml"

[[check.layers]]
match = ["*.attn.c_proj"]
max-alpha = 8

[[check.layers]]
match = ["*.mlp.*"]
skip = true
"#;

#[test]
fn the_last_rule_that_names_a_layer_decides() {
    let (_folder, path) = folder(POLICY);
    let policy = Policy::read(&path).unwrap();
    let findings = policy.findings(&model());
    // c_proj of block 0 has 7.5 and may have 8; the mlp layers, one of 1.75 and one without a fit, are skipped.
    assert_eq!(shown(&findings), [(Level::Error, Rule::MaxAlpha, "transformer.h.1.attn.c_proj")]);
    assert_eq!(findings[0].limit, Some(8.0));
}

#[test]
fn a_baseline_allows_what_is_known_until_it_grows_worse_or_goes() {
    let (folder, path) = folder(POLICY);
    let findings = Policy::read(&path).unwrap().findings(&model());
    let baseline = written(|out| write_baseline(&findings, out).unwrap());
    std::fs::write(folder.path().join("known.toml"), &baseline).unwrap();

    let policy = Policy::read(&path).unwrap();
    let known = policy.findings(&model());
    assert_eq!(shown(&known), [(Level::Note, Rule::MaxAlpha, "transformer.h.1.attn.c_proj")]);
    assert!(!is_shut(&known));
    assert_eq!(written(|out| write_baseline(&known, out).unwrap()), baseline, "written again it is the same");

    let worse = policy.findings(&of(&[("transformer.h.1.attn.c_proj", 11.5)]));
    assert!(is_shut(&worse) && worse[0].message.ends_with("(worse than the baseline's 11.000)"), "{worse:?}");

    let gone = policy.findings(&of(&[("transformer.h.1.attn.c_proj", 4.0)]));
    assert_eq!(shown(&gone), [(Level::Note, Rule::MaxAlpha, "transformer.h.1.attn.c_proj")]);
    assert!(gone[0].message.contains("no longer occurs"));
}

#[test]
fn a_wrong_policy_is_refused_with_its_name_and_place() {
    let message = |policy: &str| {
        let (_folder, path) = folder(policy);
        let message = Policy::read(&path).unwrap_err().to_string();
        message.strip_prefix(&format!("{}: ", path.display())).unwrap().to_owned()
    };
    assert!(message("[check]\nmax-alhpa = 6\n").contains("unknown field `max-alhpa`"));
    assert!(message("[check]\nmax-alpha = 'six'\n").contains("line 2"));
    assert_eq!(
        message("[check]\nmax-undertrained-share = 5.0\n"),
        "option max-undertrained-share: 5 is not allowed; a share, 0 to 1"
    );
    assert!(message("[check]\n[[check.layers]]\nmatch = ['a[']\n").contains("a["));
    assert_eq!(
        message("[check]\nmin-alpha = 2\n[[check.layers]]\nmatch = ['a']\nmax-alpha = 1.5\n"),
        "option min-alpha: 2 is not allowed; at most max-alpha, 1.5"
    );
    let (folder, path) = folder("[check]\nbaseline = 'known.toml'\n");
    std::fs::write(folder.path().join("known.toml"), "[[allowed]]\nrule = 'max-alfa'\n").unwrap();
    let told = Policy::read(&path).unwrap_err().to_string();
    assert!(told.ends_with("known.toml: there is no rule `max-alfa`"), "{told}");
}
