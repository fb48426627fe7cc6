//! How a command ended in, the number that shells and pipelines see out.

use std::process::ExitCode;

/// The exit codes of every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The command did what was asked, and a gate passed.
    Success = 0,
    /// The gate of `check` failed.
    GateFailed = 1,
    /// Something kept the command from doing what was asked; standard error says what.
    Error = 2,
    /// Ctrl-C, as shells number it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
