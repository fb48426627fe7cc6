//! Holds the command line against a folder of golden tables, every variant in one run.

use std::path::Path;

use heavytail_testkit::golden::{Rules, compare};
use heavytail_testkit::variants::{LOOSER, VARIANTS};

use crate::Outcome;
use crate::command::{command, output, read, release_binary};

/// Prints a line a variant; fails when one of them differs.
pub(crate) fn run(folder: &str) -> Outcome {
    let binary = release_binary()?;
    let folder = Path::new(folder);
    let mut failed = 0;
    for variant in VARIANTS {
        let golden = read(&folder.join(variant.golden))?;
        let mut analyze = command(&binary);
        analyze
            .arg("analyze")
            .arg(folder.join(variant.weights))
            .args(variant.options)
            .args(["--format", "csv"]);
        let ours = output(&mut analyze)?;
        // The project's own copy of the weights leaves the large matrix out.
        let skip_rows: &[&str] = if ours.contains(",mid,") { &[] } else { &["mid"] };
        let rules = Rules { relative: variant.relative, skip_columns: &[], skip_rows, looser: LOOSER };
        match compare(&golden, &ours, &rules) {
            Ok(values) => println!("{}: {values} values agree", variant.golden),
            Err(differences) => {
                failed += 1;
                println!("{}: {} differ\n  {}", variant.golden, differences.len(), differences.join("\n  "));
            }
        }
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} of {} variants differ", VARIANTS.len())) }
}
