//! One file of Flax's `to_bytes` in, its arrays out, named by the keys on the way to them.
//!
//! The file is a MessagePack map of maps. An array is a value of an application's type: its shape, the name of its
//! element type and its bytes, row-major. Arrays of more than a gibibyte are cut in flat chunks. What an optimiser keeps
//! is left out, and the collection `params` is listed under the names of its modules.
#![deny(clippy::arithmetic_side_effects)]

mod msgpack;

use std::sync::Arc;

use crate::bytes::MappedFile;
use crate::catalogue::{FileTensors, Listed, Load, Stored, Unread};
use crate::cursor::{Cursor, to_u64};
use crate::flax::msgpack::{FORMAT, Value, next};
use crate::joined::{self, Joined, Place};
use crate::tensor::{ByteOwner, element_count};
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo};

/// Flax's number for arrays.
const ARRAY: i8 = 1;
/// Modules inside modules.
const DEPTH_LIMIT: usize = 64;
/// More arrays than any model has.
const TENSOR_LIMIT: usize = 500_000;
/// More axes than any framework's tensors have.
const AXIS_LIMIT: usize = 64;
const CHUNKED: &str = "__msgpack_chunked_array__";

/// Whether these are the first bytes of a map whose first key is text.
pub(crate) fn matches(bytes: &[u8]) -> bool {
    let key = match bytes {
        [0x81..=0x8f, key @ ..] | [0xde, _, _, key @ ..] | [0xdf, _, _, _, _, key @ ..] => key,
        _ => return false,
    };
    match key {
        [0xa1..=0xbf, first, ..] | [0xd9, _, first, ..] => first.is_ascii_graphic(),
        _ => false,
    }
}

/// Reads the file.
pub(crate) fn read(file: &Arc<MappedFile>) -> Result<FileTensors, Error> {
    let cursor = Cursor::over(file.as_ref(), 0..file.bytes().len(), FORMAT);
    let mut walk = Walk { file, cursor, path: Vec::new(), tensors: Vec::new() };
    walk.value()?;
    if walk.cursor.left() > 0 {
        return Err(walk.cursor.malformed("bytes follow the last value"));
    }
    if walk.tensors.is_empty() {
        return Err(walk.cursor.malformed("there is no array in it"));
    }
    Ok(FileTensors { tensors: walk.tensors, metadata: Vec::new() })
}

struct Walk<'a> {
    file: &'a Arc<MappedFile>,
    cursor: Cursor<'a>,
    /// Keys on the way.
    path: Vec<String>,
    tensors: Vec<Listed>,
}

impl<'a> Walk<'a> {
    fn value(&mut self) -> Result<(), Error> {
        if self.path.len() > DEPTH_LIMIT {
            return Err(self.cursor.malformed("maps are nested too deep"));
        }
        match next(&mut self.cursor)? {
            Value::Map(count) => self.map(count),
            Value::List(count) => (0..count).try_for_each(|number| self.under(number.to_string())),
            Value::Typed(ARRAY, start, len) => {
                let array = self.array(start, len)?;
                self.list(array.shape.clone(), vec![array])
            }
            _ => Ok(()),
        }
    }

    fn under(&mut self, key: String) -> Result<(), Error> {
        self.path.push(key);
        let done = self.value();
        self.path.pop();
        done
    }

    fn map(&mut self, count: usize) -> Result<(), Error> {
        for number in 0..count {
            let key = match next(&mut self.cursor)? {
                Value::Text(CHUNKED) if number == 0 => return self.chunked(count.saturating_sub(1)),
                Value::Text(key) => key.to_owned(),
                Value::Whole(key) => key.to_string(),
                _ => return Err(self.cursor.malformed("a key is no text")),
            };
            self.under(key)?;
        }
        Ok(())
    }

    /// An array that was cut: a truth value, then the shape and the chunks under keys `0`, `1`, ….
    fn chunked(&mut self, more: usize) -> Result<(), Error> {
        next(&mut self.cursor)?;
        let (mut shape, mut chunks) = (Vec::new(), Vec::new());
        for _ in 0..more {
            let key = next(&mut self.cursor)?;
            let Value::Map(count) = next(&mut self.cursor)? else {
                return Err(self.cursor.malformed("a part of a chunked array is no map"));
            };
            for _ in 0..count {
                next(&mut self.cursor)?;
                match (&key, next(&mut self.cursor)?) {
                    (Value::Text("shape"), Value::Whole(extent)) => shape.push(extent),
                    (Value::Text("chunks"), Value::Typed(ARRAY, start, len)) => {
                        chunks.push(self.array(start, len)?)
                    }
                    _ => return Err(self.cursor.malformed("a chunked array holds something else")),
                }
            }
        }
        let shape = self.shape(&shape)?;
        self.list(shape, chunks)
    }

