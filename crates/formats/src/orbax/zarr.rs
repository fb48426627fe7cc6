//! The description of a zarr array in, its elements out when they are asked for: versions 2 and 3.
//!
//! An array lies in chunks of one shape, each under a key of its own. In version 3 a chunk can be a shard: smaller chunks one
//! after the other, and an index behind them (or before) that tells where each is. A chunk that was never written holds the
//! fill value.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::catalogue::{Listed, Load, Stored, Unread};
use crate::cursor::{Cursor, to_u64, to_usize};
use crate::grid::{Grid, step};
use crate::orbax::malformed;
use crate::orbax::packed::{Codec, unpack};
use crate::orbax::values::{Value, Values};
use crate::tensor::{ByteOwner, element_count};
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo, numpy};

/// A larger description is none.
const DESCRIPTION_LIMIT: usize = 1 << 20;
/// More axes than any framework's tensors have.
const AXIS_LIMIT: usize = 64;
/// More chunks than any array has.
const CHUNK_LIMIT: usize = 1_000_000;
/// What an index says of a chunk that was never written.
const MISSING: u64 = u64::MAX;

/// How an array is stored.
#[derive(Debug)]
struct Layout {
    chunk: Vec<usize>,
    /// What stands before the indices of a chunk in its key, and between them.
    key: (&'static str, String),
    /// The chunks inside each, if each is a shard.
    shard: Option<Shard>,
    /// Undone last to first.
    codecs: Vec<Codec>,
}

#[derive(Debug)]
struct Shard {
    chunk: Vec<usize>,
    /// Bytes of checksum behind the index.
    checksum: usize,
    /// Whether the index lies behind the chunks.
    at_end: bool,
}

/// An array that is put together from its chunks.
struct Array {
    layout: Layout,
    /// Every chunk that was written, with the indices of its first element.
    chunks: Vec<(Vec<usize>, Value)>,
}

/// Lists the array that the value describes under this name.
pub(crate) fn list(values: &Values, array: &str, description: &Value, name: String) -> Result<Listed, Error> {
    let json = |source| Error::from(ErrorKind::Json { what: "the description of a zarr array", source });
    if description.range.len() > DESCRIPTION_LIMIT {
        let (header, limit) = (to_u64(description.range.len()), to_u64(DESCRIPTION_LIMIT));
        return Err(ErrorKind::HeaderTooLarge { header, limit }.into());
    }
    let described: Description = serde_json::from_slice(description.bytes()?).map_err(json)?;
    let shape = extents(&described.shape)?;
    let unread = |packing: String, shape| {
        let info = TensorInfo { name: name.clone(), dtype: Dtype::U8, shape, quantisation: None };
        Listed { info, stored: Stored::Deferred(Arc::new(Unread { packing })) }
    };
    let word = described.dtype.as_ref().or(described.data_type.as_ref());
    let word =
        word.map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)).unwrap_or_default();
    let Some(dtype) = Dtype::named(&word).or_else(|| numpy::dtype(&word)) else {
        return Ok(unread(format!("zarr elements of type {word}"), shape));
    };
    let overflow = || ErrorKind::ShapeOverflow { shape: shape.iter().copied().map(to_u64).collect() };
    element_count(&shape).and_then(|count| count.checked_mul(16)).ok_or_else(overflow)?;
    let layout = match described.layout()? {
        Ok(layout) => layout,
        Err(packing) => return Ok(unread(packing, shape)),
    };
    if layout.chunk.len() != shape.len() || layout.chunk.contains(&0) {
        return Err(malformed("chunks do not have the axes of their array"));
    }
    let chunks = written(values, array, &layout, &shape)?;
    let info = TensorInfo { name, dtype, shape, quantisation: None };
    Ok(Listed { info, stored: Stored::Deferred(Arc::new(Array { layout, chunks })) })
}

#[derive(Deserialize)]
struct Description {
    shape: Vec<u64>,
    // Version 2.
    dtype: Option<Json>,
    chunks: Option<Vec<u64>>,
    compressor: Option<Json>,
    filters: Option<Json>,
    order: Option<String>,
    dimension_separator: Option<String>,
    // Version 3.
    data_type: Option<Json>,
    chunk_grid: Option<Json>,
    chunk_key_encoding: Option<Json>,
    codecs: Option<Vec<Json>>,
    fill_value: Option<Json>,
}

/// The word in this place of a description.
fn word<'j>(json: &'j Json, path: &str) -> Option<&'j str> {
    json.pointer(path)?.as_str()
}

impl Description {
    /// How the array is stored, or why it is not read.
    fn layout(&self) -> Result<Result<Layout, String>, Error> {
        if self.fill_value.as_ref().is_some_and(|fill| !is_zero(fill)) {
            return Ok(Err(format!(
                "a zarr array filled with {}",
                self.fill_value.clone().unwrap_or_default()
            )));
        }
        match (&self.chunks, &self.codecs) {
            (Some(chunks), _) => self.second(chunks),
            (None, Some(codecs)) => self.third(codecs),
            (None, None) => Err(malformed("an array is not described")),
        }
    }

