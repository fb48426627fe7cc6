//! SARIF and JUnit held against what their readers require: the parts of the standards that the writers use.
//!
//! SARIF: the OASIS standard 2.1.0 of 27 March 2020, section 3 (web/test/gates.test.mjs holds the logs against its published
//! JSON schema). JUnit: the format of Ant's task as Jenkins (junit-10.xsd of its xUnit plugin) and GitLab read it.

use heavytail::{Details, GateOptions, gate};
use heavytail_report::{write_junit, write_sarif};
use serde_json::Value;

use crate::tables::{model, of};

/// Findings of every level: errors, a layer without a fit, and nothing at all.
fn tables() -> Vec<(Details, GateOptions)> {
    let strict = GateOptions {
        max_alpha: Some(6.0),
        min_alpha: Some(2.0),
        max_undertrained_share: Some(0.05),
        max_mean_alpha: Some(3.0),
    };
    let lax = GateOptions { max_alpha: Some(100.0), ..GateOptions::default() };
    let hostile = of(&[("</testcase>\u{1b}[2J\u{0}\u{fffe} \"'&", f64::INFINITY), ("a b/c?d#e", 1.5)]);
    let mut tables = vec![(model(), strict), (model(), lax), (hostile, strict), (of(&[]), lax)];
    for (details, _) in &mut tables {
        details.origin.path = "models/a b & ü.pt".into();
    }
    tables
}

/// The object has no other keys than these; those with a `!` it must have.
fn assert_keys(value: &Value, keys: &[&str]) {
    let object = value.as_object().unwrap();
    for key in object.keys() {
        assert!(keys.iter().any(|known| known.trim_end_matches('!') == key), "{key} in {value}");
    }
    for key in keys.iter().filter_map(|key| key.strip_suffix('!')) {
        assert!(object.contains_key(key), "no {key} in {value}");
    }
}

fn assert_result(result: &Value, rules: &[Value]) {
    let keys =
        ["ruleId!", "ruleIndex!", "level!", "message!", "locations!", "partialFingerprints!", "properties!"];
    assert_keys(result, &keys);
    assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], result["ruleId"]);
    assert_keys(&result["message"], &["text!"]);
    assert!(!result["message"]["text"].as_str().unwrap().is_empty());
    assert!(result["partialFingerprints"].as_object().unwrap().values().all(Value::is_string));
    let locations = result["locations"].as_array().unwrap();
    assert_eq!(locations.len(), 1);
    assert_keys(&locations[0], &["physicalLocation!", "logicalLocations"]);
    let physical = &locations[0]["physicalLocation"];
    assert_keys(physical, &["artifactLocation!", "region!"]);
    assert_keys(&physical["artifactLocation"], &["uri!"]);
    let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%:".contains(&byte);
    assert!(!uri.is_empty() && uri.bytes().all(allowed), "{uri}");
    assert_keys(&physical["region"], &["startLine!"]);
    assert!(physical["region"]["startLine"].as_u64().unwrap() >= 1);
    for logical in locations[0]["logicalLocations"].as_array().into_iter().flatten() {
        assert_keys(logical, &["fullyQualifiedName!", "kind!"]);
    }
}

#[test]
fn a_sarif_log_has_what_the_standard_requires_and_nothing_that_it_does_not_know() {
    for (details, limits) in tables() {
        let mut bytes = Vec::new();
        write_sarif(&details, &gate(&details, &limits), &mut bytes).unwrap();
        let log: Value = serde_json::from_slice(&bytes).unwrap();
        assert_keys(&log, &["$schema", "version!", "runs!"]);
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert_keys(run, &["tool!", "results!"]);
        let driver = &run["tool"]["driver"];
        assert_keys(driver, &["name!", "version", "informationUri", "rules!"]);
        let rules = driver["rules"].as_array().unwrap();
        for rule in rules {
            assert_keys(rule, &["id!", "shortDescription", "defaultConfiguration"]);
            assert_keys(&rule["shortDescription"], &["text!"]);
            assert_keys(&rule["defaultConfiguration"], &["level"]);
            assert_eq!(rules.iter().filter(|other| other["id"] == rule["id"]).count(), 1);
        }
        run["results"].as_array().unwrap().iter().for_each(|result| assert_result(result, rules));
    }
}

#[test]
fn a_junit_report_is_well_formed_and_its_totals_are_those_of_its_cases() {
    for (details, limits) in tables() {
        let mut bytes = Vec::new();
        write_junit(&details, &gate(&details, &limits), &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        let suites = document.root_element();
        assert_eq!(suites.tag_name().name(), "testsuites");
        let suite = suites.first_element_child().unwrap();
        let cases: Vec<_> = suite.children().filter(roxmltree::Node::is_element).collect();
        let with = |tag: &str| {
            let has = |case: &&roxmltree::Node<'_, '_>| case.children().any(|child| child.has_tag_name(tag));
            cases.iter().filter(has).count()
        };
        for node in [suites, suite] {
            let total = |name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
            assert_eq!(total("tests"), details.rows.len() + 1);
            assert_eq!((total("tests"), total("failures")), (cases.len(), with("failure")));
            assert_eq!(total("errors"), 0);
        }
        assert_eq!(suite.attribute("skipped").unwrap(), with("skipped").to_string());
        let known = |node: roxmltree::Node<'_, '_>, names: &[&str]| {
            node.attributes().all(|attribute| names.contains(&attribute.name()))
        };
        assert!(known(suites, &["name", "tests", "failures", "errors"]));
        assert!(known(suite, &["name", "tests", "failures", "errors", "skipped"]));
        for case in cases {
            assert!(case.has_tag_name("testcase"));
            assert!(case.attribute("name").is_some() && case.attribute("classname").is_some());
            for child in case.children().filter(roxmltree::Node::is_element) {
                let name = child.tag_name().name();
                assert!(["failure", "skipped", "system-out"].contains(&name), "{name}");
                assert!(
                    name != "failure"
                        || (child.attribute("type").is_some() && child.attribute("message").is_some())
                );
            }
        }
    }
}
