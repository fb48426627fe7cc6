//! Alphas and log spectral norms of models in, their histograms beside each other out, as the article's figure 6 has them,
//! where a terminal is wide enough for both.

use crate::histogram::{bars, key, of_alphas, of_norms};
use crate::style::TextOptions;
use crate::wrap::width;

/// In fewer cells bars would be too short to compare.
const NARROWEST: usize = 100;

/// Cells between the two.
const GAP: usize = 3;

/// The histograms of alpha, to their right those of the log spectral norm; none where they don't fit or one is missing.
pub(crate) fn side_by_side(
    alphas: &[(&str, &[f64])],
    norms: &[(&str, &[f64])],
    options: &TextOptions,
) -> Option<String> {
    let all = options.width.filter(|width| *width >= NARROWEST)?;
    let half = TextOptions { width: Some((all - GAP) / 2), ..options.clone() };
    let left = bars(&of_alphas(alphas)?, alphas, &half);
    let right = bars(&of_norms(norms)?, norms, &half);
    let wide = left.lines().map(cells).max()?;
    (wide + GAP + right.lines().map(cells).max()? <= all)
        .then(|| key(alphas, options) + &joined(&left, &right, wide + GAP))
}

/// Two texts line by line, the second from the cell `start` on.
fn joined(left: &str, right: &str, start: usize) -> String {
    let (mut first, mut second) = (left.lines(), right.lines());
    let mut text = String::new();
    loop {
        let (left, right) = (first.next(), second.next());
        if left.is_none() && right.is_none() {
            return text;
        }
        let (left, right) = (left.unwrap_or_default(), right.unwrap_or_default());
        text.push_str(left);
        if !right.is_empty() {
            text.push_str(&" ".repeat(start.saturating_sub(cells(left))));
            text.push_str(right);
        }
        text.push('\n');
    }
}

/// Cells of a line, whatever colours it has.
fn cells(line: &str) -> usize {
    let mut parts = line.split('\u{1b}');
    let plain = parts.next().map_or(0, width);
    let after = |part: &str| part.split_once('m').map_or(0, |(_, words)| width(words));
    plain + parts.map(after).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_take_no_cells() {
        assert_eq!(cells("\u{1b}[35m▒▒\u{1b}[0m 2:1"), 6);
        assert_eq!(
            joined("a\n\u{1b}[2mbc\u{1b}[0m\n", "x\ny\nz\n", 4),
            "a   x\n\u{1b}[2mbc\u{1b}[0m  y\n    z\n"
        );
    }
}
