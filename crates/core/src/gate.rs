//! A details table and limits in, a finding for everything that exceeds them out: what a release pipeline fails on.
//!
//! A gate must not pass because nothing was looked at: layers without a fit are told, and a table without any fitted
//! layer, or of an interrupted run, fails.

use serde::Serialize;

use crate::columns_fit::ALPHA;
use crate::columns_layer::REASON;
use crate::details::Details;
use crate::error::Error;
use crate::layer_verdict::LayerVerdict;
use crate::row::Row;
use crate::verdict::{VerdictOptions, judge, layer_name};

/// The limits of a gate; none for no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GateOptions {
    /// The largest alpha that a layer may have.
    pub max_alpha: Option<f64>,
    /// The smallest alpha that a layer may have.
    pub min_alpha: Option<f64>,
    /// The largest share of fitted layers, 0 to 1, that may be under-trained (alpha above 6).
    pub max_undertrained_share: Option<f64>,
    /// The largest mean alpha over fitted layers.
    pub max_mean_alpha: Option<f64>,
}

impl GateOptions {
    /// Whether there is no limit at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The limits that hold for a single layer.
    #[must_use]
    pub fn layer(&self) -> LayerLimits {
        LayerLimits { max_alpha: self.max_alpha, min_alpha: self.min_alpha }
    }

    /// Checks every limit.
    ///
    /// # Errors
    /// The first limit that no alpha or share can have.
    pub fn check(&self) -> Result<(), Error> {
        self.layer().check()?;
        limit("max-mean-alpha", self.max_mean_alpha, f64::INFINITY, "a number above 0")?;
        limit("max-undertrained-share", self.max_undertrained_share, 1.0, "a share, 0 to 1")
    }
}

/// The limits of one layer; none for no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LayerLimits {
    /// The largest alpha.
    pub max_alpha: Option<f64>,
    /// The smallest alpha.
    pub min_alpha: Option<f64>,
}

impl LayerLimits {
    /// Checks both limits.
    ///
    /// # Errors
    /// The first that no alpha can have, or a band without inside.
    pub fn check(&self) -> Result<(), Error> {
        limit("max-alpha", self.max_alpha, f64::INFINITY, "a number above 0")?;
        limit("min-alpha", self.min_alpha, f64::INFINITY, "a number above 0")?;
        match (self.min_alpha, self.max_alpha) {
            (Some(min), Some(max)) if min > max => Err(Error::Option {
                option: "min-alpha",
                value: min.to_string(),
                allowed: format!("at most max-alpha, {max}"),
            }),
            _ => Ok(()),
        }
    }
}

fn limit(option: &'static str, value: Option<f64>, most: f64, allowed: &str) -> Result<(), Error> {
    match value {
        Some(value) if !(value.is_finite() && value >= 0.0 && value <= most) => {
            Err(Error::Option { option, value: value.to_string(), allowed: allowed.to_owned() })
        }
        _ => Ok(()),
    }
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Rule {
    /// A layer's alpha is above its limit.
    MaxAlpha,
    /// A layer's alpha is below its limit.
    MinAlpha,
    /// More layers are under-trained than the model may have.
    MaxUndertrainedShare,
    /// The mean alpha is above its limit.
    MaxMeanAlpha,
    /// A layer, or every layer, has no fit: nothing is known about it.
    NoFit,
    /// The run was interrupted: not every layer was looked at.
    Incomplete,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 6] = [
        Self::MaxAlpha,
        Self::MinAlpha,
        Self::MaxUndertrainedShare,
        Self::MaxMeanAlpha,
        Self::NoFit,
        Self::Incomplete,
    ];

    /// The rule's id, the same in every version.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MaxAlpha => "max-alpha",
            Self::MinAlpha => "min-alpha",
            Self::MaxUndertrainedShare => "max-undertrained-share",
            Self::MaxMeanAlpha => "max-mean-alpha",
            Self::NoFit => "no-fit",
            Self::Incomplete => "incomplete",
        }
    }

    /// What it means when a model breaks the rule.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::MaxAlpha => "The layer's tail decays too fast: it may be under-trained.",
            Self::MinAlpha => {
                "The layer's tail is too heavy: it may be over-trained or have a correlation trap."
            }
            Self::MaxUndertrainedShare => "More layers are under-trained (alpha above 6) than are tolerated.",
            Self::MaxMeanAlpha => "The alphas are too large on the whole: the model may lack data.",
            Self::NoFit => "No power law could be fitted, so nothing is known about the training.",
            Self::Incomplete => "The analysis was interrupted before every layer was looked at.",
        }
    }
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// To know: an offender that is allowed.
    Note,
    /// To look at; the gate stays open.
    Warning,
    /// The gate is shut.
    Error,
}

