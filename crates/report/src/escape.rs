//! Untrusted words in, words out that can't steer a terminal: layer names and paths come from strangers' files.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with everything that a terminal or a reader's eye could be fooled by shown as `\u{…}`: control
/// characters (an escape sequence can move the cursor, recolour or retitle), marks that reverse or hide text.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            letter if steers(letter) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(letter));
            }
            letter => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

/// Control characters; the format characters of Unicode that have no width or turn the direction of writing (Unicode
/// Technical Report 36, section 2.10); line separators; tags.
fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_and_foreign_words_stay_as_they_are() {
        for text in ["h.0.attn", "层.0", "größe", "é", "a b"] {
            assert_eq!(escaped(text), text);
        }
    }

    #[test]
    fn escape_sequences_and_reversed_text_become_visible() {
        assert_eq!(escaped("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\n");
        assert_eq!(escaped("\u{9b}31m\u{7}"), "\\u{9b}31m\\u{7}");
        assert_eq!(escaped("ab\u{202e}cd\u{200b}"), "ab\\u{202e}cd\\u{200b}");
    }
}
