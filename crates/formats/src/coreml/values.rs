//! A value as a program writes it in, its elements out: in the program itself, or behind a description in a weight file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bytes::{MappedFile, Opener};
use crate::coreml::{FORMAT, text_of};
use crate::cursor::{Cursor, to_u64, to_usize};
use crate::tensor::{ByteOwner, Unpack, element_count};
use crate::wire::{Message, Piece, Value, varints};
use crate::{Dtype, Error, ErrorKind, TensorData, inside};

/// What stands for the model's folder in the program.
const MODEL_PATH: &str = "@model_path/";
/// The number that each description in a weight file begins with.
const SENTINEL: u32 = 0xdead_beef;
/// More axes than any framework's tensors have.
pub(super) const AXIS_LIMIT: usize = 64;

/// The type of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// In whole bytes.
    Whole(Dtype),
    /// Integers of one to six bits, the first in the lowest bits.
    Bits { bits: usize, signed: bool },
    /// By its number in the format's list, as it was when this was written.
    Unknown(u64),
}

impl Element {
    /// By its number in the format's list; nothing for texts and what has no type.
    fn numbered(number: u64) -> Option<Self> {
        let bits = |bits, signed| Some(Self::Bits { bits, signed });
        Some(Self::Whole(match number {
            1 => Dtype::Bool,
            10 => Dtype::F16,
            11 => Dtype::F32,
            12 => Dtype::F64,
            13 => Dtype::Bf16,
            21 => Dtype::I8,
            22 => Dtype::I16,
            23 => Dtype::I32,
            24 => Dtype::I64,
            25 => return bits(4, true),
            31 => Dtype::U8,
            32 => Dtype::U16,
            33 => Dtype::U32,
            34 => Dtype::U64,
            35 => return bits(4, false),
            36 => return bits(2, false),
            37 => return bits(1, false),
            38 => return bits(6, false),
            39 => return bits(3, false),
            0 | 2 => return None,
            unknown => return Some(Self::Unknown(unknown)),
        }))
    }

    pub(super) fn bits(self) -> usize {
        match self {
            Self::Whole(dtype) => dtype.size().saturating_mul(8),
            Self::Bits { bits, .. } => bits,
            Self::Unknown(_) => 0,
        }
    }

    /// Why numbers of a type that is not known are not read.
    pub(super) fn unknown(self) -> Option<String> {
        if let Self::Unknown(number) = self {
            Some(format!("elements of the unknown type {number}"))
        } else {
            None
        }
    }

    pub(super) fn is_float(self) -> bool {
        matches!(self, Self::Whole(dtype) if dtype.is_float())
    }

    /// `int4`, `uint8` or `float16`.
    pub(super) fn word(self) -> String {
        let kind = match self {
            Self::Whole(dtype) if dtype.is_float() => "float",
            Self::Whole(Dtype::I8 | Dtype::I16 | Dtype::I32 | Dtype::I64) => "int",
            Self::Bits { signed: true, .. } => "int",
            Self::Whole(_) | Self::Bits { .. } => "uint",
            Self::Unknown(number) => return format!("type{number}"),
        };
        format!("{kind}{}", self.bits())
    }
}

/// Type and shape of a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) element: Element,
    pub(super) shape: Vec<usize>,
}

impl Typed {
    /// Nothing where it is no tensor of numbers, or one of a size that is only known later.
    pub(super) fn read(piece: Piece<'_>) -> Result<Option<Self>, Error> {
        let Some(Value::Bytes(tensor)) = Message::new(piece, FORMAT).find(1)? else { return Ok(None) };
        let (mut element, mut shape) = (None, Vec::new());
        let mut message = Message::new(tensor, FORMAT);
        while let Some((field, value)) = message.next()? {
            match (field, value) {
                (1, Value::Varint(number)) => element = Element::numbered(number),
                (3, Value::Bytes(axis)) => {
                    let Some(Value::Bytes(constant)) = Message::new(axis, FORMAT).find(1)? else {
                        return Ok(None);
                    };
                    let size = Message::new(constant, FORMAT).find(1)?;
                    shape.push(if let Some(Value::Varint(size)) = size { to_usize(size) } else { 0 });
                }
                _ => {}
            }
            if shape.len() > AXIS_LIMIT {
                return Err(ErrorKind::TooMany { what: "axes", limit: AXIS_LIMIT }.into());
            }
        }
        Ok(element.map(|element| Self { element, shape }))
    }

