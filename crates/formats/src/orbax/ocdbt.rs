//! The folder of an OCDBT database in, its keys and where their values lie out.
//!
//! `manifest.ocdbt` names the root of the newest version's B+tree; nodes and values lie in data files that nodes name.
//! Each node is a header, a compressed body whose fields are stored column by column, and a checksum, which is not
//! verified. The format is described in TensorStore's documentation of its `ocdbt` driver.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use crate::bytes::{MappedFile, Opener};
use crate::cursor::{Cursor, to_u64, to_usize};
use crate::orbax::packed::{Codec, unpack};
use crate::orbax::values::Value;
use crate::tensor::ByteOwner;
use crate::wire::varint;
use crate::{Error, ErrorKind, inside};

/// The file that a database begins with.
pub(crate) const MANIFEST: &str = "manifest.ocdbt";
const FORMAT: &str = "OCDBT";
const MANIFEST_MAGIC: u32 = 0x0cdb_3a2a;
const NODE_MAGIC: u32 = 0x0cdb_20de;
/// Bytes of a node; writers keep to eight million unless told otherwise.
const NODE_LIMIT: usize = 32 << 20;
/// Bytes of all nodes together: keys and small values.
const TREE_LIMIT: usize = 1 << 30;
/// More keys than any checkpoint has chunks.
const KEY_LIMIT: usize = 4_000_000;
/// Levels of a tree, each of which has many children.
const HEIGHT_LIMIT: u8 = 32;
/// Bytes of a key.
const NAME_LIMIT: usize = 65_535;

/// Every key of the newest version.
pub(crate) fn list(folder: &Path, opener: &dyn Opener) -> Result<BTreeMap<String, Value>, Error> {
    let path = folder.join(MANIFEST);
    let manifest = opener.open(&path)?;
    let mut walk = Walk { folder, opener, files: HashMap::new(), found: BTreeMap::new(), unpacked: 0 };
    let root = manifest.all().and_then(root).map_err(|error| error.in_file(&path))?;
    if let Some((root, height)) = root {
        walk.node(&root, height, "").map_err(|error| error.in_file(folder))?;
    }
    Ok(walk.found)
}

/// A file, relative to the database, and the part of its name that names inside it are relative to.
#[derive(Clone)]
struct DataFile {
    path: String,
    base: usize,
}

/// Bytes of a data file.
struct Reference {
    file: DataFile,
    start: usize,
    len: usize,
}

/// The root of the newest version and its height; none where the tree is empty.
fn root(bytes: &[u8]) -> Result<Option<(Reference, u8)>, Error> {
    let body = body(bytes, MANIFEST_MAGIC)?;
    let mut cursor = Cursor::new(&body, FORMAT);
    cursor.take(16)?;
    if varint(&mut cursor)? != 0 {
        let name = "a database whose manifest is in numbered files".to_owned();
        return Err(ErrorKind::Unsupported { what: "the OCDBT database", name }.into());
    }
    varint(&mut cursor)?;
    varint(&mut cursor)?;
    cursor.u8()?;
    if varint(&mut cursor)? != 0 {
        cursor.take(4)?;
    }
    let files = files(&mut cursor, "")?;
    let count = count(&mut cursor)?;
    // The newest version is the last.
    column(&mut cursor, count)?;
    let height = cursor.take(count)?.last().copied();
    let last = |cursor: &mut Cursor<'_>| Ok::<_, Error>(column(cursor, count)?.last().copied().unwrap_or(0));
    let (file, start, len) = (last(&mut cursor)?, last(&mut cursor)?, last(&mut cursor)?);
    let keys = last(&mut cursor)?;
    match height {
        None => Err(cursor.malformed("there is no version in it")),
        Some(_) if keys == 0 => Ok(None),
        Some(height) => Ok(Some((reference(&cursor, &files, file, start, len)?, height))),
    }
}

struct Walk<'a> {
    folder: &'a Path,
    opener: &'a dyn Opener,
    files: HashMap<String, Arc<MappedFile>>,
    found: BTreeMap<String, Value>,
    /// Bytes of all nodes so far.
    unpacked: usize,
}

