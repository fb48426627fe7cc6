//! The name of one part of a split GGUF model in, the paths of all its parts out.
//!
//! llama.cpp names them `NAME-00001-of-00003.gguf`; all lie in one folder.

use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind};

/// The part's name without its number, and how many parts there are; `None` where the name is of a whole model.
pub(crate) fn part_of(name: &str) -> Option<(&str, u32)> {
    let numbers = name.strip_suffix(".gguf")?;
    let (rest, total) = numbers.rsplit_once("-of-")?;
    let (stem, number) = rest.rsplit_once('-')?;
    let count = |digits: &str| {
        let plain = digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<u32>().ok().filter(|_| plain)
    };
    let (number, total) = (count(number)?, count(total)?);
    (1..=total).contains(&number).then_some((stem, total))
}

/// The names of all parts in order, if `name` is of one of several.
pub(crate) fn names(name: &str) -> Option<Vec<String>> {
    let (stem, total) = part_of(name)?;
    Some((1..=total).map(|number| format!("{stem}-{number:05}-of-{total:05}.gguf")).collect())
}

/// All parts in order, if `path` names one of several.
///
/// # Errors
/// A part is missing.
pub(crate) fn parts(path: &Path) -> Result<Option<Vec<PathBuf>>, Error> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(names) = names(name) else { return Ok(None) };
    let part = |name: String| {
        let part = path.with_file_name(&name);
        if part.is_file() { Ok(part) } else { Err(missing(name).in_file(path)) }
    };
    names.into_iter().map(part).collect::<Result<_, _>>().map(Some)
}

fn missing(part: String) -> Error {
    ErrorKind::MissingPart { part }.into()
}

/// The first part of each model among these names, and every whole one.
pub(crate) fn models(names: &[String]) -> Vec<&String> {
    let mut models: Vec<&String> = Vec::new();
    for name in names.iter().filter(|name| name.ends_with(".gguf")) {
        let stem = part_of(name);
        if stem.is_none() || models.iter().all(|known| part_of(known) != stem) {
            models.push(name);
        }
    }
    models
}
