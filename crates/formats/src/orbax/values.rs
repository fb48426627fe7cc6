//! The keys of a checkpoint in, where their values lie out: files of a folder, or entries of an OCDBT database.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::bytes::Opener;
use crate::orbax::{FORMAT, ocdbt};
use crate::tensor::ByteOwner;
use crate::{Error, ErrorKind, folder, inside};

/// More chunks than a program may map, or than any checkpoint has arrays of.
const FILE_LIMIT: usize = 50_000;
/// Folders in folders: an array and one for each of its axes.
const DEPTH_LIMIT: usize = 64;
/// What describes an array, in either version of zarr.
const DESCRIPTIONS: [&str; 2] = ["/.zarray", "/zarr.json"];

/// Bytes somewhere.
#[derive(Clone)]
pub(crate) struct Value {
    pub(crate) owner: Arc<dyn ByteOwner>,
    pub(crate) range: Range<usize>,
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({:?})", self.range)
    }
}

impl Value {
    /// The bytes, fetched where they are elsewhere.
    pub(crate) fn bytes(&self) -> Result<&[u8], Error> {
        self.owner.fetch(self.range.clone())?;
        let cut = ErrorKind::Malformed { format: FORMAT, what: "a value reaches past the end of its file" };
        self.owner.bytes().get(self.range.clone()).ok_or_else(|| cut.into())
    }
}

/// Values by key, in order.
#[derive(Debug, Default)]
pub(crate) struct Values {
    all: BTreeMap<String, Value>,
}

impl Values {
    /// Lists the values in a folder.
    pub(crate) fn open(folder: &Path, opener: &dyn Opener) -> Result<Self, Error> {
        if folder.join(ocdbt::MANIFEST).is_file() {
            return Ok(Self { all: ocdbt::list(folder, opener)? });
        }
        let mut values = Self::default();
        values.walk(folder, "", 0, opener)?;
        Ok(values)
    }

    /// Takes the files below `inside` of the folder.
    fn walk(&mut self, folder: &Path, inside: &str, depth: usize, opener: &dyn Opener) -> Result<(), Error> {
        if depth > DEPTH_LIMIT {
            let deep = ErrorKind::Malformed { format: FORMAT, what: "folders are nested too deep" };
            return Err(Error::from(deep).in_file(folder));
        }
        for name in folder::names(&folder.join(inside))? {
            let key = if inside.is_empty() { name } else { format!("{inside}/{name}") };
            if let Some(below) = key.strip_suffix('/') {
                self.walk(folder, below, depth.saturating_add(1), opener)?;
            } else if depth > 0 {
                // Files beside the arrays' folders are about the checkpoint.
                let resolved = inside::resolve(folder, &key).map_err(|error| error.in_file(folder))?;
                let Some(path) = resolved.filter(|path| path.is_file()) else { continue };
                if self.all.len() >= FILE_LIMIT {
                    let many = ErrorKind::TooMany { what: "files of chunks", limit: FILE_LIMIT };
                    return Err(Error::from(many).in_file(folder));
                }
                let owner = opener.open(&path)?;
                let range = 0..owner.bytes().len();
                self.all.insert(key, Value { owner, range });
            }
        }
        Ok(())
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.all.get(key)
    }

    /// The arrays by name, each with its description.
    pub(crate) fn arrays(&self) -> Vec<(&str, &Value)> {
        let described = self.all.iter().filter_map(|(key, value)| {
            let name = DESCRIPTIONS.iter().find_map(|ending| key.strip_suffix(ending))?;
            Some((name, value))
        });
        described.collect()
    }
}
