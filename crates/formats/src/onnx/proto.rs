//! One ONNX `TensorProto` in, its description and the place of its elements out.
//!
//! Elements are raw bytes in the message, numbers in one of five typed lists, or a range of another file beside the
//! model. The other file is only ever one inside the model's folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bytes::{MappedFile, Opener};
use crate::catalogue::{Load, Stored};
use crate::cursor::{Cursor, to_u64};
use crate::tensor::{ByteOwner, element_count};
use crate::wire::{Message, Piece, Value, varint, varints};
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo, inside};

const FORMAT: &str = "ONNX";
/// More axes than any framework's tensors have.
const AXIS_LIMIT: usize = 64;

/// What a `TensorProto` says of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proto {
    pub(crate) name: String,
    pub(crate) dims: Vec<u64>,
    /// The number of the element type in ONNX's list.
    pub(crate) data_type: u64,
    /// Place and length of the raw bytes.
    raw: Option<(usize, usize)>,
    /// Places and lengths of the packed typed lists, with their field.
    typed: Vec<(u64, usize, usize)>,
    /// Key and value: `location`, `offset`, `length`.
    external: Vec<(String, String)>,
    is_external: bool,
}

/// How an element is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    /// In whole bytes.
    Plain(Dtype),
    /// Two in a byte, the first in the lower half; signed or not.
    Nibble { signed: bool },
}

impl Proto {
    /// Reads the message.
    pub(crate) fn read(piece: Piece<'_>) -> Result<Self, Error> {
        let mut proto = Self::default();
        let mut message = Message::new(piece, FORMAT);
        while let Some((field, value)) = message.next()? {
            match (field, value) {
                (1, value) => proto.dims.extend(varints(value, FORMAT)?),
                (2, Value::Varint(number)) => proto.data_type = number,
                (3, _) => {
                    let name = "a tensor in segments".to_owned();
                    return Err(ErrorKind::Unsupported { what: "the ONNX tensor", name }.into());
                }
                (4 | 5 | 7 | 10 | 11, Value::Bytes(list)) => {
                    proto.typed.push((field, list.start, list.bytes.len()));
                }
                (4 | 5 | 7 | 10 | 11, _) => {
                    let name = "a typed list that is not packed".to_owned();
                    return Err(ErrorKind::Unsupported { what: "the ONNX tensor", name }.into());
                }
                (8, Value::Bytes(name)) => proto.name = name.text(),
                (9, Value::Bytes(raw)) => proto.raw = Some((raw.start, raw.bytes.len())),
                (13, Value::Bytes(pair)) => proto.external.push(pair_of(pair)?),
                (14, Value::Varint(place)) => proto.is_external = place == 1,
                _ => {}
            }
            if proto.dims.len() > AXIS_LIMIT {
                let many = ErrorKind::TooMany { what: "axes", limit: AXIS_LIMIT };
                return Err(Error::from(many).of_tensor(&proto.name));
            }
        }
        Ok(proto)
    }

    /// The element type, unless it is text.
    pub(crate) fn element(&self) -> Result<Option<Element>, Error> {
        Ok(Some(Element::Plain(match self.data_type {
            1 => Dtype::F32,
            2 => Dtype::U8,
            3 => Dtype::I8,
            4 => Dtype::U16,
            5 => Dtype::I16,
            6 => Dtype::I32,
            7 => Dtype::I64,
            8 => return Ok(None),
            9 => Dtype::Bool,
            10 => Dtype::F16,
            11 => Dtype::F64,
            12 => Dtype::U32,
            13 => Dtype::U64,
            14 => Dtype::C64,
            15 => Dtype::C128,
            16 => Dtype::Bf16,
            17 => Dtype::F8E4M3,
            18 => Dtype::F8E4M3Fnuz,
            19 => Dtype::F8E5M2,
            20 => Dtype::F8E5M2Fnuz,
            24 => Dtype::F8E8M0,
            21 => return Ok(Some(Element::Nibble { signed: false })),
            22 => return Ok(Some(Element::Nibble { signed: true })),
            number => return Err(ErrorKind::UnknownDtype { name: format!("ONNX type {number}") }.into()),
        })))
    }

    /// The shape, checked to have a product.
    pub(crate) fn shape(&self) -> Result<Vec<usize>, Error> {
        let overflow = || ErrorKind::ShapeOverflow { shape: self.dims.clone() };
        let shape: Option<Vec<usize>> =
            self.dims.iter().map(|extent| usize::try_from(*extent).ok()).collect();
        let shape = shape.ok_or_else(overflow)?;
        element_count(&shape).and_then(|count| count.checked_mul(16)).ok_or_else(overflow)?;
        Ok(shape)
    }

