//! A model in, its table, the shape of its alphas and a verdict out.

use heavytail::columns_fit::ALPHA;
use heavytail::{Column, Details, VerdictOptions, column, judge, registry};
use heavytail_report::{
    Sort, TextOptions, coverage_summary, histogram, roles, table, verdict_text, write_csv, write_json_judged,
    write_jsonl, write_parquet,
};

use crate::args::{AnalyzeArgs, Format, TableArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{analyze_model, labels};
use crate::output::Output;
use crate::page::Page;
use crate::plots::Plots;
use crate::terminal::Terminal;

pub(crate) fn run(args: &AnalyzeArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let output = prepare(args.output.format, args.output.output.as_deref())?;
    let text_options = text_options(&args.table, terminal.text_options(output.is_file()))?;
    let page = Page::prepare(args.page.html.as_deref(), &args.verdict)?;
    let plots = Plots::prepare(args.page.plots.as_deref())?;
    let curves = page.is_some() || plots.is_some();
    let details = analyze_model(&args.model, &args.analysis, curves, terminal)?;
    let label = labels(std::slice::from_ref(&args.model)).pop().unwrap_or_default();
    let tables = [(label, &details)];
    if let Some(page) = page {
        page.finish(&tables, None, None)?;
    }
    if let Some(plots) = plots {
        plots.finish(&tables, args.analysis.threads)?;
    }
    if args.output.format == Format::Table {
        let text = text(&details, &args.verdict.options(), &text_options);
        output.finish(|out| out.write_all(text.as_bytes()).map_err(heavytail_report::Error::Write))?;
    } else {
        write_table(&details, args.output.format, &args.verdict.options(), output)?;
    }
    Ok(Exit::Success)
}

/// Tries the place of the output before any work.
pub(crate) fn prepare(format: Format, path: Option<&std::path::Path>) -> Result<Output, Failure> {
    if format == Format::Parquet && path.is_none() {
        return Err(Failure::Format { format: "parquet", why: "is no text; add --output FILE" });
    }
    Output::prepare(path)
}

/// Writes a table in a form for machines.
pub(crate) fn write_table(
    details: &Details,
    format: Format,
    verdict: &VerdictOptions,
    output: Output,
) -> Result<(), Failure> {
    output.finish(|out| match format {
        Format::Csv => write_csv(details, out),
        Format::Jsonl => write_jsonl(details, out),
        Format::Parquet => write_parquet(details, out),
        Format::Json | Format::Table => write_json_judged(details, verdict, out),
    })
}

fn text_options(args: &TableArgs, options: TextOptions) -> Result<TextOptions, Failure> {
    let columns = args.columns.iter().map(|name| named(name)).collect::<Result<Vec<_>, _>>()?;
    let sort = match args.sort.as_deref() {
        None => None,
        Some(word) => {
            let (descending, name) = word.strip_prefix('-').map_or((false, word), |name| (true, name));
            Some(Sort { column: named(name)?, descending })
        }
    };
    Ok(TextOptions { columns: (!columns.is_empty()).then_some(columns), sort, top: args.top, ..options })
}

fn named(name: &str) -> Result<&'static Column, Failure> {
    column::find(name).ok_or_else(|| {
        let known = registry();
        let close = known.iter().find(|column| column.name.eq_ignore_ascii_case(&name.replace('-', "_")));
        let nearest = close.map_or_else(String::new, |column| format!(" (did you mean `{}`?)", column.name));
        Failure::UnknownColumn { name: name.to_owned(), nearest }
    })
}

fn text(details: &Details, limits: &VerdictOptions, options: &TextOptions) -> String {
    let verdict = judge(details, limits);
    let mut parts = vec![table(details, options)];
    let alphas = details.fitted(&ALPHA);
    if !alphas.is_empty() {
        parts.push(histogram(&alphas, options));
        parts.push(roles(&verdict, options));
    }
    parts.push(verdict_text(&verdict, options));
    parts.push(coverage_summary(details, options));
    join(&parts)
}

/// Paragraphs with a blank line between them.
pub(crate) fn join(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim_end()).filter(|part| !part.is_empty()).collect();
    parts.join("\n\n") + "\n"
}