impl Walk<'_> {
    /// Reads a node of this height, whose keys all begin with `prefix`.
    fn node(&mut self, at: &Reference, height: u8, prefix: &str) -> Result<(), Error> {
        let file = self.file(&at.file.path)?;
        let value = value(&file, at.start, at.len)?;
        let body: Arc<Vec<u8>> = Arc::new(body(value.bytes()?, NODE_MAGIC)?);
        self.unpacked = self.unpacked.saturating_add(body.len());
        let mut cursor = Cursor::new(&body, FORMAT);
        if cursor.u8()? != height || height > HEIGHT_LIMIT {
            return Err(cursor.malformed("a node is not of the height that its parent says"));
        }
        if self.unpacked > TREE_LIMIT {
            return Err(ErrorKind::TooMany { what: "bytes of nodes", limit: TREE_LIMIT }.into());
        }
        let base = at.file.path.get(..at.file.base).unwrap_or_default();
        let files = files(&mut cursor, base)?;
        let count = count(&mut cursor)?;
        if height == 0 {
            self.leaf(&body, cursor, &files, count, prefix)
        } else {
            self.children(cursor, &files, count, (height, prefix))
        }
    }

    fn children(
        &mut self,
        mut cursor: Cursor<'_>,
        files: &[DataFile],
        count: usize,
        (height, prefix): (u8, &str),
    ) -> Result<(), Error> {
        let (prefixes, suffixes) = (shared(&mut cursor, count)?, column(&mut cursor, count)?);
        let common = column(&mut cursor, count)?;
        let keys = keys(&mut cursor, &prefixes, &suffixes)?;
        let (ids, starts, lens) =
            (column(&mut cursor, count)?, column(&mut cursor, count)?, column(&mut cursor, count)?);
        for ((key, common), ((id, start), len)) in
            keys.iter().zip(common).zip(ids.into_iter().zip(starts).zip(lens))
        {
            let own = key
                .get(..to_usize(common))
                .ok_or_else(|| cursor.malformed("a prefix is longer than its key"))?;
            let child = reference(&cursor, files, id, start, len)?;
            let prefix = format!("{prefix}{own}");
            self.node(&child, height.saturating_sub(1), &prefix)?;
        }
        Ok(())
    }

    fn leaf(
        &mut self,
        body: &Arc<Vec<u8>>,
        mut cursor: Cursor<'_>,
        files: &[DataFile],
        count: usize,
        prefix: &str,
    ) -> Result<(), Error> {
        let (prefixes, suffixes) = (shared(&mut cursor, count)?, column(&mut cursor, count)?);
        let keys = keys(&mut cursor, &prefixes, &suffixes)?;
        let (lens, kinds) = (column(&mut cursor, count)?, column(&mut cursor, count)?);
        let apart = kinds.iter().filter(|kind| **kind == 1).count();
        let (ids, starts) = (column(&mut cursor, apart)?, column(&mut cursor, apart)?);
        let mut places = ids.into_iter().zip(starts);
        for ((key, len), kind) in keys.into_iter().zip(lens).zip(kinds) {
            let found = match (kind, kind.eq(&1).then(|| places.next()).flatten()) {
                (0, _) => {
                    let start = cursor.position();
                    cursor.take(to_usize(len))?;
                    let owner: Arc<dyn ByteOwner> = body.clone();
                    Value { owner, range: start..cursor.position() }
                }
                (1, Some((id, start))) => {
                    let at = reference(&cursor, files, id, start, len)?;
                    value(&self.file(&at.file.path)?, at.start, at.len)?
                }
                _ => return Err(cursor.malformed("a value is of no known kind")),
            };
            if self.found.len() >= KEY_LIMIT {
                return Err(ErrorKind::TooMany { what: "keys", limit: KEY_LIMIT }.into());
            }
            self.found.insert(format!("{prefix}{key}"), found);
        }
        Ok(())
    }

    /// The data file of this name.
    fn file(&mut self, word: &str) -> Result<Arc<MappedFile>, Error> {
        if let Some(known) = self.files.get(word) {
            return Ok(Arc::clone(known));
        }
        let missing = || ErrorKind::MissingPart { part: word.to_owned() };
        let path = inside::resolve(self.folder, word)?.ok_or_else(missing)?;
        let file = self.opener.open(&path)?;
        self.files.insert(word.to_owned(), Arc::clone(&file));
        Ok(file)
    }
}

