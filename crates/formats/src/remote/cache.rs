//! What tells a remote file apart in, its own folder of the cache out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{Error, RemoteProblem};

/// A folder of the cache. Where a file has no version by which to know it again, the folder goes with the last
/// file that was opened in it.
pub(crate) struct Entry {
    pub(crate) folder: PathBuf,
    /// Removes the folder when it is dropped.
    pub(crate) fleeting: Option<Arc<tempfile::TempDir>>,
}

impl Entry {
    /// The folder of one version of what is at `address`. Folders of other versions are removed.
    pub(crate) fn of(cache: &Path, address: &str, version: Option<&str>) -> Result<Self, Error> {
        let all = cache.join(name_of(address));
        let made = || {
            std::fs::create_dir_all(&all)?;
            let Some(version) = version else {
                let fleeting = tempfile::TempDir::with_prefix_in("once-", &all)?;
                return Ok(Self {
                    folder: fleeting.path().to_path_buf(),
                    fleeting: Some(Arc::new(fleeting)),
                });
            };
            let folder = all.join(name_of(version));
            for other in
                std::fs::read_dir(&all)?.flatten().map(|other| other.path()).filter(|other| *other != folder)
            {
                let is_version =
                    other.file_name().is_some_and(|name| !name.to_string_lossy().starts_with("once-"));
                if is_version {
                    // Another program may read it on a system that keeps open files; then it stays.
                    drop(std::fs::remove_dir_all(other));
                }
            }
            std::fs::create_dir_all(&folder)?;
            Ok(Self { folder, fleeting: None })
        };
        made().map_err(|error: std::io::Error| RemoteProblem::Cache(error).into())
    }
}

/// A file name that no two texts share.
fn name_of(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
