//! A scene in, the bytes of a PNG file out.

use tiny_skia::{FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform};

use crate::plots::scene::{Anchor, Colour, HALO, Mark, PAPER, Scene};
use crate::plots::scene_font::Font;

/// Pixels a point for print: 288 an inch at the size of the SVG.
pub(crate) const PRINT: f32 = 3.0;

/// Pixels a point for a screen: 600 by 400, as a figure of the reference.
pub(crate) const SCREEN: f32 = 1.25;

/// A point is 1/96 of an inch, as in SVG.
const POINTS_A_METRE: f64 = 96.0 / 0.0254;

/// The picture as a PNG file of `scale` pixels a point; none where the scene has no size.
pub(crate) fn png(scene: &Scene, font: &Font, scale: f32) -> Option<Vec<u8>> {
    let mut pixels = Pixmap::new(pixel_count(scene.width, scale), pixel_count(scene.height, scale))?;
    pixels.fill(tiny_skia::Color::WHITE);
    let at = Transform::from_scale(scale, scale);
    for mark in &scene.marks {
        draw(&mut pixels, mark, font, at);
    }
    encoded(&pixels, scale).ok()
}

/// Pixels on paper have no transparency: three bytes each, and the size at which they are meant to be printed. The encoder's
/// fast mode, since figures are written by the hundred.
fn encoded(pixels: &Pixmap, scale: f32) -> Result<Vec<u8>, png::EncodingError> {
    let colours: Vec<u8> =
        pixels.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let a_metre = pixel_count(POINTS_A_METRE, scale);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: a_metre,
        yppu: a_metre,
        unit: png::Unit::Meter,
    }));
    encoder.write_header()?.write_image_data(&colours)?;
    Ok(file)
}

fn draw(pixels: &mut Pixmap, mark: &Mark, font: &Font, at: Transform) {
    match mark {
        Mark::Rect { x, y, width, height, fill, opacity } => {
            if let Some(rect) = Rect::from_xywh(single(*x), single(*y), single(*width), single(*height)) {
                pixels.fill_rect(rect, &paint(*fill, *opacity), at, None);
            }
        }
        Mark::Line { points, stroke, width, dashed, opacity } => {
            let style = Stroke {
                width: single(*width),
                line_join: LineJoin::Round,
                dash: if *dashed { StrokeDash::new(vec![3.0, 3.0], 0.0) } else { None },
                ..Stroke::default()
            };
            if let Some(path) = line(points) {
                pixels.stroke_path(&path, &paint(*stroke, *opacity), &style, at, None);
            }
        }
        Mark::Dots { points, radius, fill, opacity } => {
            let mut builder = PathBuilder::new();
            for (x, y) in points {
                builder.push_circle(single(*x), single(*y), single(*radius));
            }
            fill_path(pixels, builder, (*fill, *opacity), at);
        }
        Mark::Text { x, y, size, anchor, fill, halo, words } => {
            let start = match anchor {
                Anchor::Start => *x,
                Anchor::Middle => x - font.width(words, *size) / 2.0,
                Anchor::End => x - font.width(words, *size),
            };
            let mut builder = PathBuilder::new();
            font.outline(words, (start, *y), *size, &mut builder);
            if *halo && let Some(path) = builder.clone().finish() {
                let style = Stroke { width: single(HALO), line_join: LineJoin::Round, ..Stroke::default() };
                pixels.stroke_path(&path, &paint(PAPER, 1.0), &style, at, None);
            }
            fill_path(pixels, builder, (*fill, 1.0), at);
        }
    }
}

fn line(points: &[(f64, f64)]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (place, (x, y)) in points.iter().enumerate() {
        if place == 0 {
            builder.move_to(single(*x), single(*y));
        } else {
            builder.line_to(single(*x), single(*y));
        }
    }
    builder.finish()
}

fn fill_path(pixels: &mut Pixmap, builder: PathBuilder, (fill, opacity): (Colour, f64), at: Transform) {
    if let Some(path) = builder.finish() {
        pixels.fill_path(&path, &paint(fill, opacity), FillRule::Winding, at, None);
    }
}

fn paint(colour: Colour, opacity: f64) -> Paint<'static> {
    let [_, red, green, blue] = colour.to_be_bytes();
    let mut paint = Paint::default();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
    paint.set_color_rgba8(red, green, blue, (opacity.clamp(0.0, 1.0) * 255.0).round() as u8);
    paint.anti_alias = true;
    paint
}

#[expect(clippy::cast_possible_truncation, reason = "coordinates of a picture")]
fn single(value: f64) -> f32 {
    value as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a picture's size, clamped")]
fn pixel_count(length: f64, scale: f32) -> u32 {
    (length * f64::from(scale)).clamp(0.0, 20_000.0) as u32
}