fn value(file: &Arc<MappedFile>, start: usize, len: usize) -> Result<Value, Error> {
    let (end, available) = (start.saturating_add(len), file.bytes().len());
    if end > available {
        return Err(ErrorKind::TruncatedData { end: to_u64(end), available: to_u64(available) }.into());
    }
    let owner: Arc<dyn ByteOwner> = file.clone();
    Ok(Value { owner, range: start..end })
}

/// The body between the header and the checksum.
fn body(bytes: &[u8], magic: u32) -> Result<Vec<u8>, Error> {
    let mut cursor = Cursor::new(bytes, FORMAT);
    if u32::from_be_bytes(cursor.array()?) != magic {
        return Err(cursor.malformed("a node does not begin as one"));
    }
    let len = cursor.u64()?;
    if len != to_u64(bytes.len()) {
        return Err(cursor.bad_value("the length of a node", len));
    }
    let version = varint(&mut cursor)?;
    if version != 0 {
        return Err(cursor.bad_value("the version of a node", version));
    }
    let compression = varint(&mut cursor)?;
    let body = cursor.take(cursor.left().saturating_sub(4))?;
    match compression {
        0 if body.len() <= NODE_LIMIT => Ok(body.to_vec()),
        1 => unpack(Codec::Zstd, body, NODE_LIMIT),
        other => Err(cursor.bad_value("the compression of a node", other)),
    }
}

/// How many entries follow; each takes a byte or more.
fn count(cursor: &mut Cursor<'_>) -> Result<usize, Error> {
    let count = varint(cursor)?;
    if count > to_u64(cursor.left()) {
        return Err(cursor.bad_value("a count of entries", count));
    }
    Ok(to_usize(count))
}

fn column(cursor: &mut Cursor<'_>, count: usize) -> Result<Vec<u64>, Error> {
    (0..count).map(|_| varint(cursor)).collect()
}

/// How much each key has in common with the one before it; nothing is stored for the first.
fn shared(cursor: &mut Cursor<'_>, count: usize) -> Result<Vec<u64>, Error> {
    let mut all = if count == 0 { Vec::new() } else { vec![0] };
    all.extend(column(cursor, count.saturating_sub(1))?);
    Ok(all)
}

/// Texts that are stored without what each has in common with the one before it.
fn keys(cursor: &mut Cursor<'_>, prefixes: &[u64], suffixes: &[u64]) -> Result<Vec<String>, Error> {
    let mut all: Vec<String> = Vec::with_capacity(suffixes.len());
    let mut total = 0_usize;
    for (prefix, suffix) in prefixes.iter().zip(suffixes) {
        let text = cursor.take(to_usize(*suffix))?;
        let before = all.last().map_or("", String::as_str);
        let kept = before.as_bytes().get(..to_usize(*prefix));
        let kept = kept.ok_or_else(|| cursor.malformed("a key shares more than its neighbour has"))?;
        let key =
            String::from_utf8([kept, text].concat()).map_err(|_| cursor.malformed("a key is no text"))?;
        total = total.saturating_add(key.len());
        if key.len() > NAME_LIMIT || total > TREE_LIMIT {
            return Err(cursor.malformed("a key is too long"));
        }
        all.push(key);
    }
    Ok(all)
}

/// The table of files that the entries after it speak of.
fn files(cursor: &mut Cursor<'_>, base: &str) -> Result<Vec<DataFile>, Error> {
    let count = count(cursor)?;
    let (prefixes, suffixes) = (shared(cursor, count)?, column(cursor, count)?);
    let bases = column(cursor, count)?;
    let names = keys(cursor, &prefixes, &suffixes)?;
    let joined = names.into_iter().zip(bases).map(|(name, own)| DataFile {
        path: format!("{base}{name}"),
        base: base.len().saturating_add(to_usize(own)),
    });
    Ok(joined.collect())
}

fn reference(
    cursor: &Cursor<'_>,
    files: &[DataFile],
    id: u64,
    start: u64,
    len: u64,
) -> Result<Reference, Error> {
    let file = files.get(to_usize(id)).ok_or_else(|| cursor.bad_value("the number of a data file", id))?;
    Ok(Reference { file: file.clone(), start: to_usize(start), len: to_usize(len) })
}
