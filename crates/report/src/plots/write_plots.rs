//! Details tables and a folder in, figures as SVG and PNG files in it out: all of them, or none.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use heavytail::columns_fit::ALPHA;
use heavytail::columns_spectrum::{LOG_SPECTRAL_NORM, SPACING_RATIO};
use heavytail::density::peak;
use heavytail::tuning::Tuning;
use heavytail::verdict::layer_name;
use heavytail::{Details, LayerCurves, Row};

use crate::error::Error;
use crate::plots::figure_change::change_by_depth;
use crate::plots::figure_depth::correlation_flow;
use crate::plots::figure_histogram::{alpha_histogram, alpha_overlay, norm_overlay};
use crate::plots::figure_reference::LayerFigures;
use crate::plots::scene::Scene;
use crate::plots::scene_font::Font;
use crate::plots::scene_png::{PRINT, png};
use crate::plots::scene_svg::svg;

/// Which files are written, and by how many threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlotOptions {
    /// Vectors.
    pub svg: bool,
    /// Pixels, 288 an inch.
    pub png: bool,
    /// Threads; 0 for one a core.
    pub threads: usize,
}

impl Default for PlotOptions {
    fn default() -> Self {
        Self { svg: true, png: true, threads: 0 }
    }
}

/// One figure to be drawn, or all those of a layer.
enum Plot<'a> {
    Alphas { label: &'a str, details: &'a Details },
    AlphaOverlay,
    NormOverlay,
    Flow,
    Change(&'a Tuning),
    Layer { row: &'a Row, curves: &'a LayerCurves },
}

/// Writes the figures of one model, or of several and their comparison, into `folder`, which is made where it is
/// missing; returns the files in the order of their names. Figures of layers need the tables' curves.
///
/// Files appear when all are written: what stops halfway leaves the folder as it was.
///
/// # Errors
/// The folder or a file can't be written.
pub fn write_plots(
    folder: &Path,
    models: &[(&str, &Details)],
    options: &PlotOptions,
) -> Result<Vec<PathBuf>, Error> {
    written(folder, models, &plots(models), options)
}

/// Writes the figures of a tuning: those of the base and the tuned model over each other, the ESD of both and of ΔW of
/// every layer, and what changed by depth. `labels` are those of the base and the tuned model.
///
/// # Errors
/// As [`write_plots`].
pub fn write_tuning_plots(
    folder: &Path,
    tuning: &Tuning,
    (base, tuned): (&str, &str),
    options: &PlotOptions,
) -> Result<Vec<PathBuf>, Error> {
    let models = [(base, &tuning.base), (tuned, &tuning.tuned)];
    let mut plots = plots(&models);
    plots.push(("change-by-depth".to_owned(), Plot::Change(tuning)));
    plots.extend(layers("change-", &tuning.change));
    written(folder, &models, &plots, options)
}

fn written(
    folder: &Path,
    models: &[(&str, &Details)],
    plots: &[(String, Plot<'_>)],
    options: &PlotOptions,
) -> Result<Vec<PathBuf>, Error> {
    publish(folder, |unfinished| {
        each(plots.len(), options.threads, |index, font| {
            let (name, plot) = &plots[index];
            let mut files = Vec::new();
            for (word, scene) in draw(plot, models, font) {
                files.extend(write(unfinished, &format!("{name}{word}"), &scene, options, font)?);
            }
            Ok(files)
        })
    })
}

/// Makes the folder where it is missing, lets `draw` write files into one inside it, and moves them up when all are
/// there; returns them in the order of their names.
pub(crate) fn publish(
    folder: &Path,
    draw: impl FnOnce(&Path) -> std::io::Result<Vec<String>>,
) -> Result<Vec<PathBuf>, Error> {
    std::fs::create_dir_all(folder).map_err(Error::Write)?;
    let unfinished =
        tempfile::Builder::new().prefix(".heavytail-").tempdir_in(folder).map_err(Error::Write)?;
    let mut names = draw(unfinished.path()).map_err(Error::Write)?;
    names.sort();
    let mut files = Vec::with_capacity(names.len());
    for name in names {
        let file = folder.join(&name);
        std::fs::rename(unfinished.path().join(&name), &file).map_err(Error::Write)?;
        files.push(file);
    }
    Ok(files)
}

/// Every figure with the beginning of its file's name.
fn plots<'a>(models: &[(&'a str, &'a Details)]) -> Vec<(String, Plot<'a>)> {
    let mut plots = vec![("correlation-flow".to_owned(), Plot::Flow)];
    if models.len() > 1 {
        plots.push(("alpha-overlay".to_owned(), Plot::AlphaOverlay));
    }
    plots.push(("log-spectral-norm".to_owned(), Plot::NormOverlay));
    for (index, (label, details)) in models.iter().enumerate() {
        let model = if models.len() > 1 {
            format!("model-{}-{}-", index + 1, safe(label, 40))
        } else {
            String::new()
        };
        plots.push((format!("{model}alpha-histogram"), Plot::Alphas { label, details }));
        plots.extend(layers(&model, details));
    }
    plots
}

/// The layers whose curves were kept.
fn layers<'a>(model: &str, details: &'a Details) -> Vec<(String, Plot<'a>)> {
    let rows = details.rows.iter().zip(&details.curves).enumerate();
    rows.filter_map(|(place, (row, curves))| {
        let name = format!("{model}layer-{:04}-{}", place + 1, safe(layer_name(row), 80));
        curves.as_ref().map(|curves| (name, Plot::Layer { row, curves }))
    })
    .collect()
}

