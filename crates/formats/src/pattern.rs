//! A path whose last part has `*` or `?` in it, the files of that name out: several files as one model.

use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind, folder};

/// The files that a pattern stands for, sorted; `None` where the path is no pattern.
///
/// # Errors
/// Its folder can't be listed, or no file has such a name.
pub(crate) fn files(path: &Path) -> Result<Option<Vec<PathBuf>>, Error> {
    let Some(pattern) = path.file_name().and_then(|name| name.to_str()) else { return Ok(None) };
    if !pattern.contains(['*', '?']) {
        return Ok(None);
    }
    let parent = path.parent().unwrap_or(Path::new(""));
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let names = folder::names(parent)?;
    let found: Vec<PathBuf> = names
        .iter()
        .filter(|name| !name.ends_with('/') && fits(pattern.as_bytes(), name.as_bytes()))
        .map(|name| path.with_file_name(name))
        .collect();
    if found.is_empty() { Err(Error::from(ErrorKind::NoSuchPath).in_file(path)) } else { Ok(Some(found)) }
}

/// Whether a name fits: `*` stands for any run of characters, `?` for any one byte, as in a shell.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    // Where the last star was and what it has swallowed so far: nothing before it ever has to be looked at again.
    let (mut at, mut seen, mut star) = (0, 0, None);
    while let Some(byte) = name.get(seen) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, seen));
                at = at.saturating_add(1);
                continue;
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => {
                at = at.saturating_add(1);
                seen = seen.saturating_add(1);
                continue;
            }
            _ => {}
        }
        let Some((place, swallowed)) = star else { return false };
        seen = swallowed.saturating_add(1_usize);
        star = Some((place, seen));
        at = place.saturating_add(1);
    }
    pattern.get(at..).unwrap_or_default().iter().all(|rest| *rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_fit_as_in_a_shell() {
        let fit = |pattern: &str, name: &str| fits(pattern.as_bytes(), name.as_bytes());
        assert!(
            fit("m-*.bin", "m-1.bin") && fit("m-*.bin", "m-.bin") && fit("*", "") && fit("a*b*c", "aXbYbZc")
        );
        assert!(fit("m-?.bin", "m-1.bin") && !fit("m-?.bin", "m-10.bin") && !fit("m-?.bin", "m-.bin"));
        assert!(!fit("m-*.bin", "m-1.bin.part") && !fit("a*b", "ac") && !fit("", "a"));
        assert!(!fit(&"a*".repeat(30), &"a".repeat(29)));
    }
}
