//! The gate before the tests: format, lints, layout, generated files, documentation.

use crate::Outcome;
use crate::command::{cargo, command, root, start};
use crate::{r#gen, layout, venv};

/// The quick ones first.
fn rust() -> Outcome {
    start(&mut cargo(&["fmt", "--all", "--check"]))?;
    layout::run()?;
    start(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    r#gen::run(true)?;
    start(
        cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// Runs the checks of every language.
pub(crate) fn run() -> Outcome {
    rust()?;
    python()
}

/// The linters of the Python package, in a venv of their own.
fn python() -> Outcome {
    if !root().join("pyproject.toml").exists() {
        return Ok(());
    }
    let tools = venv::with("check", &["ruff", "mypy", "pandas-stubs", "numpy"])?;
    start(command(tools.program("ruff")).args(["check", "python"]))?;
    start(command(tools.program("ruff")).args(["format", "--check", "python"]))?;
    start(command(tools.program("mypy")).args(["python/heavytail"]))
}