/// A name as part of a file's name on every system: the end of a long one, since layers differ there.
fn safe(name: &str, longest: usize) -> String {
    let clean: Vec<char> = name
        .trim()
        .chars()
        .map(|sign| if sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '-') { sign } else { '_' })
        .collect();
    let end: String = clean[clean.len().saturating_sub(longest)..].iter().collect();
    end.trim_matches('.').to_owned()
}

/// Runs `work` for each number below `count` on several threads (0: one a core); the names of all files, in any order.
pub(crate) fn each(
    count: usize,
    threads: usize,
    work: impl Fn(usize, &Font) -> std::io::Result<Vec<String>> + Sync,
) -> std::io::Result<Vec<String>> {
    let threads = heavytail::engine::threads(threads).get();
    let next = AtomicUsize::new(0);
    let names = Mutex::new(Vec::new());
    let run = || -> std::io::Result<()> {
        let font = Font::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return Ok(());
            }
            let written = work(index, &font)?;
            names.lock().unwrap_or_else(PoisonError::into_inner).extend(written);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(count)).map(|_| scope.spawn(run)).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    Ok(names.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// What is drawn, each with the end of its file's name.
fn draw(plot: &Plot<'_>, models: &[(&str, &Details)], font: &Font) -> Vec<(String, Scene)> {
    let values = |column| -> Vec<(&str, Vec<f64>)> {
        models.iter().map(|(label, details)| (*label, details.fitted(column))).collect()
    };
    let scene = match plot {
        Plot::Alphas { label, details } => {
            let alphas = details.fitted(&ALPHA);
            alpha_histogram(label, &alphas, peak(&alphas), font)
        }
        Plot::AlphaOverlay => alpha_overlay(&values(&ALPHA), font),
        Plot::NormOverlay => norm_overlay(&values(&LOG_SPECTRAL_NORM), font),
        Plot::Flow => correlation_flow(models, font),
        Plot::Change(tuning) => change_by_depth(tuning, font),
        Plot::Layer { row, curves } => {
            let figures =
                LayerFigures { title: layer_name(row), row, curves }.all(row.has(&SPACING_RATIO), font);
            let drawn = figures.into_iter().filter_map(|one| Some((format!("-{}", one.word), one.scene?)));
            return drawn.collect();
        }
    };
    vec![(String::new(), scene)]
}

fn write(
    folder: &Path,
    name: &str,
    scene: &Scene,
    options: &PlotOptions,
    font: &Font,
) -> std::io::Result<Vec<String>> {
    let mut written = Vec::new();
    let mut put = |ending: &str, bytes: &[u8]| -> std::io::Result<()> {
        let file = format!("{name}.{ending}");
        let mut out = std::fs::File::create(folder.join(&file))?;
        out.write_all(bytes)?;
        written.push(file);
        Ok(())
    };
    if options.svg {
        put("svg", svg(scene).as_bytes())?;
    }
    if options.png {
        let bytes =
            png(scene, font, PRINT).ok_or_else(|| std::io::Error::other("the figure has no pixels"))?;
        put("png", &bytes)?;
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_the_folder() {
        assert_eq!(safe("../../etc/passwd", 80), "_.._etc_passwd");
        assert_eq!(safe("h.0.attn.c_proj", 80), "h.0.attn.c_proj");
        assert_eq!(safe("C:\\x\u{0}é", 80), "C__x__");
        assert_eq!(safe("layers.0123456789", 6), "456789");
        assert_eq!(safe("...", 6), "");
    }
}
