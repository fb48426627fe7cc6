//! A layer's row and curves in, every figure of it out: those of weightwatcher's `plot=True`, each with the word of its
//! file's name there and with ours.

use heavytail::column::Column;
use heavytail::columns_erg::DETX_VAL;
use heavytail::columns_fit::{XMAX, XMIN};
use heavytail::columns_layer::{M, N, REASON};
use heavytail::columns_mp::{BULK_MAX, MP_SOFTRANK, NUM_SPIKES, SIGMA_MP, W_SCALE};
use heavytail::columns_random::{
    RAND_BULK_MAX, RAND_MP_SOFTRANK, RAND_NUM_SPIKES, RAND_SIGMA_MP, RAND_W_SCALE,
};
use heavytail::fits::MarchenkoPastur;
use heavytail::{LayerCurves, LayerVerdict, Row, bulk_len};

use crate::plots::figure::{Axis, Frame, HEIGHT, WIDTH, titled};
use crate::plots::figure_density::{Densities, Series};
use crate::plots::figure_layer::{alpha_search, distance_search, esd};
use crate::plots::figure_vectors::{bulk_and_tail, by_rank};
use crate::plots::scene::{Anchor, BLUE, Colour, GREEN, INK, ORANGE, PURPLE, SOFT, STONE, Scene, VERMILLION};
use crate::plots::scene_font::Font;

/// One layer as its figures need it.
pub(crate) struct LayerFigures<'a> {
    pub(crate) title: &'a str,
    pub(crate) row: &'a Row,
    pub(crate) curves: &'a LayerCurves,
}

/// One figure of a layer; no scene where there is nothing to draw.
pub(crate) struct LayerFigure {
    /// The word of its file's name in weightwatcher.
    pub(crate) reference: &'static str,
    /// The word of its file's name here.
    pub(crate) word: &'static str,
    pub(crate) scene: Option<Scene>,
}

