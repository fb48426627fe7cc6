//! Findings of a gate in, a SARIF 2.1.0 log out, as code-scanning pages take it (OASIS standard, 27 March 2020).
//!
//! A layer is a logical location in the model's file; weights have no lines, so every region is line 1.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use heavytail::{Details, Finding, Level, Rule};
use serde_json::{Value, json};

use crate::error::Error;
use crate::escape::escaped;
use crate::json_value::Number;

/// Writes the findings of one model as a log of one run.
///
/// # Errors
/// [`Error::Write`] when `out` refuses.
pub fn write_sarif(details: &Details, findings: &[Finding], out: &mut dyn Write) -> Result<(), Error> {
    let uri = uri(&details.origin.path);
    let rules: Vec<Value> = Rule::ALL
        .iter()
        .map(|rule| {
            json!({
                "id": rule.name(),
                "shortDescription": { "text": rule.meaning() },
                "defaultConfiguration": { "level": "error" },
            })
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "heavytail",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "results": findings.iter().map(|finding| result(finding, &uri)).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log).map_err(|error| Error::Write(error.into()))?;
    out.write_all(b"\n").and_then(|()| out.flush()).map_err(Error::Write)
}

fn result(finding: &Finding, uri: &str) -> Value {
    let mut location = json!({
        "physicalLocation": { "artifactLocation": { "uri": uri }, "region": { "startLine": 1 } },
    });
    if let Some(layer) = &finding.layer {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": layer, "kind": "member" }]);
    }
    json!({
        "ruleId": finding.rule.name(),
        "ruleIndex": Rule::ALL.iter().position(|rule| *rule == finding.rule),
        "level": level(finding.level),
        // Pages print messages as they are.
        "message": { "text": escaped(&finding.message) },
        "locations": [location],
        // Alphas change from one training to the next; rule and layer say which finding it is.
        "partialFingerprints": { "ruleAndLayer/v1": fingerprint(finding) },
        "properties": { "value": finding.value.map(Number), "limit": finding.limit.map(Number) },
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn fingerprint(finding: &Finding) -> String {
    format!("{}:{}", finding.rule.name(), finding.layer.as_deref().unwrap_or_default())
}

/// A path as a URI reference (RFC 3986): relative as it is, absolute with the scheme `file`.
fn uri(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    if text.contains("://") {
        return encoded(&text, b":/?#[]@!$&'()*+,;=%");
    }
    let encoded = encoded(&text, b"/");
    if text.starts_with('/') {
        format!("file://{encoded}")
    } else if text.get(1..3) == Some(":/") {
        format!("file:///{encoded}")
    } else {
        encoded
    }
}

/// Percent-encodes everything but unreserved bytes and those of `kept`.
fn encoded(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_valid_uris() {
        assert_eq!(uri(Path::new("models/my gpt/模.pt")), "models/my%20gpt/%E6%A8%A1.pt");
        assert_eq!(uri(Path::new("/data/a b")), "file:///data/a%20b");
        assert_eq!(uri(Path::new("C:\\m\\x.pt")), "file:///C%3A/m/x.pt");
        assert_eq!(uri(Path::new("hf://org/name@main")), "hf://org/name@main");
    }
}