    /// The array in these bytes of the file.
    fn array(&self, start: usize, len: usize) -> Result<Array<'a>, Error> {
        let end = start.saturating_add(len);
        let mut cursor = Cursor::over(self.file.as_ref(), start..end, FORMAT);
        let wrong = |cursor: &Cursor<'_>| {
            cursor.malformed("an array is no shape, type and bytes").of_tensor(&self.name())
        };
        let (Value::List(3), Value::List(axes)) = (next(&mut cursor)?, next(&mut cursor)?) else {
            return Err(wrong(&cursor));
        };
        let mut shape = Vec::new();
        for _ in 0..axes.min(AXIS_LIMIT.saturating_add(1)) {
            match next(&mut cursor)? {
                Value::Whole(extent) => shape.push(extent),
                _ => return Err(wrong(&cursor)),
            }
        }
        let shape = self.shape(&shape)?;
        match (next(&mut cursor)?, next(&mut cursor)?) {
            (Value::Text(dtype), Value::Bytes(at, len)) => {
                Ok(Array { shape, dtype, start: start.saturating_add(at), len })
            }
            _ => Err(wrong(&cursor)),
        }
    }

    fn shape(&self, extents: &[u64]) -> Result<Vec<usize>, Error> {
        if extents.len() > AXIS_LIMIT {
            return Err(ErrorKind::TooMany { what: "axes", limit: AXIS_LIMIT }.into());
        }
        let shape: Option<Vec<usize>> = extents.iter().map(|extent| usize::try_from(*extent).ok()).collect();
        let shape =
            shape.filter(|shape| element_count(shape).and_then(|count| count.checked_mul(16)).is_some());
        shape.ok_or_else(|| {
            Error::from(ErrorKind::ShapeOverflow { shape: extents.to_vec() }).of_tensor(&self.name())
        })
    }

    /// The keys on the way, without what Flax puts around the modules.
    fn name(&self) -> String {
        name_of(&self.path)
    }

    fn list(&mut self, shape: Vec<usize>, parts: Vec<Array<'a>>) -> Result<(), Error> {
        if !is_weight(&self.path) {
            return Ok(());
        }
        if self.tensors.len() >= TENSOR_LIMIT {
            return Err(ErrorKind::TooMany { what: "tensors", limit: TENSOR_LIMIT }.into());
        }
        let name = self.name();
        let listed = listed(self.file, &name, shape, &parts).map_err(|error| error.of_tensor(&name))?;
        self.tensors.push(listed);
        Ok(())
    }
}

/// The keys on the way to an array, without what Flax puts around the modules.
pub(crate) fn name_of(path: &[String]) -> String {
    let keys = path.iter().map(String::as_str);
    let own: Vec<&str> = keys.clone().skip_while(|key| *key == "params").collect();
    if own.is_empty() { keys.collect::<Vec<_>>().join("/") } else { own.join("/") }
}

/// Whether what lies there belongs to the model and not to its training.
pub(crate) fn is_weight(path: &[String]) -> bool {
    !path.first().is_some_and(|key| matches!(key.as_str(), "opt_state" | "step" | "rng" | "tx"))
}

/// One array of the file.
struct Array<'a> {
    shape: Vec<usize>,
    dtype: &'a str,
    start: usize,
    len: usize,
}

fn listed(
    file: &Arc<MappedFile>,
    name: &str,
    shape: Vec<usize>,
    parts: &[Array<'_>],
) -> Result<Listed, Error> {
    let name = name.to_owned();
    let word = parts.first().map_or("", |part| part.dtype);
    let Some(dtype) = dtype(word).filter(|_| parts.iter().all(|part| part.dtype == word)) else {
        let packing = format!("numpy {word}");
        let info = TensorInfo { name, dtype: Dtype::U8, shape, quantisation: None };
        return Ok(Listed { info, stored: Stored::Deferred(Arc::new(Unread { packing })) });
    };
    for part in parts {
        let count = element_count(&part.shape).unwrap_or(usize::MAX);
        let expected = count.saturating_mul(dtype.size());
        if expected != part.len {
            let (expected, found) = (to_u64(expected), to_u64(part.len));
            return Err(ErrorKind::SizeMismatch { dtype, shape: part.shape.clone(), expected, found }.into());
        }
    }
    let info = TensorInfo { name, dtype, shape, quantisation: None };
    if let [only] = parts
        && only.shape == info.shape
    {
        let owner: Arc<dyn ByteOwner> = file.clone();
        return Ok(Listed { info, stored: Stored::Plain { owner, start: only.start, strides: None } });
    }
    let mut places = Vec::with_capacity(parts.len());
    let mut offset = 0_usize;
    for part in parts {
        let count = element_count(&part.shape).unwrap_or(usize::MAX);
        places.push(Place { offsets: vec![offset], sizes: vec![count] });
        offset = offset.saturating_add(count);
    }
    joined::check(&[info.len()], &places)?;
    let parts = places.into_iter().zip(parts.iter().map(|part| part.start)).collect();
    let chunks = Chunks { file: Arc::clone(file), parts };
    Ok(Listed { info, stored: Stored::Deferred(Arc::new(chunks)) })
}

/// An array in flat pieces, each with its first byte.
struct Chunks {
    file: Arc<MappedFile>,
    parts: Vec<(Place, usize)>,
}

impl Load for Chunks {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let part = |(place, start): &(Place, usize)| {
            let owner: Arc<dyn ByteOwner> = self.file.clone();
            let data = TensorData::contiguous(owner, *start, info.dtype, place.sizes.clone())?;
            Ok((place.clone(), data))
        };
        let parts = self.parts.iter().map(part).collect::<Result<_, Error>>()?;
        let joined = Joined::new(vec![info.len()], parts)?;
        Ok(TensorData::packed(info.dtype, info.shape.clone(), Arc::new(joined)))
    }
}

fn dtype(name: &str) -> Option<Dtype> {
    Dtype::named(name).or(match name {
        "V2" => Some(Dtype::Bf16),
        "complex64" => Some(Dtype::C64),
        "complex128" => Some(Dtype::C128),
        _ => None,
    })
}