impl LayerFigures<'_> {
    /// Every figure that the row has the numbers of; with `deltas` the distances between eigenvalues, too.
    pub(crate) fn all(&self, deltas: bool, font: &Font) -> Vec<LayerFigure> {
        let Self { title, row, curves } = *self;
        let mut figures = vec![
            ("esd", "esd", esd(title, row, curves, font)),
            ("esd2", "esd-linear", self.linear(font)),
            ("esd3", "esd-log", self.logarithmic(font)),
        ];
        if self.xmin().is_some() {
            figures.push(("esd4", "xmin-distance", distance_search(title, row, curves, font)));
            figures.push(("esd5", "xmin-alpha", alpha_search(title, row, curves, font)));
        }
        if let Some(bulk) = Bulk::of(row) {
            if bulk.is_square() {
                figures.push(("mpfit1", "bulk-eigenvalues", self.bulk(&bulk, false, font)));
            }
            figures.push(("mpfit2", "bulk", self.bulk(&bulk, bulk.is_square(), font)));
        }
        if !curves.shuffled.is_empty() {
            figures.push(("randesd1", "shuffled", self.shuffled(false, font)));
            figures.push(("randesd2", "shuffled-log", self.shuffled(true, font)));
        }
        if let Some(start) = row.number(&DETX_VAL) {
            figures.push(("detX", "detx", self.product_one(start, font)));
        }
        let vectors = &curves.vectors;
        if !vectors.is_empty() {
            // As the columns: without a fit there is no bulk.
            let start = self.xmin().map(|xmin| bulk_len(vectors, xmin));
            figures.push(("vector_metrics", "vectors-by-rank", by_rank(title, vectors, start, font)));
            let start = start.unwrap_or_default();
            figures.push((
                "vector_histograms",
                "vectors-bulk-tail",
                bulk_and_tail(title, vectors, start, font),
            ));
        }
        if deltas {
            figures.push(("deltaEs", "spacings", self.spacings(font)));
            figures.push(("level-stats", "spacings-density", self.spacing_statistics(font)));
        }
        let named = |(reference, word, scene)| LayerFigure { reference, word, scene };
        figures.into_iter().map(named).collect()
    }

    /// What stands in place of a figure of which there is nothing to draw.
    pub(crate) fn nothing(&self, font: &Font) -> Scene {
        let mut scene = titled(self.title, WIDTH, HEIGHT, font);
        let reason = match self.row.text(&REASON) {
            "" => "nothing above 0",
            reason => reason,
        };
        let words = font.fitting(reason, 10.5, WIDTH - 40.0);
        scene.text((WIDTH / 2.0, HEIGHT / 2.0), words, Anchor::Middle, SOFT);
        scene
    }

    fn xmin(&self) -> Option<f64> {
        let fitted = LayerVerdict::of_row(self.row) != LayerVerdict::NoFit;
        self.row.number(&XMIN).filter(|xmin| fitted && *xmin > 0.0)
    }

    /// A picture of the layer's own numbers alone.
    fn alone<'b>(
        &'b self,
        unit: &'b str,
        values: Vec<f64>,
        marks: Vec<(f64, &'b str, Colour)>,
    ) -> Densities<'b> {
        let series = vec![Series { words: "layer", values, fill: STONE }];
        Densities { title: self.title, unit, series, curve: None, marks }
    }

    fn linear(&self, font: &Font) -> Option<Scene> {
        let marks = self.xmin().map(|xmin| (xmin, "xmin", VERMILLION)).into_iter().collect();
        self.alone("eigenvalue λ", positive(&self.curves.eigenvalues), marks).scene(font)
    }

    fn logarithmic(&self, font: &Font) -> Option<Scene> {
        let xmax = self.xmin().and(self.row.number(&XMAX)).filter(|xmax| *xmax > 0.0);
        let ends = [(self.xmin(), "xmin", VERMILLION), (xmax, "xmax", ORANGE)];
        let marks = ends.into_iter().filter_map(|(at, words, stroke)| Some((at?.log10(), words, stroke)));
        self.alone("log₁₀ λ", logs(&self.curves.eigenvalues, 1.0), marks.collect()).scene(font)
    }

    /// The spectrum in units where Σλ = n and the law of its bulk; of singular values where `singular`.
    fn bulk(&self, bulk: &Bulk, singular: bool, font: &Font) -> Option<Scene> {
        let of = |value: f64| if singular { value.sqrt() } else { value };
        let scale = bulk.scale * bulk.scale;
        let eigenvalues = if bulk.shuffled { &self.curves.shuffled } else { &self.curves.eigenvalues };
        let values: Vec<f64> = eigenvalues.iter().map(|value| of((value * scale).max(0.0))).collect();
        let edge = of(bulk.edge * scale);
        let start = values.first().copied().unwrap_or_default().min(edge);
        let points = (0_u32..=200).map(|step| start + (edge - start) * f64::from(step) / 200.0);
        let curve = points.map(|x| (x, bulk.density(x, singular))).filter(|(_, y)| y.is_finite()).collect();
        let words = format!(
            "bulk: sigma {:.3}, softrank {:.3}, {} spikes, Q {:.2}",
            bulk.sigma, bulk.softrank, bulk.spikes, bulk.aspect
        );
        let fill = if bulk.shuffled { ORANGE } else { STONE };
        let name = if bulk.shuffled { "shuffled layer" } else { "layer" };
        Densities {
            title: self.title,
            unit: if singular { "singular value, scaled" } else { "eigenvalue λ, scaled" },
            series: vec![Series { words: name, values, fill }],
            curve: Some((&words, curve)),
            marks: vec![(edge, "edge", BLUE)],
        }
        .scene(font)
    }

    fn shuffled(&self, log: bool, font: &Font) -> Option<Scene> {
        let of = |values: &[f64]| if log { logs(values, 1.0) } else { positive(values) };
        let shuffled = of(&self.curves.shuffled);
        let marks = shuffled.last().map(|last| (*last, "largest shuffled", INK)).into_iter().collect();
        Densities {
            title: self.title,
            unit: if log { "log₁₀ λ" } else { "eigenvalue λ" },
            series: vec![
                Series { words: "layer", values: of(&self.curves.eigenvalues), fill: GREEN },
                Series { words: "its elements shuffled", values: shuffled, fill: VERMILLION },
            ],
            curve: None,
            marks,
        }
        .scene(font)
    }

    /// Where the tail of product one starts, beside xmin, in units where Σλ = n.
    fn product_one(&self, start: f64, font: &Font) -> Option<Scene> {
        let eigenvalues = &self.curves.eigenvalues;
        let scale = as_number(eigenvalues.len()) / eigenvalues.iter().sum::<f64>();
        let places = [(Some(start), "det X = 1", PURPLE), (self.xmin(), "xmin", VERMILLION)];
        let marks = places.into_iter().filter_map(|(at, words, stroke)| {
            let at = at.filter(|at| *at > 0.0)?;
            Some(((at * scale).log10(), words, stroke))
        });
        self.alone("log₁₀ λ, scaled", logs(eigenvalues, scale), marks.collect()).scene(font)
    }

    /// log₁₀ of the distance from each eigenvalue to the next, in their order.
    fn spacings(&self, font: &Font) -> Option<Scene> {
        let eigenvalues = &self.curves.eigenvalues;
        let gaps = eigenvalues.windows(2).map(|pair| pair[1] - pair[0]).enumerate();
        let points: Vec<(f64, f64)> =
            gaps.filter(|(_, gap)| *gap > 0.0).map(|(rank, gap)| (as_number(rank), gap.log10())).collect();
        let heights = || points.iter().map(|point| point.1);
        let (low, high) =
            (heights().fold(f64::INFINITY, f64::min), heights().fold(f64::NEG_INFINITY, f64::max));
        if !(low.is_finite() && high.is_finite()) {
            return None;
        }
        let x = Axis::linear("rank of the eigenvalue", 0.0, as_number(eigenvalues.len()));
        let mut frame = Frame::new(self.title, x, Axis::linear("log₁₀ Δλ", low, high), font);
        let places = points.iter().map(|point| frame.at(*point)).collect();
        frame.scene.dots(places, 1.2, BLUE);
        if let Some(xmin) = self.xmin() {
            let rank = eigenvalues.partition_point(|value| *value < xmin);
            frame.mark(as_number(rank), "xmin", VERMILLION, 0.0);
        }
        Some(frame.scene)
    }

    fn spacing_statistics(&self, font: &Font) -> Option<Scene> {
        let gaps: Vec<f64> = self.curves.eigenvalues.windows(2).map(|pair| pair[1] - pair[0]).collect();
        self.alone("log₁₀ Δλ", logs(&gaps, 1.0), Vec::new()).scene(font)
    }
}

