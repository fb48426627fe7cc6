//! The definition of the command line in, shell completions or the manual page out.

use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::print;

/// Prints the completions of a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "heavytail", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}

/// Prints the manual page of the command, then those of its verbs.
pub(crate) fn man() -> Result<Exit, Failure> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(Failure::Stdout)?;
    for verb in command.get_subcommands() {
        clap_mangen::Man::new(verb.clone()).render(&mut page).map_err(Failure::Stdout)?;
    }
    print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Success)
}
