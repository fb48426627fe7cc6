//! Marks in, a picture out that knows neither SVG nor pixels: what a figure draws and both writers read.
//!
//! Every figure is written twice, as vectors and as pixels. One list of marks is the source of both, so that they can't
//! differ.

/// A colour as 0xRRGGBB.
pub(crate) type Colour = u32;

/// Colours of Okabe and Ito (2008), which colour-blind readers can tell apart.
pub(crate) const VERMILLION: Colour = 0xD5_5E_00;
pub(crate) const GREEN: Colour = 0x00_9E_73;
pub(crate) const BLUE: Colour = 0x00_72_B2;
pub(crate) const ORANGE: Colour = 0xE6_9F_00;
pub(crate) const SKY: Colour = 0x56_B4_E9;
pub(crate) const PURPLE: Colour = 0xCC_79_A7;
pub(crate) const PAPER: Colour = 0xFF_FF_FF;
pub(crate) const INK: Colour = 0x1D_1C_1A;
pub(crate) const SOFT: Colour = 0x5D_5A_54;
pub(crate) const STONE: Colour = 0xC9_C4_B8;
pub(crate) const HAIR: Colour = 0xE6_E3_DB;
pub(crate) const BAND: Colour = 0xF1_EF_E7;

/// The colours of models side by side: the first under suspicion, the second the one to hold it against.
pub(crate) const MODELS: [Colour; 6] = [VERMILLION, GREEN, BLUE, ORANGE, PURPLE, SKY];

/// Points of a halo's line: half of it lies outside of the letters.
pub(crate) const HALO: f64 = 3.0;

/// Points of a text that has no size of its own.
const SIZE: f64 = 10.5;

/// Where a text stands by its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// One thing that is drawn; lengths in points of the scene, y downwards.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    /// A filled rectangle.
    Rect { x: f64, y: f64, width: f64, height: f64, fill: Colour, opacity: f64 },
    /// A line through points.
    Line { points: Vec<(f64, f64)>, stroke: Colour, width: f64, dashed: bool, opacity: f64 },
    /// Filled circles.
    Dots { points: Vec<(f64, f64)>, radius: f64, fill: Colour, opacity: f64 },
    /// Words on one line; with a halo of paper around them where they cross lines.
    Text { x: f64, y: f64, size: f64, anchor: Anchor, fill: Colour, halo: bool, words: String },
}

/// A picture on white paper.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scene {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// What it shows, in a sentence, for those who can't see it.
    pub(crate) summary: String,
    pub(crate) marks: Vec<Mark>,
}

impl Scene {
    pub(crate) fn new(width: f64, height: f64, summary: String) -> Self {
        Self { width, height, summary, marks: Vec::new() }
    }

    pub(crate) fn rect(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        fill: Colour,
        opacity: f64,
    ) {
        self.marks.push(Mark::Rect { x, y, width, height, fill, opacity });
    }

    pub(crate) fn line(&mut self, points: Vec<(f64, f64)>, stroke: Colour, width: f64) {
        self.marks.push(Mark::Line { points, stroke, width, dashed: false, opacity: 1.0 });
    }

    pub(crate) fn dashed(&mut self, points: Vec<(f64, f64)>, stroke: Colour) {
        self.marks.push(Mark::Line { points, stroke, width: 1.0, dashed: true, opacity: 1.0 });
    }

    pub(crate) fn dots(&mut self, points: Vec<(f64, f64)>, radius: f64, fill: Colour) {
        self.marks.push(Mark::Dots { points, radius, fill, opacity: 0.9 });
    }

    pub(crate) fn text(
        &mut self,
        (x, y): (f64, f64),
        words: impl Into<String>,
        anchor: Anchor,
        fill: Colour,
    ) {
        self.sized((x, y), words, anchor, fill, SIZE);
    }

    pub(crate) fn sized(
        &mut self,
        (x, y): (f64, f64),
        words: impl Into<String>,
        anchor: Anchor,
        fill: Colour,
        size: f64,
    ) {
        self.marks.push(Mark::Text { x, y, size, anchor, fill, halo: false, words: words.into() });
    }

    /// Words that stay readable where lines cross them.
    pub(crate) fn haloed(
        &mut self,
        (x, y): (f64, f64),
        words: impl Into<String>,
        anchor: Anchor,
        fill: Colour,
    ) {
        self.marks.push(Mark::Text { x, y, size: SIZE, anchor, fill, halo: true, words: words.into() });
    }
}