/// The bulk of a row: of the layer itself, or of its shuffled copy where only that one's was fitted.
struct Bulk {
    shuffled: bool,
    sigma: f64,
    scale: f64,
    edge: f64,
    softrank: f64,
    spikes: f64,
    aspect: f64,
}

impl Bulk {
    fn of(row: &Row) -> Option<Self> {
        let aspect = row.number(&N)? / row.number(&M)?;
        let read = |shuffled, [sigma, scale, edge, softrank, spikes]: [&Column; 5]| {
            Some(Self {
                shuffled,
                sigma: row.number(sigma).filter(|sigma| *sigma > 0.0)?,
                scale: row.number(scale)?,
                edge: row.number(edge)?,
                softrank: row.number(softrank)?,
                spikes: row.number(spikes)?,
                aspect,
            })
        };
        let own = [&SIGMA_MP, &W_SCALE, &BULK_MAX, &MP_SOFTRANK, &NUM_SPIKES];
        let random = [&RAND_SIGMA_MP, &RAND_W_SCALE, &RAND_BULK_MAX, &RAND_MP_SOFTRANK, &RAND_NUM_SPIKES];
        read(false, own).or_else(|| read(true, random))
    }

    /// Such a bulk is fitted on singular values.
    fn is_square(&self) -> bool {
        (self.aspect - 1.0).abs() < f64::EPSILON
    }

    /// The law of Marchenko and Pastur; of the roots of its values, the quarter circle.
    fn density(&self, x: f64, singular: bool) -> f64 {
        if singular {
            let inside = (4.0 * self.sigma * self.sigma - x * x).max(0.0);
            return inside.sqrt() / (std::f64::consts::PI * self.sigma * self.sigma);
        }
        MarchenkoPastur { sigma: self.sigma, q: self.aspect }.density(x)
    }
}

fn positive(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| *value > 0.0).collect()
}

fn logs(values: &[f64], scale: f64) -> Vec<f64> {
    values.iter().filter(|value| **value > 0.0).map(|value| (value * scale).log10()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of eigenvalues are far below 2^53")]
fn as_number(count: usize) -> f64 {
    count as f64
}
