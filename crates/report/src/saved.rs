//! A file that heavytail or weightwatcher saved earlier in, its details table out.
//!
//! weightwatcher's tables are pandas frames, saved by whatever pandas method the notebook had at hand; so each format
//! is known by its content and read in every orientation that pandas writes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use heavytail::registry;
use heavytail::{Details, ModelOrigin};

use crate::error::{Error, TableFault};
use crate::{saved_csv, saved_json, saved_parquet};

/// A table of 100,000 layers takes some 50 MB; what is far larger is another file.
const LARGEST: u64 = 256 << 20;

/// So much of a file tells what it is. A JSON table by columns may have its alphas late.
const LOOKED_AT: u64 = 8 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TableFormat {
    Csv,
    Json,
    Parquet,
}

/// Whether a path is a saved table rather than a model, by its content. False for what can't be read: opening it as
/// a model then tells why.
#[must_use]
pub fn is_saved_table(path: &Path) -> bool {
    start(path).is_some_and(|bytes| recognised(&bytes).is_some())
}

fn start(path: &Path) -> Option<Vec<u8>> {
    // A pipe would be drained by looking at it.
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LOOKED_AT).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Reads a saved table.
///
/// # Errors
/// [`Error::Read`] when the system refuses, [`Error::Table`] with the file and what is wrong with it: no format that
/// is known, no column `alpha` or no names, a field that is no value of its column.
pub fn read_table(path: &Path) -> Result<Details, Error> {
    let unread = |source| Error::Read { path: path.to_owned(), source };
    let fault = |fault| Error::Table { path: path.to_owned(), fault };
    let file = File::open(path).map_err(unread)?;
    let length = file.metadata().map_err(unread)?.len();
    if length > LARGEST {
        return Err(fault(TableFault::TooLarge { bytes: length, limit: LARGEST }));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(unread)?;
    let (format, details) = parsed(bytes).map_err(fault)?;
    let origin = ModelOrigin {
        path: path.to_owned(),
        format: format.to_owned(),
        files: vec![path.to_owned()],
        tensors: 0,
    };
    Ok(Details { origin, ..details })
}

fn parsed(bytes: Vec<u8>) -> Result<(&'static str, Details), TableFault> {
    match recognised(&bytes).ok_or(TableFault::UnknownFormat)? {
        TableFormat::Csv => Ok(("csv", Details { rows: saved_csv::rows(&bytes)?, ..Details::default() })),
        TableFormat::Json => Ok(("json", saved_json::details(&bytes)?)),
        TableFormat::Parquet => {
            Ok(("parquet", Details { rows: saved_parquet::rows(&bytes)?, ..Details::default() }))
        }
    }
}

fn recognised(bytes: &[u8]) -> Option<TableFormat> {
    if bytes.starts_with(b"PAR1") {
        return Some(TableFormat::Parquet);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => json(text).then_some(TableFormat::Json),
        Some(_) => csv(text).then_some(TableFormat::Csv),
        None => None,
    }
}

/// JSON that speaks of alphas and is no index of shards, which may have a tensor of that name.
fn json(text: &[u8]) -> bool {
    has(text, b"\"alpha\"") && !has(text, b"\"weight_map\"")
}

fn has(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

/// A first line of which at least two fields are columns of ours: a table without alphas is still a table, and its
/// fault is then told as such.
fn csv(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let columns = registry();
    let known = |field: &str| {
        let field = field.trim().trim_matches('"');
        columns.iter().any(|column| column.name == field)
    };
    line.split(',').filter(|field| known(field)).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_content() {
        let of = |bytes: &[u8]| recognised(bytes);
        assert_eq!(of(b"PAR1...."), Some(TableFormat::Parquet));
        assert_eq!(of(b",name,alpha\n0,a,2.5\n"), Some(TableFormat::Csv));
        assert_eq!(of(b"\xef\xbb\xbf\"name\",\"alpha\"\r\na,2.5\r\n"), Some(TableFormat::Csv));
        assert_eq!(of(b" [{\"name\":\"a\",\"alpha\":2.5}]"), Some(TableFormat::Json));
    }

    #[test]
    fn models_and_other_files_are_no_tables() {
        let others: [&[u8]; 6] = [
            b"",
            b"\x08\0\0\0\0\0\0\0{\"alpha\":1}",
            b"PK\x03\x04",
            b"{\"weight_map\":{\"alpha\":\"model-1.safetensors\"}}",
            b"{\"lora_alpha\":16}",
            b"some,words,only\n",
        ];
        for bytes in others {
            assert_eq!(recognised(bytes), None, "{bytes:?}");
        }
    }
}