/// One thing that a gate found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// How grave it is.
    pub level: Level,
    /// The layer's full name; none where the model as a whole is meant.
    pub layer: Option<String>,
    /// The layer's row in the table, from 0.
    pub row: Option<usize>,
    /// The finding in a sentence, with the numbers.
    pub message: String,
    /// What was found; infinite where an alpha is.
    pub value: Option<f64>,
    /// What is allowed.
    pub limit: Option<f64>,
}

/// Whether the gate is shut.
#[must_use]
pub fn is_shut(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.level == Level::Error)
}

/// Holds a table against limits: the model's findings first, then the layers' in the table's order.
#[must_use]
pub fn gate(details: &Details, options: &GateOptions) -> Vec<Finding> {
    gate_by_layer(details, options, &|_| options.layer())
}

/// The same with limits that depend on a layer's full name.
#[must_use]
pub fn gate_by_layer(
    details: &Details,
    options: &GateOptions,
    limits: &dyn Fn(&str) -> LayerLimits,
) -> Vec<Finding> {
    let mut findings = of_model(details, options);
    for (index, row) in details.rows.iter().enumerate() {
        let name = layer_name(row).trim();
        let found = of_layer(row, name, limits(name));
        findings.extend(found.into_iter().map(|finding| Finding {
            layer: Some(name.to_owned()),
            row: Some(index),
            ..finding
        }));
    }
    findings
}

fn of_model(details: &Details, options: &GateOptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    if details.interrupted {
        let message = format!("the run was interrupted after {} layers", details.rows.len());
        findings.push(finding(Rule::Incomplete, message, None, None));
    }
    let verdict = judge(details, &VerdictOptions::default());
    let Some(mean) = verdict.mean else {
        let message = format!("none of {} layers has a fit: nothing was checked", details.rows.len());
        findings.push(finding(Rule::NoFit, message, None, None));
        return findings;
    };
    if let Some(most) = options.max_undertrained_share.filter(|most| verdict.share_above > *most) {
        let message = format!(
            "{} of {} fitted layers are above 6, {:.1} % where {:.1} % are allowed",
            verdict.above.len(),
            verdict.fitted,
            verdict.share_above * 100.0,
            most * 100.0
        );
        findings.push(finding(Rule::MaxUndertrainedShare, message, Some(verdict.share_above), Some(most)));
    }
    if let Some(most) = options.max_mean_alpha.filter(|most| mean > *most) {
        let message = format!("mean alpha {mean:.3} over {} fitted layers is above {most}", verdict.fitted);
        findings.push(finding(Rule::MaxMeanAlpha, message, Some(mean), Some(most)));
    }
    findings
}

fn of_layer(row: &Row, name: &str, limits: LayerLimits) -> Vec<Finding> {
    if limits == LayerLimits::default() {
        return Vec::new();
    }
    let alpha = match (LayerVerdict::of_row(row), row.number(&ALPHA)) {
        (LayerVerdict::NoFit, _) | (_, None) => {
            let reason = Some(row.text(&REASON)).filter(|reason| !reason.is_empty());
            let message = format!("{name}: no fit: {}", reason.unwrap_or("no reason is recorded"));
            let finding = finding(Rule::NoFit, message, None, None);
            return vec![Finding { level: Level::Warning, ..finding }];
        }
        (_, Some(alpha)) => alpha,
    };
    let mut findings = Vec::new();
    if let Some(most) = limits.max_alpha.filter(|most| alpha > *most) {
        let message = format!("{name}: alpha {alpha:.3} is above {most}");
        findings.push(finding(Rule::MaxAlpha, message, Some(alpha), Some(most)));
    }
    if let Some(least) = limits.min_alpha.filter(|least| alpha < *least) {
        let message = format!("{name}: alpha {alpha:.3} is below {least}");
        findings.push(finding(Rule::MinAlpha, message, Some(alpha), Some(least)));
    }
    findings
}