    /// Where the elements are; for nibbles, where their bytes are.
    pub(crate) fn stored(&self, dtype: Dtype, shape: &[usize], files: &Files<'_>) -> Result<Stored, Error> {
        let size = element_count(shape).unwrap_or(0).saturating_mul(dtype.size());
        let mismatch = |found: usize| ErrorKind::SizeMismatch {
            dtype,
            shape: shape.to_vec(),
            expected: to_u64(size),
            found: to_u64(found),
        };
        if self.is_external {
            let (owner, start, length) = files.external(&self.external)?;
            let available = owner.bytes().len().saturating_sub(start);
            if let Some(length) = length
                && length != size
            {
                return Err(mismatch(length).into());
            }
            if size > available {
                let end = to_u64(start.saturating_add(size));
                return Err(ErrorKind::TruncatedData { end, available: to_u64(owner.bytes().len()) }.into());
            }
            return Ok(Stored::Plain { owner, start, strides: None });
        }
        if let Some((start, length)) = self.raw {
            if length != size {
                return Err(mismatch(length).into());
            }
            return Ok(Stored::Plain { owner: files.model.clone(), start, strides: None });
        }
        if size == 0 && self.typed.is_empty() {
            return Ok(Stored::Plain { owner: files.model.clone(), start: 0, strides: None });
        }
        let file = Arc::clone(files.model);
        Ok(Stored::Deferred(Arc::new(TypedLists { file, lists: self.typed.clone() })))
    }
}

fn pair_of(piece: Piece<'_>) -> Result<(String, String), Error> {
    let message = Message::new(piece, FORMAT);
    let text = |field| {
        let value = message.find(field)?.and_then(Value::piece);
        Ok::<_, Error>(value.map(Piece::text).unwrap_or_default())
    };
    Ok((text(1)?, text(2)?))
}

/// The model's file and the data files beside it, each mapped once.
pub(crate) struct Files<'a> {
    pub(crate) model: &'a Arc<MappedFile>,
    folder: PathBuf,
    opener: &'a dyn Opener,
    mapped: std::cell::RefCell<HashMap<String, Arc<MappedFile>>>,
}

impl<'a> Files<'a> {
    /// The model at `path`, already mapped.
    pub(crate) fn new(model: &'a Arc<MappedFile>, path: &Path, opener: &'a dyn Opener) -> Self {
        let folder = path.parent().unwrap_or(Path::new(""));
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        Self { model, folder: folder.to_path_buf(), opener, mapped: std::cell::RefCell::default() }
    }

    /// The file, first byte and, where it is told, number of bytes that these pairs describe.
    fn external(&self, pairs: &[(String, String)]) -> Result<(Arc<MappedFile>, usize, Option<usize>), Error> {
        let value =
            |wanted: &str| pairs.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
        let bad = |what| Error::from(ErrorKind::Malformed { format: FORMAT, what });
        let number = |wanted, what| match value(wanted) {
            Some(text) => text.trim().parse::<usize>().map(Some).map_err(|_| bad(what)),
            None => Ok(None),
        };
        let location = value("location").ok_or_else(|| bad("external data has no location"))?;
        let start = number("offset", "the offset of external data is no number")?.unwrap_or(0);
        let length = number("length", "the length of external data is no number")?;
        if let Some(known) = self.mapped.borrow().get(location) {
            return Ok((Arc::clone(known), start, length));
        }
        let missing = || ErrorKind::MissingShard { shard: location.to_owned() };
        let path = inside::resolve(&self.folder, location)?.ok_or_else(missing)?;
        let file = self.opener.open(&path)?;
        self.mapped.borrow_mut().insert(location.to_owned(), Arc::clone(&file));
        Ok((file, start, length))
    }
}

/// Elements in the message's typed lists, turned to bytes of their type when asked for.
struct TypedLists {
    file: Arc<MappedFile>,
    /// Field, first byte and length.
    lists: Vec<(u64, usize, usize)>,
}

impl Load for TypedLists {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let size = info.dtype.size();
        let mut bytes = Vec::new();
        for (field, start, length) in &self.lists {
            let end = start.saturating_add(*length);
            let list = self.file.bytes().get(*start..end).unwrap_or_default();
            if matches!(field, 4 | 10) {
                bytes.extend_from_slice(list);
                continue;
            }
            let mut cursor = Cursor::new(list, FORMAT);
            while cursor.left() > 0 {
                let number = varint(&mut cursor)?.to_le_bytes();
                bytes.extend_from_slice(number.get(..size.min(8)).unwrap_or_default());
            }
        }
        let expected = info.len().saturating_mul(size);
        if bytes.len() != expected {
            let (dtype, shape) = (info.dtype, info.shape.clone());
            let (expected, found) = (to_u64(expected), to_u64(bytes.len()));
            return Err(ErrorKind::SizeMismatch { dtype, shape, expected, found }.into());
        }
        TensorData::contiguous(Arc::new(bytes), 0, info.dtype, info.shape.clone())
    }
}
