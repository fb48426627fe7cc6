//! A path in, an opened model or a saved table out, and the name by which to speak of it.

use std::path::{Path, PathBuf};

use heavytail::formats::open_stream;
use heavytail::{Details, Model, Peft, TensorSource, analyze, open};
use heavytail_report::{escaped, is_saved_table, read_table};

use crate::args_analyze::AnalysisArgs;
use crate::failure::Failure;
use crate::interrupt::cancel_on_interrupt;
use crate::progress::Progress;
use crate::terminal::Terminal;

/// What stands for standard input among paths.
const STDIN: &str = "-";
/// How many finished layers an interrupted run names.
const NAMED: usize = 5;

/// Opens a model, `-` from standard input; a saved table is none.
pub(crate) fn open_model(path: &Path) -> Result<Box<dyn TensorSource>, Failure> {
    if is_saved_table(path) {
        return Err(Failure::TableForModel { path: path.to_owned() });
    }
    let opened = match path.to_str() {
        Some(STDIN) => open_stream(&mut std::io::stdin().lock(), "standard input"),
        _ => open(path),
    };
    Ok(opened.map_err(heavytail::Error::from)?)
}

/// Analyses a model with a bar on the terminal. No layer at all is an error that says what the model holds.
pub(crate) fn analyze_model(
    path: &Path,
    args: &AnalysisArgs,
    keep_curves: bool,
    terminal: &Terminal,
) -> Result<Details, Failure> {
    let options = heavytail::AnalyzeOptions { keep_curves, ..args.options() }.check()?;
    let source = open_model(path)?;
    let base = args.statistics.base_model.as_deref().map(open_model).transpose()?;
    let adapters = options.get().peft != Peft::No;
    let beside = if adapters { adapter_config_beside(path)? } else { None };
    // What lies beside a remote model only the source knows.
    let adapter_config = beside.or_else(|| source.info().adapter_config.clone()).filter(|_| adapters);
    let model = Model {
        base: base.as_deref(),
        adapter_config: adapter_config.as_deref(),
        ..Model::new(source.as_ref())
    };
    let cancel = cancel_on_interrupt()?;
    let progress = Progress::new(terminal);
    let details = analyze(&model, &options, &progress, &cancel);
    progress.close();
    let details = details?;
    details.warnings.iter().for_each(|warning| terminal.note(warning));
    if details.interrupted {
        return Err(interrupted(path, &progress));
    }
    if details.rows.is_empty() {
        return Err(no_layer(path, &details));
    }
    Ok(details)
}

/// A model's table: read where it was saved, computed otherwise.
pub(crate) fn table_of(
    path: &Path,
    args: &AnalysisArgs,
    keep_curves: bool,
    terminal: &Terminal,
) -> Result<Details, Failure> {
    if is_saved_table(path) {
        return Ok(read_table(path)?);
    }
    analyze_model(path, args, keep_curves, terminal)
}

/// The text of the file that says how strongly an adapter counts, where it lies beside the weights: in the folder, or
/// in that of the file. Only adapters ask for it: a model that happens to lie beside one has nothing to do with it.
pub(crate) fn adapter_config_beside(path: &Path) -> Result<Option<String>, Failure> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    let path = folder.join("adapter_config.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Failure::AdapterConfig { path, source }),
    }
}

pub(crate) fn interrupted(path: &Path, progress: &Progress) -> Failure {
    let (names, all) = progress.finished();
    let done = names.len();
    let shown: Vec<_> = names.iter().take(NAMED).map(|name| escaped(name).into_owned()).collect();
    let names = match done.checked_sub(NAMED) {
        _ if done == 0 => String::new(),
        Some(more) if more > 0 => format!(" ({} and {more} more)", shown.join(", ")),
        _ => format!(" ({})", shown.join(", ")),
    };
    Failure::Interrupted { done, all, model: path.display().to_string(), names }
}

/// What a model without a layer holds.
pub(crate) fn no_layer(path: &Path, details: &Details) -> Failure {
    let contents = match details.coverage.len() {
        0 => "it holds no tensor".to_owned(),
        _ => format!("it holds {}", held(details)),
    };
    Failure::NoLayer { model: path.display().to_string(), contents }
}

fn held(details: &Details) -> String {
    let shown: Vec<String> = details
        .coverage
        .iter()
        .take(NAMED)
        .map(|left_out| {
            let shape: Vec<String> = left_out.shape.iter().map(ToString::to_string).collect();
            format!(
                "`{}` ({} {}, {})",
                escaped(&left_out.name),
                left_out.dtype,
                shape.join("x"),
                left_out.message
            )
        })
        .collect();
    match details.coverage.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more; `heavytail describe` lists them", shown.join(", ")),
    }
}

/// The shortest names that tell the paths apart: the folder's where the file's name says nothing.
pub(crate) fn labels(paths: &[PathBuf]) -> Vec<String> {
    let parts: Vec<Vec<String>> = paths.iter().map(|path| telling_parts(path)).collect();
    let label = |index: usize, length: usize| {
        let own = &parts[index];
        own[own.len().saturating_sub(length)..].join("/")
    };
    (0..paths.len())
        .map(|index| {
            let longest = parts[index].len();
            let unique = |length: &usize| {
                (0..paths.len()).all(|other| {
                    parts[other] == parts[index] || label(other, *length) != label(index, *length)
                })
            };
            let length = (1..=longest).find(unique).unwrap_or(longest);
            let name = label(index, length);
            // The same path twice: numbered, as they were typed.
            let twins = (0..index).filter(|other| parts[*other] == parts[index]).count();
            if twins == 0 { name } else { format!("{name} ({})", twins + 1) }
        })
        .collect()
}

/// The parts of a path that say something: not the usual names of weight files.
fn telling_parts(path: &Path) -> Vec<String> {
    const USUAL: [&str; 6] = [
        "model.safetensors",
        "pytorch_model.bin",
        "model.safetensors.index.json",
        "pytorch_model.bin.index.json",
        "details.csv",
        "model.onnx",
    ];
    let mut parts: Vec<String> = path
        .components()
        .filter_map(|part| match part {
            std::path::Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| USUAL.contains(&last.as_str())) {
        parts.pop();
    }
    if let Some(last) = parts.last_mut()
        && let Some((stem, extension)) = last.rsplit_once('.')
        && !stem.is_empty()
        && extension.len() <= 11
        && extension.chars().all(|c| c.is_ascii_alphabetic())
    {
        *last = stem.to_owned();
    }
    if parts.is_empty() { vec![path.display().to_string()] } else { parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(paths: &[&str]) -> Vec<String> {
        labels(&paths.iter().map(PathBuf::from).collect::<Vec<_>>())
    }

    #[test]
    fn labels_are_the_shortest_names_that_tell_models_apart() {
        assert_eq!(of(&["a/gpt", "b/gpt2"]), ["gpt", "gpt2"]);
        assert_eq!(of(&["gpt/model.safetensors", "gpt2/model.safetensors"]), ["gpt", "gpt2"]);
        assert_eq!(of(&["x/run/gpt.csv", "y/run/gpt.csv"]), ["x/run/gpt", "y/run/gpt"]);
        assert_eq!(of(&["gpt", "gpt"]), ["gpt", "gpt (2)"]);
    }
}
