//! The JSON documents against their schema, and what they say.

use std::path::Path;

use heavytail::columns_layer::N;
use heavytail::{CompareOptions, compare};
use heavytail_report::{write_comparison_json, write_json, write_jsonl};
use serde_json::Value;

use crate::tables::{model, of};

fn document(write: impl FnOnce(&mut dyn std::io::Write)) -> Value {
    let mut bytes = Vec::new();
    write(&mut bytes);
    serde_json::from_slice(&bytes).unwrap()
}

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/details-1.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The part of JSON Schema 2020-12 that our schema uses; a keyword that it doesn't know fails.
fn faults(value: &Value, schema: &Value, root: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, rule) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" => {}
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap();
                found.extend(faults(value, target, root, at));
            }
            "type" => {
                let types: Vec<&str> = match rule {
                    Value::Array(types) => types.iter().map(|name| name.as_str().unwrap()).collect(),
                    one => vec![one.as_str().unwrap()],
                };
                if !types.iter().any(|name| is(value, name)) {
                    found.push(format!("{at}: {value} is no {types:?}"));
                }
            }
            "const" if value != rule => found.push(format!("{at}: {value} is not {rule}")),
            "enum" if !rule.as_array().unwrap().contains(value) => {
                found.push(format!("{at}: {value} is none of {rule}"));
            }
            "const" | "enum" => {}
            "anyOf" => {
                let fits = |part: &Value| faults(value, part, root, at).is_empty();
                if !rule.as_array().unwrap().iter().any(fits) {
                    found.push(format!("{at}: {value} fits none of {rule}"));
                }
            }
            "required" => {
                for name in rule.as_array().unwrap().iter().map(|name| name.as_str().unwrap()) {
                    if value.as_object().is_some_and(|object| !object.contains_key(name)) {
                        found.push(format!("{at}: no {name}"));
                    }
                }
            }
            "properties" | "additionalProperties" => {
                found.extend(property_faults(value, schema, root, at, keyword));
            }
            "items" => {
                for (index, part) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(faults(part, rule, root, &format!("{at}/{index}")));
                }
            }
            other => found.push(format!("the schema uses {other}, which this test doesn't know")),
        }
    }
    found
}

/// `properties` rules the names that the schema has, `additionalProperties` the others.
fn property_faults(value: &Value, schema: &Value, root: &Value, at: &str, keyword: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, part) in value.as_object().into_iter().flatten() {
        let known = schema.get("properties").and_then(|known| known.get(name));
        let inner = format!("{at}/{name}");
        match (keyword, known, &schema[keyword]) {
            ("properties", Some(rule), _) => found.extend(faults(part, rule, root, &inner)),
            ("additionalProperties", None, Value::Bool(true)) => {}
            ("additionalProperties", None, Value::Bool(false)) => {
                found.push(format!("{inner}: not in the schema"));
            }
            ("additionalProperties", None, rule) => found.extend(faults(part, rule, root, &inner)),
            _ => {}
        }
    }
    found
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}

#[test]
fn the_document_is_as_its_schema_says() {
    let schema = schema();
    for details in [model(), of(&[]), of(&[("a", f64::INFINITY)])] {
        let document = document(|out| write_json(&details, out).unwrap());
        assert_eq!(faults(&document, &schema, &schema, ""), Vec::<String>::new());
    }
}

#[test]
fn a_document_of_another_shape_fails_the_schema() {
    let schema = schema();
    let mut document = document(|out| write_json(&model(), out).unwrap());
    document["rows"][0]["alpha"] = Value::String("much".to_owned());
    document.as_object_mut().unwrap().remove("coverage");
    document["more"] = Value::Null;
    let found = faults(&document, &schema, &schema, "");
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn rows_have_null_for_nothing_and_strings_for_what_json_lacks() {
    let document = document(|out| write_json(&model(), out).unwrap());
    let failed = &document["rows"][5];
    assert_eq!((&failed["xmin"], &failed["alpha_stable"]), (&Value::from("NaN"), &Value::Null));
    assert_eq!(document["rows"][0]["alpha"], Value::from(3.25));
    assert_eq!(document["verdict"]["word"], "not-enough-data");
    assert_eq!(document["model"]["files"][0], "models/gpt/model.safetensors");
    assert_eq!(document["options"]["seed"], "0");
    assert_eq!(document["coverage"].as_array().unwrap().len(), 5);
}

#[test]
fn json_lines_are_the_rows() {
    let mut bytes = Vec::new();
    write_jsonl(&model(), &mut bytes).unwrap();
    let lines: Vec<Value> =
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let document = document(|out| write_json(&model(), out).unwrap());
    assert_eq!(Value::Array(lines), document["rows"]);
}

#[test]
fn a_comparison_document_has_models_and_pairs() {
    let (a, mut b) = (model(), of(&[("transformer.h.0.attn.c_attn", 3.0), ("other", 2.5)]));
    b.rows[1].set(&N, 512_usize);
    let comparison = compare(&[("a".to_owned(), &a), ("b".to_owned(), &b)], &CompareOptions::default());
    let document = document(|out| write_comparison_json(&comparison, out).unwrap());
    assert_eq!(
        (&document["schema_version"], &document["kind"]),
        (&Value::from(1), &Value::from("comparison"))
    );
    assert_eq!(document["models"][1]["means"]["alpha"], Value::from(2.75));
    assert_eq!(document["pairs"][0]["only_second"][0], "other");
}