    /// How many elements, if they and their bytes can be counted.
    pub(super) fn count(&self) -> Result<usize, Error> {
        let count = element_count(&self.shape).filter(|count| count.checked_mul(128).is_some());
        let overflow =
            || ErrorKind::ShapeOverflow { shape: self.shape.iter().copied().map(to_u64).collect() };
        count.ok_or_else(|| overflow().into())
    }
}

/// A constant tensor, of which every element is there; of those of unknown type nobody can tell.
pub(super) struct Constant {
    pub(super) typed: Typed,
    pub(super) owner: Arc<dyn ByteOwner>,
    pub(super) start: usize,
    /// Whether it lies in a weight file.
    pub(super) is_apart: bool,
}

/// Whether they are the same elements: at one place of a weight file, or alike in the program itself.
impl PartialEq for Constant {
    fn eq(&self, other: &Self) -> bool {
        let same_file = std::ptr::addr_eq(Arc::as_ptr(&self.owner), Arc::as_ptr(&other.owner));
        let same = match (self.is_apart, other.is_apart) {
            (true, true) => same_file && self.start == other.start,
            (false, false) => self.owner.bytes() == other.owner.bytes(),
            _ => false,
        };
        same && self.typed == other.typed
    }
}

impl Constant {
    /// Nothing where the value is no tensor of numbers, or one in the program whose numbers do not fit its type.
    pub(super) fn read(value: Piece<'_>, files: &mut Files<'_>) -> Result<Option<Self>, Error> {
        let message = Message::new(value, FORMAT);
        let Some(Value::Bytes(kind)) = message.find(2)? else { return Ok(None) };
        let Some(typed) = Typed::read(kind)? else { return Ok(None) };
        let expected = typed.count()?.saturating_mul(typed.element.bits()).div_ceil(8);
        if let Some(Value::Bytes(blob)) = message.find(5)? {
            let (owner, start) = files.find(blob, &typed, to_u64(expected))?;
            return Ok(Some(Self { typed, owner, start, is_apart: true }));
        }
        let Some(Value::Bytes(immediate)) = message.find(3)? else { return Ok(None) };
        let bytes = match typed.element {
            Element::Unknown(_) => Some(Vec::new()),
            element => immediate_bytes(immediate, element)?,
        };
        let bytes = bytes.filter(|bytes| bytes.len() == expected);
        Ok(bytes.map(|bytes| Self { typed, owner: Arc::new(bytes), start: 0, is_apart: false }))
    }

    /// Its numbers.
    pub(super) fn numbers(&self) -> Result<Arc<dyn Unpack>, Error> {
        let (owner, start) = (Arc::clone(&self.owner), self.start);
        Ok(match self.typed.element {
            Element::Whole(dtype) => {
                Arc::new(Whole(TensorData::contiguous(owner, start, dtype, self.typed.shape.clone())?))
            }
            Element::Bits { bits, signed } => Arc::new(Bits { owner, start, bits, signed }),
            Element::Unknown(_) => {
                let packing = self.typed.element.unknown().unwrap_or_default();
                return Err(ErrorKind::UnknownPacking { packing }.into());
            }
        })
    }
}

/// The weight files that a program points to.
pub(super) struct Files<'a> {
    folder: &'a Path,
    opener: &'a dyn Opener,
    open: HashMap<String, (Arc<MappedFile>, PathBuf)>,
}

impl<'a> Files<'a> {
    pub(super) fn new(folder: &'a Path, opener: &'a dyn Opener) -> Self {
        Self { folder, opener, open: HashMap::new() }
    }

    /// Where the weight behind this description lies, which has `expected` bytes.
    fn find(
        &mut self,
        blob: Piece<'_>,
        typed: &Typed,
        expected: u64,
    ) -> Result<(Arc<dyn ByteOwner>, usize), Error> {
        let place = match Message::new(blob, FORMAT).find(2)? {
            Some(Value::Varint(place)) => to_usize(place),
            _ => 0,
        };
        let (file, path) = self.file(&text_of(blob, 1)?)?;
        let start = described(&file, place, typed, expected).map_err(|error| error.in_file(&path))?;
        Ok((file, start))
    }

