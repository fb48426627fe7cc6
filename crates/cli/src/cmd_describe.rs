//! A model in, its layers and everything that is none out, without any maths.

use heavytail::{Details, Model, VerdictOptions, describe};
use heavytail_report::{coverage, escaped, layer_columns, table};

use crate::args::{DescribeArgs, Format};
use crate::cmd_analyze::write_table;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::open_model;
use crate::output::Output;
use crate::terminal::Terminal;

pub(crate) fn run(args: &DescribeArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let options = args.analysis.options().check()?;
    let output = Output::prepare(args.output.output.as_deref())?;
    let source = open_model(&args.model)?;
    let details = describe(&Model::new(source.as_ref()), &options)?;
    details.warnings.iter().for_each(|warning| terminal.note(warning));
    if args.output.format == Format::Table {
        let text = text(&details, terminal, output.is_file());
        output.finish(|out| out.write_all(text.as_bytes()).map_err(heavytail_report::Error::Write))?;
    } else {
        write_table(&details, args.output.format, &VerdictOptions::default(), output)?;
    }
    Ok(if details.rows.is_empty() { Exit::Error } else { Exit::Success })
}

fn text(details: &Details, terminal: &Terminal, into_file: bool) -> String {
    let mut options = terminal.text_options(into_file);
    options.columns = Some(layer_columns());
    let origin = &details.origin;
    let mut text = format!(
        "{}: {}, {} tensors in {} file(s), {} layers\n\n",
        escaped(&origin.path.to_string_lossy()),
        origin.format,
        origin.tensors,
        origin.files.len(),
        details.rows.len()
    );
    if !details.rows.is_empty() {
        text += &table(details, &options);
        text.push('\n');
    }
    text + &coverage(details, &options)
}