    fn second(&self, chunks: &[u64]) -> Result<Result<Layout, String>, Error> {
        let unread = |what: String| Ok(Err(format!("a zarr array of {what}")));
        if self.order.as_deref().is_some_and(|order| order != "C") {
            return unread("columns in order".to_owned());
        }
        if self.filters.as_ref().and_then(Json::as_array).is_some_and(|filters| !filters.is_empty()) {
            return unread("filtered chunks".to_owned());
        }
        let compressor = self.compressor.as_ref().filter(|compressor| !compressor.is_null());
        let codecs = match compressor.map(|compressor| word(compressor, "/id").unwrap_or_default()) {
            None => Vec::new(),
            Some("zstd") => vec![Codec::Zstd],
            Some("gzip") => vec![Codec::Gzip],
            Some("zlib") => vec![Codec::Zlib],
            Some(other) => return unread(format!("chunks compressed by {other}")),
        };
        let separator = self.dimension_separator.clone().unwrap_or_else(|| ".".to_owned());
        Ok(Ok(Layout { chunk: extents(chunks)?, key: ("", separator), shard: None, codecs }))
    }

    fn third(&self, codecs: &[Json]) -> Result<Result<Layout, String>, Error> {
        let grid = self.chunk_grid.as_ref().and_then(|grid| grid.pointer("/configuration/chunk_shape"));
        let chunk =
            extents(&numbers(grid.ok_or_else(|| malformed("the chunks of an array have no shape"))?)?)?;
        let encoding = self.chunk_key_encoding.as_ref();
        let is_old = encoding.and_then(|encoding| word(encoding, "/name")) == Some("v2");
        let separator = encoding.and_then(|encoding| word(encoding, "/configuration/separator"));
        let separator = separator.unwrap_or(if is_old { "." } else { "/" }).to_owned();
        let key = (if is_old { "" } else { "c" }, separator);
        if let [shard] = codecs
            && word(shard, "/name") == Some("sharding_indexed")
        {
            let part = |path| shard.pointer(path).ok_or_else(|| malformed("a shard is not described"));
            let inner = extents(&numbers(part("/configuration/chunk_shape")?)?)?;
            let index = part("/configuration/index_codecs")?.as_array().cloned().unwrap_or_default();
            let inside = part("/configuration/codecs")?.as_array().cloned().unwrap_or_default();
            let at_end = word(shard, "/configuration/index_location") != Some("start");
            let checksum = match codecs_of(&index) {
                Ok(index) if index.iter().all(|codec| *codec == Codec::Checksum) => {
                    index.len().saturating_mul(4)
                }
                _ => return Ok(Err("a zarr array whose shards have a compressed index".to_owned())),
            };
            if inner.len() != chunk.len()
                || chunk.iter().zip(&inner).any(|(a, b)| a.checked_rem(*b) != Some(0))
            {
                return Err(malformed("a shard is no whole number of chunks"));
            }
            let shard = Some(Shard { chunk: inner, checksum, at_end });
            return Ok(codecs_of(&inside).map(|codecs| Layout { chunk, key, shard, codecs }));
        }
        Ok(codecs_of(codecs).map(|codecs| Layout { chunk, key, shard: None, codecs }))
    }
}

/// The codecs of version 3, the first of which makes bytes of elements.
fn codecs_of(all: &[Json]) -> Result<Vec<Codec>, String> {
    let mut codecs = Vec::new();
    for codec in all {
        match word(codec, "/name").unwrap_or_default() {
            "bytes" if word(codec, "/configuration/endian") != Some("big") => {}
            "zstd" => codecs.push(Codec::Zstd),
            "gzip" => codecs.push(Codec::Gzip),
            "crc32c" => codecs.push(Codec::Checksum),
            other => return Err(format!("a zarr array in the codec {other}")),
        }
    }
    Ok(codecs)
}

fn is_zero(fill: &Json) -> bool {
    fill.is_null() || fill.as_f64() == Some(0.0) || *fill == Json::Bool(false)
}

fn numbers(json: &Json) -> Result<Vec<u64>, Error> {
    let all = json.as_array().map(|all| all.iter().map(Json::as_u64).collect::<Option<Vec<u64>>>());
    all.flatten().ok_or_else(|| malformed("a shape is no list of numbers"))
}

fn extents(all: &[u64]) -> Result<Vec<usize>, Error> {
    if all.len() > AXIS_LIMIT {
        return Err(ErrorKind::TooMany { what: "axes", limit: AXIS_LIMIT }.into());
    }
    Ok(all.iter().copied().map(to_usize).collect())
}

