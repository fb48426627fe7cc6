//! A file of offenders that are known in, the same findings with those turned to notes out; and such a file from
//! findings.
//!
//! An offender is allowed up to the value that it had when the baseline was written. When it grows worse it fails
//! again, and when it is gone the baseline's line is told, so that it can go as well.

use std::io::Write;
use std::path::Path;

use heavytail::{Finding, Level, Rule};
use serde::{Deserialize, Serialize};

use crate::error::{Error, PolicyFault};
use crate::policy::text;

/// Offenders that are allowed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    #[serde(default)]
    allowed: Vec<Allowed>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Allowed {
    rule: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    layer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
}

impl Allowed {
    fn is_about(&self, finding: &Finding) -> bool {
        self.rule == finding.rule.name() && self.layer == finding.layer
    }

    /// Not worse than it was; a finding without a value is as it was.
    fn covers(&self, finding: &Finding) -> bool {
        let (Some(known), Some(value)) = (self.value, finding.value) else { return true };
        if finding.rule == Rule::MinAlpha { value >= known } else { value <= known }
    }
}

impl Baseline {
    /// Reads a baseline; a file that is not there allows nothing.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        match text(path) {
            Err(Error::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => Err(error),
            Ok(text) => {
                let baseline: Self = toml::from_str(&text).map_err(|error| Error::Policy {
                    path: path.to_owned(),
                    fault: PolicyFault::Toml(Box::new(error)),
                })?;
                baseline.known_rules(path)?;
                Ok(baseline)
            }
        }
    }

    fn known_rules(&self, path: &Path) -> Result<(), Error> {
        let known = |allowed: &&Allowed| Rule::ALL.iter().any(|rule| rule.name() == allowed.rule);
        match self.allowed.iter().find(|allowed| !known(allowed)) {
            None => Ok(()),
            Some(allowed) => Err(Error::Policy {
                path: path.to_owned(),
                fault: PolicyFault::UnknownRule { rule: allowed.rule.clone() },
            }),
        }
    }

    /// The findings with allowed ones as notes, then a note for each line of the baseline that allows nothing any more.
    pub(crate) fn applied(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let mut used = vec![false; self.allowed.len()];
        let mut result: Vec<Finding> = findings
            .into_iter()
            .map(|mut finding| {
                for (allowed, used) in self.allowed.iter().zip(&mut used) {
                    if !allowed.is_about(&finding) {
                        continue;
                    }
                    *used = true;
                    if allowed.covers(&finding) {
                        finding.level = Level::Note;
                        finding.message.push_str(" (allowed by the baseline)");
                    } else if let Some(known) = allowed.value {
                        finding.message.push_str(&format!(" (worse than the baseline's {known:.3})"));
                    }
                    break;
                }
                finding
            })
            .collect();
        let unused = self.allowed.iter().zip(used).filter(|(_, used)| !used);
        result.extend(unused.filter_map(|(allowed, _)| in_vain(allowed)));
        result
    }
}

fn in_vain(allowed: &Allowed) -> Option<Finding> {
    let rule = *Rule::ALL.iter().find(|rule| rule.name() == allowed.rule)?;
    let whom = allowed.layer.as_deref().unwrap_or("the model");
    Some(Finding {
        rule,
        level: Level::Note,
        layer: allowed.layer.clone(),
        row: None,
        message: format!(
            "{whom}: the baseline allows {}, which no longer occurs; its line can go",
            allowed.rule
        ),
        value: None,
        limit: None,
    })
}

/// Writes a baseline that allows every error among the findings, and what the last one allowed and still occurs.
///
/// # Errors
/// [`Error::Write`] when `out` refuses.
pub fn write_baseline(findings: &[Finding], out: &mut dyn Write) -> Result<(), Error> {
    let allowed = findings
        .iter()
        .filter(|finding| {
            finding.level == Level::Error || (finding.level == Level::Note && finding.limit.is_some())
        })
        .filter(|finding| finding.rule != Rule::Incomplete)
        .map(|finding| Allowed {
            rule: finding.rule.name().to_owned(),
            layer: finding.layer.clone(),
            value: finding.value,
        })
        .collect();
    let text =
        toml::to_string(&Baseline { allowed }).map_err(|error| Error::Write(std::io::Error::other(error)))?;
    out.write_all(b"# Known offenders, allowed as long as they grow no worse.\n")
        .and_then(|()| out.write_all(text.as_bytes()))
        .and_then(|()| out.flush())
        .map_err(Error::Write)
}
