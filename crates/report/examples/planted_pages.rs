//! A folder's name in, pages and a gate's logs of planted models in it out: what the tests in `web/` open.
//!
//! `cargo run -p heavytail-report --example planted_pages -- FOLDER`
#![expect(clippy::unwrap_used, reason = "planted data fits, or the tests that use it fail")]

#[path = "../tests/planted.rs"]
mod planted;
#[path = "../tests/planted_tuning.rs"]
mod planted_tuning;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use heavytail::columns_layer::LONGNAME;
use heavytail::tuning::Tuning;
use heavytail::{CompareOptions, Details, GateOptions, VerdictOptions, compare, gate};
use heavytail_report::{FileDigest, PageInput, PageModel, write_page, write_sarif};

const HOSTILE: [&str; 4] = [
    "<img src=x onerror=\"window.pwned=1\">",
    "</script><script>window.pwned=1</script>",
    "javascript:window.pwned=1//'\"&amp;{{7*7}}",
    "=cmd|' /C calc'!A0\u{202e}\u{2028}",
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("a folder's name is missing")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let (starved, fed) =
        (planted::model(50, 384, &[3, 6, 7, 8, 9, 10], 1), planted::model(50, 384, &[], 500));
    page(&folder.join("one.html"), &[("planted", &starved)])?;
    page(&folder.join("pair.html"), &[("starved", &starved), ("fed", &fed)])?;
    let third = planted::model(26, 384, &[1], 900);
    page(&folder.join("three.html"), &[("starved", &starved), ("fed", &fed), ("half as deep", &third)])?;
    let mut table = fed.clone();
    table.curves.clear();
    page(&folder.join("table.html"), &[("saved table", &table)])?;
    page(&folder.join("empty.html"), &[("empty", &planted::empty("none.safetensors"))])?;
    page(&folder.join("hostile.html"), &[(HOSTILE[0], &hostile()), (HOSTILE[1], &hostile())])?;
    page(&folder.join("500.html"), &[("500 layers", &planted::model(500, 384, &[7, 40, 90], 1))])?;
    page(&folder.join("2000.html"), &[("2000 layers", &planted::model(2000, 384, &[7, 40, 90], 1))])?;
    gates(folder, &starved, &fed)?;
    let tuning = planted_tuning::tuning(&fed, &starved, &planted::model(50, 96, &[], 40));
    tuned_page(&folder.join("tuned.html"), &tuning)
}

/// What a gate says in SARIF of findings, of none, and of names and a path that are code.
fn gates(folder: &Path, starved: &Details, fed: &Details) -> Result<(), Box<dyn Error>> {
    let strict = GateOptions {
        max_alpha: Some(6.0),
        min_alpha: Some(1.5),
        max_undertrained_share: Some(0.05),
        max_mean_alpha: None,
    };
    let lax = GateOptions { max_alpha: Some(100.0), ..GateOptions::default() };
    let mut hostile = hostile();
    hostile.origin.path = HOSTILE.join("/").into();
    let logs =
        [("shut.sarif", starved, strict), ("open.sarif", fed, lax), ("hostile.sarif", &hostile, strict)];
    for (name, details, limits) in logs {
        let mut out = BufWriter::new(File::create(folder.join(name))?);
        write_sarif(details, &gate(details, &limits), &mut out)?;
        out.flush()?;
    }
    Ok(())
}

fn tuned_page(path: &Path, tuning: &Tuning) -> Result<(), Box<dyn Error>> {
    let models = [("base", &tuning.base), ("tuned", &tuning.tuned), ("tuned − base", &tuning.change)];
    let tables: Vec<(String, &Details)> =
        models[..2].iter().map(|(label, details)| ((*label).to_owned(), *details)).collect();
    let models = models.map(|(label, details)| PageModel { label, details, files: &[] });
    let input = PageInput {
        models: &models,
        comparison: Some(&compare(&tables, &CompareOptions::default())),
        tuning: Some(tuning),
        verdict: VerdictOptions::default(),
        command: "heavytail compare base tuned --base --html report.html",
    };
    write(path, &input)
}

fn hostile() -> Details {
    let mut details = planted::model(14, 96, &[1], 3);
    for (row, name) in details.rows.iter_mut().zip(HOSTILE) {
        row.set(&LONGNAME, name);
    }
    details.rows.push(planted::unfitted(15, HOSTILE[1]));
    details.curves.push(None);
    details.coverage.push(planted::uncovered(HOSTILE[0], &[1], HOSTILE[1], HOSTILE[1]));
    details.options.push((HOSTILE[0].to_owned(), HOSTILE[1].to_owned()));
    details
}

fn page(path: &Path, models: &[(&str, &Details)]) -> Result<(), Box<dyn Error>> {
    let tables: Vec<(String, &Details)> =
        models.iter().map(|(label, details)| ((*label).to_owned(), *details)).collect();
    let comparison = (models.len() > 1).then(|| compare(&tables, &CompareOptions::default()));
    let file = |label: &str| FileDigest {
        name: format!("{label}/model.safetensors"),
        bytes: 548_105_171,
        sha256: Some("248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707".to_owned()),
    };
    let files: Vec<[FileDigest; 1]> = models.iter().map(|(label, _)| [file(label)]).collect();
    let models: Vec<PageModel<'_>> = models
        .iter()
        .zip(&files)
        .map(|((label, details), files)| PageModel { label, details, files })
        .collect();
    let input = PageInput {
        models: &models,
        comparison: comparison.as_ref(),
        tuning: None,
        verdict: VerdictOptions::default(),
        command: "heavytail compare starved fed --html report.html",
    };
    write(path, &input)
}

/// Writes a page and prints its name and the seconds that it took.
fn write(path: &Path, input: &PageInput<'_>) -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let mut out = BufWriter::new(File::create(path)?);
    write_page(input, &mut out)?;
    out.flush()?;
    let name = path.file_name().unwrap_or_default().display();
    Ok(writeln!(std::io::stdout(), "{name} {:.3}", began.elapsed().as_secs_f64())?)
}
