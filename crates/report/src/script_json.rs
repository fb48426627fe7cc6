//! A value in, JSON that can stand inside an HTML script element out.
//!
//! Names of layers and models are untrusted. JSON strings may spell any character as `\uXXXX`, so the few that could
//! end the element, or a line of script, are spelled so; outside strings JSON has none of them.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

/// Writes `value` as compact JSON without `<`, `>`, `&`, U+2028 and U+2029.
///
/// # Errors
/// Writing fails.
pub(crate) fn write_script_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, ScriptSafe);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

struct ScriptSafe;

impl Formatter for ScriptSafe {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (safe, from) = rest.split_at(at);
            writer.write_all(safe.as_bytes())?;
            let mut characters = from.chars();
            if let Some(unsafe_character) = characters.next() {
                write!(writer, "\\u{:04x}", u32::from(unsafe_character))?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str) -> String {
        let mut out = Vec::new();
        write_script_json(&value, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_in_a_name_can_end_the_element() {
        let hostile = "</script><img src=x onerror=alert(1)>&amp;<!--\u{2028}\u{2029}é\"\\";
        let json = written(hostile);
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }

    #[test]
    fn plain_names_stay_as_they_are() {
        assert_eq!(written("h.0.attn.c_proj"), "\"h.0.attn.c_proj\"");
    }
}
