//! The tests: Rust first, then object stores, and the Python wheel and the page where they are there.

use crate::command::{cargo, command, root, start};
use crate::{Outcome, stores};

fn rust() -> Outcome {
    start(&mut cargo(&["test", "--workspace", "--quiet"]))
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
