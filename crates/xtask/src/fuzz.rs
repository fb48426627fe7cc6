//! The fuzz targets on the stable toolchain: built with coverage and without a sanitizer, each run for some seconds.
//!
//! `cargo fuzz` needs nightly for the sanitizer alone; readers without unsafe code lose little without it. What libFuzzer
//! needs, counters at every edge, are options of the stable compiler.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::command::{cargo, command, output, root, start, target};
use crate::{Outcome, fuzz_seeds};

/// Coverage as libFuzzer reads it, and every check that a debug build has.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Ccodegen-units=1";
/// Targets that run at the same time.
const TOGETHER: usize = 2;
/// Bytes of an input: enough for a fixture of every format, of which HDF5's are the longest.
const LONGEST: u64 = 100_000;

/// Runs each target for so many seconds, or the one that is named.
pub(crate) fn run(seconds: &str, only: Option<&str>) -> Outcome {
    let seconds: u64 = seconds.parse().map_err(|_| format!("{seconds} is no number of seconds"))?;
    let all = targets()?;
    let wanted: Vec<&String> = all.iter().filter(|name| only.is_none_or(|only| only == **name)).collect();
    if wanted.is_empty() {
        return Err(format!("there is no such fuzz target; there are {}", all.join(", ")));
    }
    let programs = build()?;
    let next = Mutex::new(wanted.into_iter());
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER {
            scope.spawn(|| {
                while let Some(name) = next.lock().ok().and_then(|mut next| next.next()) {
                    let done = one(&programs, name, seconds);
                    if let (Err(why), Ok(mut failed)) = (done, failed.lock()) {
                        failed.push(why);
                    }
                }
            });
        }
    });
    match failed.into_inner().unwrap_or_default().as_slice() {
        [] => Ok(()),
        some => Err(some.join("\n")),
    }
}

/// The names of all targets: those of their files.
fn targets() -> Result<Vec<String>, String> {
    let folder = root().join("fuzz/fuzz_targets");
    let files = fuzz_seeds::files(&folder).map_err(|error| format!("list {}: {error}", folder.display()))?;
    Ok(files.iter().filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect())
}

/// Builds every target; the folder that they are in.
fn build() -> Result<PathBuf, String> {
    let folder = root().join("fuzz");
    // The same versions as everywhere else, so that they need not be fetched again.
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))
        .map_err(|error| format!("write {}: {error}", folder.join("Cargo.lock").display()))?;
    let triple = host()?;
    let built = target().join("fuzz");
    // Programs that the compiler runs are left as they are: with a target named, flags are only for what is built for it.
    let mut build = cargo(&["build", "--release", "--target", &triple, "--manifest-path"]);
    build.arg(folder.join("Cargo.toml")).env("CARGO_TARGET_DIR", &built).env("RUSTFLAGS", FLAGS);
    start(&mut build)?;
    Ok(built.join(&triple).join("release"))
}

/// The system that this toolchain builds for.
fn host() -> Result<String, String> {
    let text = output(command("rustc").arg("-vV"))?;
    let triple = text.lines().find_map(|line| line.strip_prefix("host: "));
    triple.map(str::to_owned).ok_or_else(|| "rustc tells no host".to_owned())
}

fn one(programs: &Path, name: &str, seconds: u64) -> Outcome {
    let (corpus, found) = (target().join("fuzz-corpus").join(name), target().join("fuzz-found").join(name));
    let prepare = || fuzz_seeds::write(name, &corpus, LONGEST).and_then(|()| std::fs::create_dir_all(&found));
    prepare().map_err(|error| format!("seed the fuzz target {name}: {error}"))?;
    let mut fuzzer = command("sh");
    // libFuzzer tells everything on the error stream.
    fuzzer.args(["-c", "exec \"$@\" 2>&1", "sh"]).arg(programs.join(name)).arg(&corpus);
    fuzzer.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={LONGEST}"));
    fuzzer.arg(format!("-artifact_prefix={}/", found.display())).args(["-rss_limit_mb=512", "-timeout=60"]);
    // The same inputs in every run of the checks, as far as the time allows.
    fuzzer.arg("-seed=1");
    let run = fuzzer.output().map_err(|error| format!("start the fuzz target {name}: {error}"))?;
    let text = String::from_utf8_lossy(&run.stdout);
    if !run.status.success() {
        // Less the lines on each input that was new.
        let report: Vec<&str> = text.lines().filter(|line| !line.starts_with(['#', '\t'])).collect();
        let report = report.join("\n");
        return Err(format!(
            "the fuzz target {name} found something, which is now in {}\n{report}",
            found.display()
        ));
    }
    if !text.contains("inline 8-bit counters") {
        return Err(format!("the fuzz target {name} was built without coverage"));
    }
    let last = text.lines().rev().find(|line| line.starts_with("Done")).unwrap_or("ended");
    println!("fuzz {name}: {last}");
    Ok(())
}