    /// The weight file that the program calls so.
    fn file(&mut self, word: &str) -> Result<(Arc<MappedFile>, PathBuf), Error> {
        if let Some(known) = self.open.get(word) {
            return Ok(known.clone());
        }
        let missing = || ErrorKind::MissingPart { part: word.to_owned() };
        let path = inside::resolve(self.folder, word.strip_prefix(MODEL_PATH).unwrap_or(word))?
            .ok_or_else(missing)?;
        let file = self.opener.open(&path)?;
        self.open.insert(word.to_owned(), (Arc::clone(&file), path.clone()));
        Ok((file, path))
    }
}

/// Where the weight begins that the description at this place of the file tells of, and that has `expected` bytes.
fn described(file: &Arc<MappedFile>, place: usize, typed: &Typed, expected: u64) -> Result<usize, Error> {
    let len = file.bytes().len();
    let mut cursor = Cursor::over(file.as_ref(), place.min(len)..len, FORMAT);
    if cursor.u32()? != SENTINEL {
        return Err(cursor.malformed("a weight's description does not begin as one"));
    }
    let (_dtype, size, start) = (cursor.u32()?, cursor.u64()?, cursor.u64()?);
    match typed.element {
        _ if size == expected => {}
        Element::Unknown(_) => {}
        Element::Whole(dtype) => {
            let shape = typed.shape.clone();
            return Err(ErrorKind::SizeMismatch { dtype, shape, expected, found: size }.into());
        }
        Element::Bits { .. } => return Err(cursor.bad_value("the bytes of a weight of few bits", size)),
    }
    let end = start.saturating_add(size);
    if end > to_u64(len) {
        return Err(ErrorKind::TruncatedData { end, available: to_u64(len) }.into());
    }
    Ok(to_usize(start))
}

/// The bytes of a tensor that the program itself has, if it has numbers.
fn immediate_bytes(immediate: Piece<'_>, element: Element) -> Result<Option<Vec<u8>>, Error> {
    let Some(Value::Bytes(tensor)) = Message::new(immediate, FORMAT).find(1)? else { return Ok(None) };
    let Some((kind, Value::Bytes(list))) = Message::new(tensor, FORMAT).next()? else { return Ok(None) };
    let values = Message::new(list, FORMAT).find(1)?;
    Ok(match (kind, values) {
        // Floats, doubles, and the types that protobuf does not have.
        (1 | 6 | 7, Some(Value::Bytes(bytes))) => Some(bytes.bytes.to_vec()),
        (1, Some(Value::Fixed32(one))) => Some(one.to_vec()),
        (2, Some(value)) => {
            let Element::Whole(dtype) = element else { return Ok(None) };
            let mut bytes = Vec::new();
            for number in varints(value, FORMAT)? {
                // Those of 16 bits lie here too, and negative ones are stored in 64.
                bytes.extend_from_slice(number.to_le_bytes().get(..dtype.size()).unwrap_or_default());
            }
            Some(bytes)
        }
        (5, Some(value)) => Some(varints(value, FORMAT)?.into_iter().flat_map(u64::to_le_bytes).collect()),
        _ => None,
    })
}

struct Whole(TensorData);

impl Unpack for Whole {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        self.0.decode(first, 1, out)
    }

    fn release(&self, positions: std::ops::Range<usize>) {
        self.0.release(positions);
    }
}

struct Bits {
    owner: Arc<dyn ByteOwner>,
    start: usize,
    bits: usize,
    signed: bool,
}

impl Unpack for Bits {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        let bit_of = |position: usize| position.saturating_mul(self.bits);
        let byte_of = |bit: usize| self.start.saturating_add(bit / 8);
        let end = bit_of(first.saturating_add(out.len())).saturating_add(7);
        self.owner.fetch(byte_of(bit_of(first))..byte_of(end))?;
        let bytes = self.owner.bytes();
        let past = 1_u16.checked_shl(u32::try_from(self.bits).unwrap_or(8)).unwrap_or(256);
        for (position, number) in (first..).zip(out) {
            let bit = bit_of(position);
            let at = byte_of(bit);
            let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
            let pair = u16::from_le_bytes([byte(at), byte(at.saturating_add(1))]);
            let code = (pair >> (bit % 8)) & past.saturating_sub(1);
            let is_negative = self.signed && code >= past / 2;
            *number = f64::from(code) - if is_negative { f64::from(past) } else { 0.0 };
        }
        Ok(())
    }
}
