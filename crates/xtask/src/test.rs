//! The tests: Rust first, then object stores, and the Python wheel and the page where they are there.

use crate::command::{cargo, command, root, start};
use crate::{Outcome, stores};

fn rust() -> Outcome {
    start(&mut cargo(&["test", "--workspace", "--quiet"]))
}

/// The crates with property tests, whose inputs a plain run draws from one seed (`.cargo/config.toml`).
const WITH_PROPERTIES: [&str; 5] =
    ["heavytail", "heavytail-fits", "heavytail-formats", "heavytail-layers", "heavytail-report"];

/// Runs the tests of the crates with property tests on inputs of `seeds` further seeds, those of today.
pub(crate) fn seeds(seeds: &str) -> Outcome {
    let seeds: u64 = seeds.parse().map_err(|error| format!("--seeds {seeds}: {error}"))?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let first = now.map_err(|error| error.to_string())?.as_secs();
    for seed in first..first.saturating_add(seeds) {
        let mut tests = cargo(&["test", "--quiet"]);
        for package in WITH_PROPERTIES {
            tests.args(["--package", package]);
        }
        println!("PROPTEST_RNG_SEED={seed}");
        start(tests.env("PROPTEST_RNG_SEED", seed.to_string()))?;
    }
    Ok(())
}

/// Runs the tests of every language.
pub(crate) fn run() -> Outcome {
    rust()?;
    stores::run()?;
    for script in ["python/test.sh", "web/test.sh"] {
        if root().join(script).exists() {
            start(command("bash").arg(script))?;
        }
    }
    Ok(())
}

/// Runs the tests of models that TensorFlow holds, in an environment of their own.
pub(crate) fn tensorflow() -> Outcome {
    start(command("bash").arg("python/test_tensorflow.sh"))
}
