//! The house rules that a program can see: allowed edges between crates, lengths, headers, names of files.

use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::command::{read, root};

/// A crate's folder and the crates of ours that it may depend on.
const EDGES: &[(&str, &[&str])] = &[
    ("crates/formats", &[]),
    ("crates/layers", &["heavytail-formats"]),
    ("crates/spectra", &[]),
    ("crates/fits", &[]),
    ("crates/core", &["heavytail-formats", "heavytail-layers", "heavytail-spectra", "heavytail-fits"]),
    ("crates/report", &["heavytail"]),
    ("crates/cli", &["heavytail", "heavytail-report"]),
    ("python", &["heavytail", "heavytail-report"]),
    ("bench", &["heavytail-spectra"]),
];

/// Names that say nothing about the content.
const EMPTY_NAMES: &[&str] = &["utils.rs", "util.rs", "helpers.rs", "misc.rs", "common.rs", "imp.rs"];

const LONGEST_FILE: usize = 400;
const LONGEST_MAP: usize = 80;

/// Checks every crate; fails with all that is wrong.
pub(crate) fn run() -> Outcome {
    let mut wrong = Vec::new();
    for (folder, allowed) in EDGES {
        edges(folder, allowed, &mut wrong)?;
    }
    let mut files = Vec::new();
    for folder in ["crates", "python", "bench"] {
        rust_files(&root().join(folder), &mut files)?;
    }
    files.sort();
    for file in &files {
        source(file, &mut wrong)?;
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("layout:\n  {}", wrong.join("\n  "))) }
}

fn edges(folder: &str, allowed: &[&str], wrong: &mut Vec<String>) -> Outcome {
    let manifest = read(&root().join(folder).join("Cargo.toml"))?;
    let dependencies = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    for line in dependencies.take_while(|line| !line.starts_with('[')) {
        let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
        if name.starts_with("heavytail") && !allowed.contains(&name) {
            wrong.push(format!("{folder} must not depend on {name}"));
        }
    }
    Ok(())
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("list {}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| format!("list {}: {error}", folder.display()))?.path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with("node_modules") && !path.ends_with(".venv") {
                rust_files(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn source(file: &Path, wrong: &mut Vec<String>) -> Outcome {
    let text = read(file)?;
    let shown = file.strip_prefix(root()).unwrap_or(file).display();
    if !text.starts_with("//!") {
        wrong.push(format!("{shown} does not open with a sentence on what it is for (//!)"));
    }
    if EMPTY_NAMES.iter().any(|name| file.ends_with(name)) {
        wrong.push(format!("{shown} has a name that says nothing"));
    }
    let length = text.lines().count();
    let limit = if file.ends_with("src/lib.rs") { LONGEST_MAP } else { LONGEST_FILE };
    if length > limit {
        wrong.push(format!("{shown} has {length} lines, more than {limit}"));
    }
    Ok(())
}