fn finding(rule: Rule, message: String, value: Option<f64>, limit: Option<f64>) -> Finding {
    Finding { rule, level: Level::Error, layer: None, row: None, message, value, limit }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns_fit::STATUS;
    use crate::columns_layer::LONGNAME;

    fn table(alphas: &[f64]) -> Details {
        let rows = alphas
            .iter()
            .enumerate()
            .map(|(index, alpha)| {
                let mut row = Row::new();
                row.set(&LONGNAME, format!("h.{index}"));
                row.set(&ALPHA, *alpha);
                row.set(&STATUS, if *alpha > 1.0 { "success" } else { "failed" });
                row
            })
            .collect();
        Details { rows, ..Details::default() }
    }

    fn rules(findings: &[Finding]) -> Vec<(Rule, Option<&str>)> {
        findings.iter().map(|finding| (finding.rule, finding.layer.as_deref())).collect()
    }

    #[test]
    fn a_layer_at_its_limit_passes_and_beyond_it_does_not() {
        let options = GateOptions { max_alpha: Some(6.0), min_alpha: Some(2.0), ..GateOptions::default() };
        assert_eq!(gate(&table(&[6.0, 2.0]), &options), []);
        let findings = gate(&table(&[6.25, 1.5, 4.0]), &options);
        assert_eq!(rules(&findings), [(Rule::MaxAlpha, Some("h.0")), (Rule::MinAlpha, Some("h.1"))]);
        assert_eq!(findings[0].message, "h.0: alpha 6.250 is above 6");
        assert_eq!((findings[0].value, findings[0].limit, findings[0].row), (Some(6.25), Some(6.0), Some(0)));
        assert!(is_shut(&findings));
    }

    #[test]
    fn the_models_limits_count_fitted_layers() {
        let options = GateOptions {
            max_undertrained_share: Some(0.25),
            max_mean_alpha: Some(5.0),
            ..GateOptions::default()
        };
        let findings = gate(&table(&[3.0, 7.0, 8.0, -1.0]), &options);
        assert_eq!(rules(&findings), [(Rule::MaxUndertrainedShare, None), (Rule::MaxMeanAlpha, None)]);
        let told = "2 of 3 fitted layers are above 6, 66.7 % where 25.0 % are allowed";
        assert_eq!(findings[0].message, told);
    }

    #[test]
    fn what_was_not_looked_at_does_not_pass() {
        let options = GateOptions { max_alpha: Some(6.0), ..GateOptions::default() };
        let findings = gate(&table(&[3.0, -1.0]), &options);
        assert_eq!(rules(&findings), [(Rule::NoFit, Some("h.1"))]);
        assert!(!is_shut(&findings), "one layer without a fit is a warning");
        assert!(is_shut(&gate(&table(&[-1.0]), &options)));
        assert!(is_shut(&gate(&table(&[]), &options)));
        assert!(is_shut(&gate(&Details { interrupted: true, ..table(&[3.0]) }, &options)));
    }

    #[test]
    fn limits_that_cannot_be_are_refused_by_name() {
        let share = GateOptions { max_undertrained_share: Some(5.0), ..GateOptions::default() };
        let message = share.check().unwrap_err().to_string();
        assert_eq!(message, "option max-undertrained-share: 5 is not allowed; a share, 0 to 1");
        let band = GateOptions { max_alpha: Some(2.0), min_alpha: Some(6.0), ..GateOptions::default() };
        assert_eq!(
            band.check().unwrap_err().to_string(),
            "option min-alpha: 6 is not allowed; at most max-alpha, 2"
        );
        assert!(GateOptions { max_alpha: Some(f64::NAN), ..GateOptions::default() }.check().is_err());
        assert!(GateOptions::default().check().is_ok() && GateOptions::default().is_empty());
    }
}
