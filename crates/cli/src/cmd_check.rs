//! A model and limits in, what exceeds them and an exit code for the pipeline out.

use std::path::Path;

use heavytail::gate::{Level, is_shut};
use heavytail::{Finding, GateOptions};
use heavytail_report::{Policy, escaped, write_baseline, write_findings_json, write_junit, write_sarif};

use crate::args_check::{CheckArgs, CheckFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::table_of;
use crate::output::Output;
use crate::terminal::Terminal;

/// Where a policy is looked for when none is named.
const POLICY: &str = "heavytail.toml";

/// What holds when nothing else is asked for: where under-training begins.
const MAX_ALPHA: f64 = 6.0;

pub(crate) fn run(args: &CheckArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let policy = policy(args)?;
    let output = Output::prepare(args.output.as_deref())?;
    let baseline = args.write_baseline.as_deref().map(|path| Output::prepare(Some(path))).transpose()?;
    let details = table_of(&args.model, &args.analysis, false, terminal)?;
    let findings = policy.findings(&details);
    output.finish(|out| match args.format {
        CheckFormat::Sarif => write_sarif(&details, &findings, out),
        CheckFormat::Junit => write_junit(&details, &findings, out),
        CheckFormat::Json => write_findings_json(&details, &findings, out),
        CheckFormat::Table => {
            out.write_all(text(&args.model, &findings).as_bytes()).map_err(heavytail_report::Error::Write)
        }
    })?;
    if let Some(baseline) = baseline {
        baseline.finish(|out| write_baseline(&findings, out))?;
    }
    Ok(if is_shut(&findings) { Exit::GateFailed } else { Exit::Success })
}

/// The named policy, else the one in this folder, with the limits that were typed on top.
fn policy(args: &CheckArgs) -> Result<Policy, Failure> {
    let typed = args.limits();
    typed.check()?;
    let file = args.policy.as_deref().or_else(|| Path::new(POLICY).is_file().then_some(Path::new(POLICY)));
    let mut policy = match file {
        Some(path) => Policy::read(path)?,
        None if typed.is_empty() => {
            Policy::of(GateOptions { max_alpha: Some(MAX_ALPHA), ..GateOptions::default() })
        }
        None => Policy::default(),
    };
    let limits = &mut policy.limits;
    limits.max_alpha = typed.max_alpha.or(limits.max_alpha);
    limits.min_alpha = typed.min_alpha.or(limits.min_alpha);
    limits.max_undertrained_share = typed.max_undertrained_share.or(limits.max_undertrained_share);
    limits.max_mean_alpha = typed.max_mean_alpha.or(limits.max_mean_alpha);
    limits.check()?;
    Ok(policy)
}

fn text(model: &Path, findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let level = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "allowed",
        };
        text += &format!("{level}: {} [{}]\n", escaped(&finding.message), finding.rule.name());
    }
    let errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
    let model = model.display().to_string();
    let word = if errors == 0 { "passed" } else { "failed" };
    text + &format!("{}: {word}, {errors} of {} findings shut the gate\n", escaped(&model), findings.len())
}
