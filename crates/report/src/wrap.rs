//! Words and a width in, lines that fit it out. Widths are terminal cells: a CJK letter takes two, a combining mark
//! none.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Cells that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most `limit` cells, its middle replaced by `…`: both ends of a layer's name tell it apart.
pub(crate) fn elided(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let Some(room) = limit.checked_sub(1) else { return String::new() };
    // The end says what the layer does, so it has the odd cell.
    let head = room / 2;
    let front = taken(text.chars(), head);
    let back: Vec<char> = taken(text.chars().rev(), room - head).chars().rev().collect();
    format!("{front}…{}", back.into_iter().collect::<String>())
}

fn taken(letters: impl Iterator<Item = char>, room: usize) -> String {
    let mut used = 0;
    letters
        .take_while(|letter| {
            used += letter.width().unwrap_or(0);
            used <= room
        })
        .collect()
}

/// The text broken at spaces into lines of at most `limit` cells; a longer word has a line of its own.
pub(crate) fn wrapped(text: &str, limit: Option<usize>) -> String {
    let limit = limit.unwrap_or(usize::MAX);
    let mut lines = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let cells = width(word);
        if used > 0 && used + 1 + cells > limit {
            lines.push('\n');
            used = 0;
        } else if used > 0 {
            lines.push(' ');
            used += 1;
        }
        lines.push_str(word);
        used += cells;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_both_ends() {
        assert_eq!(elided("transformer.h.0.attn.c_proj", 15), "transfo….c_proj");
        assert_eq!(elided("short", 5), "short");
        assert_eq!((elided("abc", 1), elided("abc", 0)), ("…".to_owned(), String::new()));
    }

    #[test]
    fn wide_letters_count_two_cells() {
        assert_eq!(width("层a"), 3);
        let short = elided("层层层层层层", 6);
        assert!(width(&short) <= 6 && short.contains('…'), "{short}");
    }

    #[test]
    fn lines_break_at_spaces_and_never_exceed_the_width() {
        assert_eq!(wrapped("one two three", Some(7)), "one two\nthree");
        assert_eq!(wrapped("a verylongword b", Some(4)), "a\nverylongword\nb");
        assert_eq!(wrapped("one  two\nthree", None), "one two three");
    }
}
