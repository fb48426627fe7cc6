//! A path that a checkpoint names in, a path that is inside its folder out.
//!
//! An index or a model file comes from a stranger. Were its paths followed anywhere, a download could make the
//! program read `/etc/passwd` and put what it finds into a report.

use std::path::{Component, Path, PathBuf};

use crate::error::UnsafePath;
use crate::{Error, ErrorKind};

/// The file that `word` names inside `folder`; `None` where nothing is there.
///
/// # Errors
/// The path is absolute, climbs, or is a link that leaves the folder. A link from a snapshot of the Hugging Face
/// cache to the same repository's `blobs` stays inside.
pub(crate) fn resolve(folder: &Path, word: &str) -> Result<Option<PathBuf>, Error> {
    let refuse = |why| Error::from(ErrorKind::UnsafePath { path: word.to_owned(), why });
    let mut names = 0_usize;
    for component in Path::new(word).components() {
        match component {
            Component::Normal(_) => names = names.saturating_add(1),
            Component::CurDir => {}
            Component::ParentDir => return Err(refuse(UnsafePath::ParentFolder)),
            Component::RootDir | Component::Prefix(_) => return Err(refuse(UnsafePath::Absolute)),
        }
    }
    if names == 0 || word.contains('\0') {
        return Err(refuse(UnsafePath::NoFileName));
    }
    let path = folder.join(word);
    let (Ok(target), Ok(home)) = (path.canonicalize(), folder.canonicalize()) else {
        return Ok(None);
    };
    if target.starts_with(&home) || blobs_of(&home).is_some_and(|blobs| target.starts_with(blobs)) {
        Ok(Some(path))
    } else {
        Err(refuse(UnsafePath::LinkLeavesFolder))
    }
}

/// `models--org--name/blobs` for a folder in `models--org--name/snapshots`.
fn blobs_of(home: &Path) -> Option<PathBuf> {
    let snapshots =
        home.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "snapshots"))?;
    let repository = snapshots.parent()?;
    let name = repository.file_name()?.to_str()?;
    let is_cached = ["models--", "datasets--", "spaces--"].iter().any(|kind| name.starts_with(kind));
    is_cached.then(|| repository.join("blobs"))
}
