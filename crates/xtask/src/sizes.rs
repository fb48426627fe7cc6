//! The released command in, what each format's dependencies and its own reader take of it out, as tables for
//! `docs/formats.md`.
//!
//! A symbol is counted for the first crate that its name speaks of beside the standard library's. What has no such name
//! (generic code of the standard library, unwinding tables, texts, tables of numbers) is in none of the rows but in the
//! whole, so that a row is less than what the command would shrink by; of the feature `remote` a build without it tells
//! that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::command::{cargo, command, output, start, target};

/// What needs them, and dependencies of `crates/formats`; of what two of them need the first has it all.
const NEEDS: [(&str, &[&str]); 7] = [
    ("every format", &["memmap2", "half", "tempfile", "thiserror"]),
    ("descriptions in JSON (safetensors, shards, Keras, Orbax; reports too)", &["serde_json", "serde"]),
    ("deflate (archives, HDF5, Orbax)", &["flate2"]),
    ("archives (PyTorch, Keras, NumPy)", &["zip"]),
    ("zstd (Orbax)", &["ruzstd"]),
    ("`hf://`, `https://` (feature `remote`)", &["ureq", "sha2"]),
    ("`s3://`, `gs://`, `az://` (feature `remote`)", &["object_store", "futures-util", "http-body", "bytes"]),
];

/// Prints the tables.
pub(crate) fn run() -> Outcome {
    let whole = build(&[])?;
    let local = build(&["--no-default-features"])?;
    let symbols = symbols(&whole.symbols)?;
    println!("\n| needed by | dependencies | code |\n|---|---|---|");
    let (trees, mut counted) = (trees()?, BTreeSet::new());
    for (need, dependencies) in NEEDS {
        let mut bytes = 0;
        for dependency in dependencies {
            let needed = trees.get(&dependency.replace('-', "_"));
            for name in needed.ok_or_else(|| format!("the readers do not need {dependency}"))? {
                if counted.insert(name.clone()) {
                    bytes += symbols.get(name).map_or(0, |modules| modules.values().sum());
                }
            }
        }
        println!("| {need} | `{}` | {} |", dependencies.join("`, `"), kilobytes(bytes));
    }
    let own = symbols.get("heavytail_formats").cloned().unwrap_or_default();
    let mut own: Vec<(String, u64)> = own.into_iter().collect();
    own.sort_by_key(|(module, bytes)| (std::cmp::Reverse(*bytes), module.clone()));
    let told: Vec<String> =
        own.iter().map(|(module, bytes)| format!("{module} {}", kilobytes(*bytes))).collect();
    println!("\nOur own readers, by file: {}.", told.join(", "));
    println!(
        "\nThe command, stripped: {} with the feature `remote`, {} without it.",
        kilobytes(whole.stripped),
        kilobytes(local.stripped)
    );
    Ok(())
}

struct Built {
    /// A copy that still has its symbols.
    symbols: PathBuf,
    /// Bytes of the file that is released.
    stripped: u64,
}

/// Builds the command as it is released, but for its symbols, in a folder of its own.
fn build(words: &[&str]) -> Result<Built, String> {
    let folder = target().join("sizes");
    let mut build = cargo(&["build", "--release", "--package", "heavytail-cli"]);
    build.args(words).env("CARGO_TARGET_DIR", &folder).env("CARGO_PROFILE_RELEASE_STRIP", "none");
    start(&mut build)?;
    let symbols = folder.join(format!("heavytail{}", words.concat()));
    std::fs::copy(folder.join("release/heavytail"), &symbols)
        .map_err(|error| format!("copy {}: {error}", symbols.display()))?;
    let stripped = symbols.with_extension("stripped");
    start(command("strip").arg("-o").arg(&stripped).arg(&symbols))?;
    let size =
        std::fs::metadata(&stripped).map_err(|error| format!("read {}: {error}", stripped.display()))?;
    Ok(Built { symbols, stripped: size.len() })
}

/// The names of each direct dependency of the readers and of all that it needs, as symbols have them.
fn trees() -> Result<BTreeMap<String, Vec<String>>, String> {
    let words = ["tree", "--package", "heavytail-formats", "--features", "remote", "--edges", "normal"];
    let text = output(cargo(&words).args(["--prefix", "depth", "--no-dedupe"]))?;
    let (mut all, mut direct) = (BTreeMap::<String, Vec<String>>::new(), String::new());
    for line in text.lines() {
        let name = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let depth = &line[..line.len() - name.len()];
        let name = name.split(' ').next().unwrap_or_default().replace('-', "_");
        if depth == "1" {
            direct.clone_from(&name);
        }
        if depth != "0" {
            all.entry(direct.clone()).or_default().push(name);
        }
    }
    Ok(all)
}

/// Bytes by crate and module.
fn symbols(program: &Path) -> Result<BTreeMap<String, BTreeMap<String, u64>>, String> {
    let text = output(command("nm").args(["--print-size", "--defined-only", "--demangle"]).arg(program))?;
    let mut all: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for line in text.lines() {
        let mut words = line.splitn(4, ' ').skip(1);
        let (Some(size), Some(_kind), Some(symbol)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let (Ok(bytes), Some((name, module))) = (u64::from_str_radix(size, 16), place(symbol)) else {
            continue;
        };
        *all.entry(name).or_default().entry(module).or_default() += bytes;
    }
    Ok(all)
}

/// The first crate that a symbol speaks of, and the module in it; the standard library only where there is no other.
fn place(symbol: &str) -> Option<(String, String)> {
    // C and assembler have no paths.
    if let Some(rest) = symbol.strip_prefix("ring_core") {
        return Some(("ring".to_owned(), rest.to_owned()));
    }
    let paths = symbol.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
    let mut paths = paths.filter(|path| path.contains("::") && !path.starts_with("::"));
    let path = paths.find(|path| !["core::", "std::", "alloc::"].iter().any(|own| path.starts_with(own)))?;
    let mut parts = path.split("::");
    Some((parts.next()?.to_owned(), parts.next().unwrap_or_default().to_owned()))
}

fn kilobytes(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        10_000..10_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