/// The chunks of the array that were written.
fn written(
    values: &Values,
    array: &str,
    layout: &Layout,
    shape: &[usize],
) -> Result<Vec<(Vec<usize>, Value)>, Error> {
    let counts = counts(shape, &layout.chunk)?;
    let mut found = Vec::new();
    let mut cell = vec![0_usize; shape.len()];
    if counts.contains(&0) {
        return Ok(found);
    }
    loop {
        let (start, separator) = (layout.key.0, layout.key.1.as_str());
        let mut parts: Vec<String> = (!start.is_empty()).then(|| start.to_owned()).into_iter().collect();
        parts.extend(cell.iter().map(usize::to_string));
        // An array without axes has one chunk.
        let own = if parts.is_empty() { "0".to_owned() } else { parts.join(separator) };
        if let Some(value) = values.get(&format!("{array}/{own}")) {
            found.push((firsts(&cell, &layout.chunk), value.clone()));
        }
        if step(&mut cell, &counts) != Some(true) {
            return Ok(found);
        }
    }
}

/// How many chunks lie along each axis.
fn counts(shape: &[usize], chunk: &[usize]) -> Result<Vec<usize>, Error> {
    let along: Vec<usize> =
        shape.iter().zip(chunk).map(|(extent, chunk)| extent.div_ceil((*chunk).max(1))).collect();
    let count = along.iter().try_fold(1_usize, |product, count| product.checked_mul(*count));
    if count.is_none_or(|count| count > CHUNK_LIMIT) {
        return Err(ErrorKind::TooMany { what: "chunks", limit: CHUNK_LIMIT }.into());
    }
    Ok(along)
}

/// The indices of the first element of a cell.
fn firsts(cell: &[usize], chunk: &[usize]) -> Vec<usize> {
    cell.iter().zip(chunk).map(|(cell, chunk)| cell.saturating_mul(*chunk)).collect()
}

impl Load for Array {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let stored =
            self.chunks.iter().map(|(_, value)| value.range.len()).fold(0_usize, usize::saturating_add);
        let size = info.dtype.size();
        let inner = self.layout.shard.as_ref().map_or(&self.layout.chunk, |shard| &shard.chunk);
        let grid = Grid { shape: &info.shape, chunk: inner, size };
        let mut out = grid.filled(&[0], stored)?;
        for (at, value) in &self.chunks {
            match &self.layout.shard {
                None => self.place(&grid, value.bytes()?, at, &mut out)?,
                Some(shard) => self.pieces(&grid, shard, value, at, &mut out)?,
            }
            value.owner.release(value.range.clone());
        }
        let owner: Arc<dyn ByteOwner> = Arc::new(out);
        TensorData::contiguous(owner, 0, info.dtype, info.shape.clone())
    }
}

impl Array {
    fn place(&self, grid: &Grid<'_>, bytes: &[u8], at: &[usize], out: &mut [u8]) -> Result<(), Error> {
        let expected = element_count(grid.chunk).unwrap_or(usize::MAX).saturating_mul(grid.size);
        let mut unpacked = std::borrow::Cow::Borrowed(bytes);
        for codec in self.layout.codecs.iter().rev() {
            // A checksum may lie inside what is compressed.
            unpacked = unpack(*codec, &unpacked, expected.saturating_add(4))?.into();
        }
        if unpacked.len() != expected {
            let (end, available) = (to_u64(expected), to_u64(unpacked.len()));
            return Err(ErrorKind::TruncatedData { end, available }.into());
        }
        grid.put(&unpacked, at, out).ok_or_else(|| malformed("a chunk lies outside of its array"))
    }

    /// Places the chunks of one shard.
    fn pieces(
        &self,
        grid: &Grid<'_>,
        shard: &Shard,
        value: &Value,
        at: &[usize],
        out: &mut [u8],
    ) -> Result<(), Error> {
        let bytes = value.bytes()?;
        let counts = counts(&self.layout.chunk, &shard.chunk)?;
        let pieces = counts.iter().fold(1_usize, |product, count| product.saturating_mul(*count));
        let len = pieces.saturating_mul(16).saturating_add(shard.checksum);
        let start = if shard.at_end { bytes.len().saturating_sub(len) } else { 0 };
        let mut index = Cursor::new(bytes.get(start..).unwrap_or_default(), "zarr");
        let mut cell = vec![0_usize; counts.len()];
        loop {
            let (from, len) = (index.u64()?, index.u64()?);
            let first = firsts(&cell, &shard.chunk);
            let first: Vec<usize> =
                first.iter().zip(at).map(|(inner, at)| inner.saturating_add(*at)).collect();
            let inside = first.iter().zip(grid.shape).all(|(first, extent)| first < extent);
            if (from, len) != (MISSING, MISSING) && inside {
                let range = to_usize(from)..to_usize(from.saturating_add(len));
                let piece =
                    bytes.get(range).ok_or_else(|| malformed("a chunk reaches past the end of its shard"))?;
                self.place(grid, piece, &first, out)?;
            }
            if step(&mut cell, &counts) != Some(true) {
                return Ok(());
            }
        }
    }
}
