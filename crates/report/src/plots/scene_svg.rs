//! A scene in, an SVG file out: vectors and words that stay words, for papers and for editing.

use std::fmt::Write as _;

use crate::plots::scene::{Anchor, HALO, Mark, PAPER, Scene};

/// The picture as an SVG document.
pub(crate) fn svg(scene: &Scene) -> String {
    let (width, height) = (scene.width, scene.height);
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"Inter, Helvetica, Arial, sans-serif\" role=\"img\">"
    );
    let _ = writeln!(text, "<title>{}</title>", escaped(&scene.summary));
    let _ = writeln!(text, "<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>");
    for mark in &scene.marks {
        write_mark(&mut text, mark);
    }
    text.push_str("</svg>\n");
    text
}

fn write_mark(text: &mut String, mark: &Mark) {
    let _ = match mark {
        Mark::Rect { x, y, width, height, fill, opacity } => writeln!(
            text,
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" fill=\"#{fill:06x}\"{}/>",
            faint("fill-opacity", *opacity)
        ),
        Mark::Line { points, stroke, width, dashed, opacity } => writeln!(
            text,
            "<path d=\"{}\" fill=\"none\" stroke=\"#{stroke:06x}\" stroke-width=\"{width}\"{}{}/>",
            path(points),
            if *dashed { " stroke-dasharray=\"3 3\"" } else { "" },
            faint("stroke-opacity", *opacity)
        ),
        // Strokes of no length with round ends are circles: one element for all of them.
        Mark::Dots { points, radius, fill, opacity } => writeln!(
            text,
            "<path d=\"{}\" fill=\"none\" stroke=\"#{fill:06x}\" stroke-width=\"{}\" stroke-linecap=\"round\"{}/>",
            points.iter().map(|(x, y)| format!("M{x:.2},{y:.2}h0")).collect::<String>(),
            2.0 * radius,
            faint("stroke-opacity", *opacity)
        ),
        Mark::Text { x, y, size, anchor, fill, halo, words } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
                Anchor::End => " text-anchor=\"end\"",
            };
            let halo = if *halo {
                format!(
                    " stroke=\"#{PAPER:06x}\" stroke-width=\"{HALO}\" stroke-linejoin=\"round\" paint-order=\"stroke\""
                )
            } else {
                String::new()
            };
            let words = escaped(words);
            writeln!(
                text,
                "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size}\"{anchor} fill=\"#{fill:06x}\"{halo}>{words}</text>"
            )
        }
    };
}

fn path(points: &[(f64, f64)]) -> String {
    let mut text = String::new();
    for (place, (x, y)) in points.iter().enumerate() {
        let _ = write!(text, "{}{x:.2},{y:.2}", if place == 0 { 'M' } else { 'L' });
    }
    text
}

fn faint(name: &str, opacity: f64) -> String {
    if opacity < 1.0 { format!(" {name}=\"{opacity}\"") } else { String::new() }
}

/// Text as XML; characters that XML forbids become the replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::scene::INK;

    #[test]
    fn a_hostile_name_stays_words() {
        let mut scene = Scene::new(10.0, 10.0, "<a>&\u{0}".to_owned());
        scene.text((1.0, 2.0), "</text><script>alert(1)</script>\u{1b}", Anchor::Start, INK);
        let text = svg(&scene);
        assert!(!text.contains("<script"), "{text}");
        assert!(text.contains("<title>&lt;a&gt;&amp;\u{fffd}</title>"));
        assert!(text.contains("&lt;/text&gt;&lt;script&gt;"));
    }
}
