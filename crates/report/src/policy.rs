//! A `heavytail.toml` in, the limits of a gate for each layer out; and the baseline of offenders that are known and
//! allowed.
//!
//! ```toml
//! [check]
//! max-alpha = 6
//! max-undertrained-share = 0.05
//! baseline = "heavytail-baseline.toml"    # beside this file
//!
//! [[check.layers]]                        # the last that matches a layer decides
//! match = ["*.attn.c_proj"]
//! max-alpha = 8
//!
//! [[check.layers]]
//! match = ["lm_head"]
//! skip = true
//! ```

use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use heavytail::gate::{LayerLimits, gate_by_layer};
use heavytail::{Details, Finding, GateOptions};
use serde::Deserialize;

use crate::baseline::Baseline;
use crate::error::{Error, PolicyFault};

/// No policy is larger; what is, is another file.
const LARGEST: u64 = 4 << 20;

/// The limits of a gate, for the model and for each layer.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Limits of the model, and of each layer that no rule names.
    pub limits: GateOptions,
    layers: Vec<LayerRule>,
    baseline: Baseline,
}

#[derive(Clone, Debug)]
struct LayerRule {
    names: GlobSet,
    skip: bool,
    limits: LayerLimits,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    check: CheckTable,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct CheckTable {
    max_alpha: Option<f64>,
    min_alpha: Option<f64>,
    max_undertrained_share: Option<f64>,
    max_mean_alpha: Option<f64>,
    baseline: Option<PathBuf>,
    #[serde(default)]
    layers: Vec<LayerTable>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct LayerTable {
    #[serde(rename = "match")]
    names: Vec<String>,
    #[serde(default)]
    skip: bool,
    max_alpha: Option<f64>,
    min_alpha: Option<f64>,
}

impl Policy {
    /// A policy of limits alone.
    #[must_use]
    pub fn of(limits: GateOptions) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Reads a policy and the baseline that it names, if that is there: it comes to be when it is first written.
    ///
    /// # Errors
    /// [`Error::Read`] when the system refuses, [`Error::Policy`] for what is wrong inside, with the file's name.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let fault = |fault| Error::Policy { path: path.to_owned(), fault };
        let file: PolicyFile =
            toml::from_str(&text(path)?).map_err(|error| fault(PolicyFault::Toml(Box::new(error))))?;
        let check = file.check;
        let limits = GateOptions {
            max_alpha: check.max_alpha,
            min_alpha: check.min_alpha,
            max_undertrained_share: check.max_undertrained_share,
            max_mean_alpha: check.max_mean_alpha,
        };
        limits.check().map_err(|error| fault(PolicyFault::Limit(error)))?;
        let layers = check
            .layers
            .into_iter()
            .map(|table| rule(table, limits))
            .collect::<Result<_, _>>()
            .map_err(fault)?;
        let baseline = match check.baseline {
            Some(name) => Baseline::read(&path.with_file_name(name))?,
            None => Baseline::default(),
        };
        Ok(Self { limits, layers, baseline })
    }

    /// The findings of a table under this policy: what the baseline allows is a note, so is what it allows in vain.
    #[must_use]
    pub fn findings(&self, details: &Details) -> Vec<Finding> {
        let findings = gate_by_layer(details, &self.limits, &|name| self.layer(name));
        self.baseline.applied(findings)
    }

    /// The limits of one layer: those of the last rule that names it, else the policy's.
    fn layer(&self, name: &str) -> LayerLimits {
        match self.layers.iter().rev().find(|rule| rule.names.is_match(name)) {
            Some(rule) if rule.skip => LayerLimits::default(),
            Some(rule) => LayerLimits {
                max_alpha: rule.limits.max_alpha.or(self.limits.max_alpha),
                min_alpha: rule.limits.min_alpha.or(self.limits.min_alpha),
            },
            None => self.limits.layer(),
        }
    }
}

/// A rule with its globs ready; a limit that it doesn't set is the policy's.
fn rule(table: LayerTable, limits: GateOptions) -> Result<LayerRule, PolicyFault> {
    let mut names = GlobSetBuilder::new();
    for glob in &table.names {
        names.add(Glob::new(glob).map_err(PolicyFault::Glob)?);
    }
    let own = LayerLimits { max_alpha: table.max_alpha, min_alpha: table.min_alpha };
    let together = LayerLimits {
        max_alpha: own.max_alpha.or(limits.max_alpha),
        min_alpha: own.min_alpha.or(limits.min_alpha),
    };
    together.check().map_err(PolicyFault::Limit)?;
    Ok(LayerRule { names: names.build().map_err(PolicyFault::Glob)?, skip: table.skip, limits: own })
}

/// The text of a policy or baseline.
pub(crate) fn text(path: &Path) -> Result<String, Error> {
    use std::io::Read as _;
    let unread = |source| Error::Read { path: path.to_owned(), source };
    let mut text = String::new();
    std::fs::File::open(path).map_err(unread)?.take(LARGEST).read_to_string(&mut text).map_err(unread)?;
    Ok(text)
}
