//! The registry of columns in, the list that people and programs read out.

use std::fmt::Write as _;

use heavytail::column::{Origin, Presence};
use heavytail::{Column, column, registry};

use heavytail_report::write_columns_json;

use crate::args::{ColumnsArgs, ColumnsFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::terminal::{Terminal, print};

pub(crate) fn run(args: &ColumnsArgs, _terminal: &Terminal) -> Result<Exit, Failure> {
    let columns = if args.names.is_empty() {
        registry()
    } else {
        let known = |name: &String| {
            column::find(name)
                .ok_or_else(|| Failure::UnknownColumn { name: name.clone(), nearest: String::new() })
        };
        args.names.iter().map(known).collect::<Result<_, _>>()?
    };
    match args.format {
        ColumnsFormat::Table => print(&text(&columns))?,
        ColumnsFormat::Json => Output::Stdout.finish(|out| write_columns_json(&columns, out))?,
    }
    Ok(Exit::Success)
}

fn text(columns: &[&Column]) -> String {
    let mut text = String::new();
    for column in columns {
        let unit = if column.unit.is_empty() { String::new() } else { format!(", {}", column.unit) };
        let whose = match (column.origin, column.presence) {
            (Origin::Reference, Presence::Always) => String::new(),
            (Origin::Heavytail, Presence::Always) => "; heavytail's".to_owned(),
            (_, Presence::Option(option)) => format!("; with --{option}"),
        };
        let _ =
            writeln!(text, "{} ({}{unit}{whose})\n    {}", column.name, column.kind.name(), column.meaning);
        let _ = writeln!(text, "    = {}", column.definition);
        if !column.reading.is_empty() {
            let _ = writeln!(text, "    > {}", column.reading);
        }
        let _ = writeln!(text, "    source: {}", column.source);
    }
    text
}
