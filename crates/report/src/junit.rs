//! Findings of a gate in, a JUnit XML report out: one test case a layer and one for the model as a whole, so that
//! pipelines show what passed, too.

use std::fmt::Write as _;
use std::io::Write;

use heavytail::verdict::layer_name;
use heavytail::{Details, Finding, Level, Rule};

use crate::error::Error;
use crate::escape::escaped;

/// Writes the findings of one model as a test suite. Only it has the number of skipped cases: Jenkins' schema (junit-10.xsd)
/// knows none for all suites.
///
/// # Errors
/// [`Error::Write`] when `out` refuses.
pub fn write_junit(details: &Details, findings: &[Finding], out: &mut dyn Write) -> Result<(), Error> {
    let suite = xml(&details.origin.path.to_string_lossy());
    let mut cases = String::new();
    let mut counts = Counts::default();
    let of = |row: Option<usize>| -> Vec<&Finding> {
        findings.iter().filter(|finding| finding.row == row).collect()
    };
    case(&mut cases, &mut counts, &suite, "model", &of(None));
    for (index, row) in details.rows.iter().enumerate() {
        case(&mut cases, &mut counts, &suite, layer_name(row).trim(), &of(Some(index)));
    }
    let Counts { tests, failures, skipped } = counts;
    let totals = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\"");
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"heavytail\" {totals}>\n  \
         <testsuite name=\"{suite}\" {totals} skipped=\"{skipped}\">\n{cases}  </testsuite>\n</testsuites>\n"
    );
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::Write)
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
}

/// A case fails for one or more errors, is skipped where nothing is known, and tells notes as its output.
fn case(cases: &mut String, counts: &mut Counts, suite: &str, name: &str, findings: &[&Finding]) {
    counts.tests += 1;
    let _ = write!(cases, "    <testcase classname=\"{suite}\" name=\"{}\"", xml(name));
    if findings.is_empty() {
        cases.push_str("/>\n");
        return;
    }
    cases.push_str(">\n");
    let failed = findings.iter().any(|finding| finding.level == Level::Error);
    counts.failures += usize::from(failed);
    let mut skipped = false;
    for finding in findings {
        let (rule, message) = (finding.rule.name(), xml(&finding.message));
        let _ = match finding.level {
            Level::Error => {
                writeln!(cases, "      <failure type=\"{rule}\" message=\"{message}\"/>")
            }
            Level::Warning if finding.rule == Rule::NoFit && !failed && !skipped => {
                skipped = true;
                writeln!(cases, "      <skipped message=\"{message}\"/>")
            }
            _ => writeln!(cases, "      <system-out>{message}</system-out>"),
        };
    }
    counts.skipped += usize::from(skipped);
    cases.push_str("    </testcase>\n");
}

/// Text fit for an attribute or an element. XML 1.0 has no control characters at all, so they are made visible first.
fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in escaped(text).chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            // Not characters of XML 1.0.
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}
