//! The files of a remote folder in, a folder of the cache out that readers see as if all of them were there.
//!
//! Each file is made at its full length and filled as it is read, so that the rules of folders, indexes and
//! shards are the same for both. Errors and reports name addresses, never places in the cache.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::bytes::{Fill, MappedFile, Opener};
use crate::catalogue::Catalogue;
use crate::cursor::to_usize;
use crate::remote::cache::Entry;
use crate::remote::patience::Origin;
use crate::remote::sparse::{Kept, SparseFile};
use crate::{Error, ErrorKind, UnsafePath, detect};

/// Files whose beginnings are fetched at the same time.
const TOGETHER: usize = 8;
/// A larger index or configuration is none.
const TEXT_LIMIT: u64 = 100_000_000;

/// A remote folder and its copy with holes.
pub(crate) struct Mirror {
    /// The address that stands for the folder in messages.
    address: String,
    data: PathBuf,
    blocks: PathBuf,
    /// Bytes of a block.
    block: usize,
    files: HashMap<PathBuf, Arc<SparseFile>>,
    opened: Mutex<HashMap<PathBuf, Arc<MappedFile>>>,
    fleeting: Option<Arc<tempfile::TempDir>>,
}

impl Mirror {
    /// An empty copy in `folder` of the cache.
    pub(crate) fn new(address: &str, folder: &Path, block: usize) -> Self {
        Self {
            address: address.trim_end_matches('/').to_owned(),
            data: folder.join("files"),
            blocks: folder.join(format!("blocks-of-{block}")),
            block,
            files: HashMap::new(),
            opened: Mutex::default(),
            fleeting: None,
        }
    }

    /// An empty copy in this entry of the cache.
    pub(crate) fn in_entry(address: &str, entry: &Entry, block: usize) -> Self {
        Self { fleeting: entry.fleeting.clone(), ..Self::new(address, &entry.folder, block) }
    }

    /// The folder of the copies.
    pub(crate) fn folder(&self) -> &Path {
        &self.data
    }

    /// Adds a file by its path in the remote folder.
    ///
    /// # Errors
    /// The path, which is a server's word, leads out of the folder, or the cache can't be written.
    pub(crate) fn add(
        &mut self,
        path: &str,
        len: u64,
        origin: impl Origin + 'static,
    ) -> Result<Arc<SparseFile>, Error> {
        let inside = inside(path)?;
        let kept =
            Kept { block: self.block, data: self.data.join(&inside), blocks: self.blocks.join(&inside) };
        kept.prepare(len)?;
        let file = Arc::new(SparseFile::open(&kept, len, Box::new(origin), self.fleeting.clone())?);
        self.files.insert(inside, Arc::clone(&file));
        Ok(file)
    }

    /// Fetches a whole file, for those that are read as text.
    pub(crate) fn fetch(&self, path: &str, limit: u64) -> Result<(), Error> {
        let Some(file) = self.files.get(Path::new(path)) else { return Ok(()) };
        let len = std::fs::metadata(self.data.join(path)).map_or(0, |file| file.len());
        if len == 0 || len > limit { Ok(()) } else { file.fill(0..to_usize(len)) }
    }

    /// Fetches the files of the folder at `path` that its rules read as text.
    pub(crate) fn fetch_texts(&self, path: &str) -> Result<(), Error> {
        let mut names: Vec<&str> = self.files.keys().filter_map(|name| name.to_str()).collect();
        names.sort_unstable();
        let inside = |name: &&str| name.strip_prefix(path).is_some_and(|rest| rest.matches('/').count() <= 1);
        for name in names.into_iter().filter(inside).filter(|name| is_text(name)) {
            self.fetch(name, TEXT_LIMIT)?;
        }
        Ok(())
    }

    /// Opens what lies at `path` of the folder, which is all of it where the path is empty.
    pub(crate) fn open_at(&self, path: &str) -> Result<Catalogue, Error> {
        let address = |local: &Path| {
            let inside = local.strip_prefix(&self.data).ok()?.to_string_lossy().replace('\\', "/");
            let slash = if inside.is_empty() { "" } else { "/" };
            Some(PathBuf::from(format!("{}{slash}{inside}", self.address)))
        };
        let place = if path.is_empty() { self.data.clone() } else { self.data.join(inside(path)?) };
        let mut found = detect::open_through(&place, self).map_err(|error| error.renamed(address))?;
        found.rename(address);
        Ok(found)
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Arc<MappedFile>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Opener for Mirror {
    fn open(&self, path: &Path) -> Result<Arc<MappedFile>, Error> {
        if let Some(known) = self.opened().get(path) {
            return Ok(Arc::clone(known));
        }
        let file = MappedFile::open(path)?;
        let remote = path.strip_prefix(&self.data).ok().and_then(|inside| self.files.get(inside));
        let Some(remote) = remote else { return Ok(file) };
        let filler: Arc<dyn Fill> = remote.clone();
        let file = file.with_holes(filler);
        self.opened().insert(path.to_path_buf(), Arc::clone(&file));
        Ok(file)
    }

    fn expect(&self, paths: &[PathBuf]) {
        let next = Mutex::new(paths.iter());
        let work = || {
            loop {
                let path = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(path) = path else { return };
                // A failure is met again, and told, when the file is read.
                let inside = path.strip_prefix(&self.data).ok();
                drop(inside.and_then(|inside| self.files.get(inside)).map(|file| file.fill(0..self.block)));
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..TOGETHER.min(paths.len()) {
                scope.spawn(work);
            }
        });
    }
}

/// Whether a file is read as text by the rules of folders.
fn is_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.ends_with(".index.json")
        || matches!(name, "config.json" | "adapter_config.json" | "latest" | "checkpoint")
}

/// A path that stays inside the folder.
fn inside(path: &str) -> Result<PathBuf, Error> {
    let is_name = |part: Component<'_>| matches!(part, Component::Normal(_));
    let whole = Path::new(path);
    if path.is_empty() || path.contains(['\\', '\0']) || !whole.components().all(is_name) {
        return Err(ErrorKind::UnsafePath { path: path.to_owned(), why: UnsafePath::NoFileName }.into());
    }
    Ok(whole.to_path_buf())
}
