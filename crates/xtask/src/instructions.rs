//! The instructions of three fixed jobs, counted under callgrind, against those kept in the repository.
//!
//! Times are noisy, instructions are not. Where valgrind can't be used, nothing is counted and the reason printed.

use crate::Outcome;
use crate::command::{cargo, read, root, start, target};
use crate::valgrind::valgrind;

const TABLE: &str = "bench/instructions.csv";

/// Jobs of bench/src/bin/fixed.rs.
const JOBS: [&str; 3] = ["gram", "one_stage", "two_stage"];

/// How much a count may differ: compilers change a little from one version to the next.
const SLACK: f64 = 0.03;

/// Counts, and writes the table or compares with it.
pub(crate) fn run(check: bool) -> Outcome {
    if let Err(reason) = valgrind() {
        println!("no instructions counted: {reason}");
        return Ok(());
    }
    start(&mut cargo(&["build", "--release", "--package", "heavytail-bench", "--bin", "fixed"]))?;
    let counts = JOBS.iter().map(|job| Ok((*job, count(job)?))).collect::<Result<Vec<_>, String>>()?;
    for (job, count) in &counts {
        println!("{job}: {count} instructions");
    }
    let path = root().join(TABLE);
    if !check {
        let lines: String = counts.iter().map(|(job, count)| format!("{job},{count}\n")).collect();
        let table = format!("job,instructions\n{lines}");
        return std::fs::write(&path, table).map_err(|error| format!("write {}: {error}", path.display()));
    }
    let kept = read(&path)?;
    let wrong: Vec<String> = counts.iter().filter_map(|(job, count)| compare(&kept, job, *count)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// What is wrong with a count, if anything.
fn compare(kept: &str, job: &str, count: u64) -> Option<String> {
    let line = kept.lines().find_map(|line| line.strip_prefix(job)?.strip_prefix(','));
    let Some(expected) = line.and_then(|number| number.parse::<u64>().ok()) else {
        return Some(format!("{TABLE} has no count for {job}"));
    };
    let change = count as f64 / expected as f64 - 1.0;
    (change.abs() > SLACK).then(|| {
        let percent = 100.0 * change;
        format!("{job} takes {count} instructions, {percent:+.1} % of {expected}; if that is meant, run `cargo xtask instructions`")
    })
}

/// Instructions of one job: its process less one that only makes the same matrix.
fn count(job: &str) -> Result<u64, String> {
    Ok(process(&[job])?.saturating_sub(process(&[job, "--nothing"])?))
}

fn process(words: &[&str]) -> Result<u64, String> {
    let mut valgrind = valgrind()?;
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let result = valgrind.arg(target().join("release/fixed")).args(words).output();
    let result = result.map_err(|error| format!("start valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&result.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected :"));
    let number = collected.and_then(|(_, number)| number.trim().parse().ok());
    number.filter(|_| result.status.success()).ok_or_else(|| format!("callgrind failed:\n{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_may_differ_by_three_percent() {
        let kept = "job,instructions\ngram,1000\n";
        assert_eq!(compare(kept, "gram", 1029), None);
        assert_eq!(compare(kept, "gram", 971), None);
        assert!(compare(kept, "gram", 1031).is_some());
        assert!(compare(kept, "other", 1000).is_some());
    }
}
