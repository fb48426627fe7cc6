//! Words in, their outlines and widths out, in the one font that the program carries.
//!
//! Inter, a subset of Latin, Greek and mathematics; a character that it lacks is drawn as an empty box.

use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// Inter Regular, 444 characters (assets/README.md).
const INTER: &[u8] = include_bytes!("../../assets/inter-subset.otf");

/// The font, parsed.
pub(crate) struct Font {
    /// None only if the embedded file were broken, which a test rules out; then words are not drawn.
    face: Option<Face<'static>>,
}

impl Font {
    pub(crate) fn new() -> Self {
        Self { face: Face::parse(INTER, 0).ok() }
    }

    /// The width of words at a size.
    pub(crate) fn width(&self, words: &str, size: f64) -> f64 {
        let Some(face) = &self.face else { return 0.0 };
        words.chars().map(|character| advance(face, glyph(face, character), size)).sum()
    }

    /// As much of the end of `words` as fits into `room`, with an ellipsis where something is missing: layers' names
    /// differ at their ends.
    pub(crate) fn fitting(&self, words: &str, size: f64, room: f64) -> String {
        if self.width(words, size) <= room {
            return words.to_owned();
        }
        let mut left = room - self.width("…", size);
        let kept: Vec<char> = words
            .chars()
            .rev()
            .take_while(|character| {
                left -= self.width(character.encode_utf8(&mut [0; 4]), size);
                left >= 0.0
            })
            .collect();
        std::iter::once('…').chain(kept.into_iter().rev()).collect()
    }

    /// Draws words from `x` on the baseline `y`; y grows downwards.
    pub(crate) fn outline(
        &self,
        words: &str,
        (x, y): (f64, f64),
        size: f64,
        path: &mut tiny_skia::PathBuilder,
    ) {
        let Some(face) = &self.face else { return };
        let scale = size / f64::from(face.units_per_em());
        let mut at = x;
        for character in words.chars() {
            let glyph = glyph(face, character);
            let mut pen = Pen { path, x: at, y, scale };
            let _ = face.outline_glyph(glyph, &mut pen);
            at += advance(face, glyph, size);
        }
    }
}

fn glyph(face: &Face<'_>, character: char) -> GlyphId {
    face.glyph_index(character).or_else(|| face.glyph_index('□')).unwrap_or_default()
}

fn advance(face: &Face<'_>, glyph: GlyphId, size: f64) -> f64 {
    f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * size / f64::from(face.units_per_em())
}

/// Carries a glyph's outline into a path.
struct Pen<'a> {
    path: &'a mut tiny_skia::PathBuilder,
    x: f64,
    y: f64,
    scale: f64,
}

impl Pen<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "coordinates of a picture")]
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        ((self.x + f64::from(x) * self.scale) as f32, (self.y - f64::from(y) * self.scale) as f32)
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_what_figures_write() {
        let font = Font::new();
        let face = font.face.as_ref().unwrap();
        for character in "alphaλσ√≤≥×−–…⁻⁰¹²³⁴⁵⁶⁷⁸⁹□".chars() {
            assert!(face.glyph_index(character).is_some(), "{character}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_end() {
        let font = Font::new();
        assert_eq!(font.fitting("wte", 10.0, 100.0), "wte");
        let short = font.fitting("transformer.h.11.attn.c_proj", 10.0, 60.0);
        assert!(short.starts_with('…') && short.ends_with("c_proj"), "{short}");
        assert!(font.width(&short, 10.0) <= 60.0);
    }
}
