//! A details table and a folder in, weightwatcher's figures of each layer as PNG files in it out: all of them, or none.

use std::path::{Path, PathBuf};

use heavytail::columns_layer::{LAYER_ID, SLICE_ID};
use heavytail::verdict::layer_name;
use heavytail::{Details, LayerCurves, Row};

use crate::error::Error;
use crate::plots::figure_reference::LayerFigures;
use crate::plots::scene_png::{SCREEN, png};
use crate::plots::write_plots::{each, publish};

/// A layer to be drawn.
pub struct LayerPlot<'a> {
    /// What its files are called by: `ww.layer{number}.esd.png`.
    pub number: String,
    /// What stands over its figures.
    pub title: String,
    row: &'a Row,
    curves: &'a LayerCurves,
}

impl<'a> LayerPlot<'a> {
    /// The layers of a table that have a spectrum; the table has to have its curves.
    #[must_use]
    pub fn of(details: &'a Details) -> Vec<Self> {
        let rows = details.rows.iter().zip(&details.curves);
        rows.filter_map(|(row, curves)| Some((row, curves.as_ref()?)))
            .map(|(row, curves)| {
                let id = row.integer(&LAYER_ID).unwrap_or_default();
                let number = match row.integer(&SLICE_ID) {
                    Some(slice) => format!("{id}.{slice}"),
                    None => id.to_string(),
                };
                Self { title: format!("layer {number} {}", layer_name(row)), number, row, curves }
            })
            .collect()
    }
}

/// Writes the figures that weightwatcher 0.7.7 draws of these layers under its names, 600 by 400 pixels, into `folder`,
/// which is made where it is missing; returns the files in the order of their names. `deltas` adds the distances
/// between eigenvalues; the others depend on the columns that the rows have.
///
/// Files appear when all are written: what stops halfway leaves the folder as it was.
///
/// # Errors
/// The folder or a file can't be written.
pub fn write_layer_plots(
    folder: &Path,
    layers: &[LayerPlot<'_>],
    deltas: bool,
    threads: usize,
) -> Result<Vec<PathBuf>, Error> {
    publish(folder, |unfinished| {
        each(layers.len(), threads, |index, font| {
            let LayerPlot { number, title, row, curves } = &layers[index];
            let mut written = Vec::new();
            let figures = LayerFigures { title, row, curves };
            for figure in figures.all(deltas, font) {
                let file = format!("ww.layer{number}.{}.png", figure.reference);
                let scene = figure.scene.unwrap_or_else(|| figures.nothing(font));
                let bytes = png(&scene, font, SCREEN)
                    .ok_or_else(|| std::io::Error::other("the figure has no pixels"))?;
                std::fs::write(unfinished.join(&file), bytes)?;
                written.push(file);
            }
            Ok(written)
        })
    })
}
