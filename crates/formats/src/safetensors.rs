//! One safetensors file in, its tensors out, sorted by name.
//!
//! A file is eight bytes of header length, a JSON header (name → dtype, shape, byte range) and the elements. What
//! the header claims is checked before anything is believed: sizes by checked products, ranges against the file
//! and against each other. Gaps between tensors are accepted, since they harm no reader.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;
use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::bytes::MappedFile;
use crate::catalogue::{FileTensors, Listed, Stored};
use crate::cursor::{Cursor, to_u64, to_usize};
use crate::tensor::{ByteOwner, element_count};
use crate::{Dtype, Error, ErrorKind, TensorInfo};

/// The reference implementation's own limit.
const HEADER_LIMIT: u64 = 100_000_000;
/// Five times the largest checkpoint that is known; bounds what a header can make us allocate.
const TENSOR_LIMIT: usize = 500_000;
/// More axes than any framework's tensors have.
const AXIS_LIMIT: usize = 64;

/// Whether these could be the first bytes of a safetensors file.
pub(crate) fn matches(bytes: &[u8]) -> bool {
    bytes.get(8) == Some(&b'{') && bytes.first_chunk().is_some_and(|n| u64::from_le_bytes(*n) < 1 << 40)
}

/// Reads the header.
pub(crate) fn read(file: &Arc<MappedFile>) -> Result<FileTensors, Error> {
    let bytes = file.bytes();
    let mut cursor = Cursor::over(file.as_ref(), 0..bytes.len(), "safetensors");
    let length = cursor.u64()?;
    let available = to_u64(cursor.left());
    if length > available {
        return Err(ErrorKind::HeaderLongerThanFile { header: length, file: to_u64(bytes.len()) }.into());
    }
    if length > HEADER_LIMIT {
        return Err(ErrorKind::HeaderTooLarge { header: length, limit: HEADER_LIMIT }.into());
    }
    let text = cursor.take(to_usize(length))?;
    let header: Header = serde_json::from_slice(text)
        .map_err(|source| ErrorKind::Json { what: "the safetensors header", source })?;
    let data_start = cursor.position();
    let mut entries = header.entries;
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    refuse_overlaps(&entries)?;
    let listed = entries.into_iter().map(|entry| entry.listed(file, data_start));
    Ok(FileTensors { tensors: listed.collect::<Result<_, _>>()?, metadata: header.metadata })
}

struct Header {
    entries: Vec<Entry>,
    metadata: Vec<(String, String)>,
}

struct Entry {
    name: String,
    fields: Fields,
}

#[derive(serde::Deserialize)]
struct Fields {
    dtype: String,
    shape: Shape,
    data_offsets: (u64, u64),
}

struct Shape(Vec<u64>);

impl Entry {
    /// Checks what this entry claims against the file.
    fn listed(self, file: &Arc<MappedFile>, data_start: usize) -> Result<Listed, Error> {
        let Self { name, fields } = self;
        let described = describe(&fields, file.bytes().len(), data_start);
        let (dtype, shape, start) = described.map_err(|error| error.of_tensor(&name))?;
        Ok(Listed {
            info: TensorInfo { name, dtype, shape, quantisation: None },
            stored: Stored::Plain { owner: file.clone(), start, strides: None },
        })
    }
}

fn describe(fields: &Fields, file: usize, data_start: usize) -> Result<(Dtype, Vec<usize>, usize), Error> {
    let dtype = dtype(&fields.dtype)?;
    let (begin, end) = fields.data_offsets;
    if begin > end {
        return Err(ErrorKind::OffsetsReversed { begin, end }.into());
    }
    let overflow = || ErrorKind::ShapeOverflow { shape: fields.shape.0.clone() };
    let shape: Option<Vec<usize>> =
        fields.shape.0.iter().map(|extent| usize::try_from(*extent).ok()).collect();
    let shape = shape.ok_or_else(overflow)?;
    let size =
        element_count(&shape).and_then(|count| count.checked_mul(dtype.size())).ok_or_else(overflow)?;
    let found = end.saturating_sub(begin);
    if to_u64(size) != found {
        return Err(ErrorKind::SizeMismatch { dtype, shape, expected: to_u64(size), found }.into());
    }
    let available = to_u64(file.saturating_sub(data_start));
    if end > available {
        return Err(ErrorKind::TruncatedData { end, available }.into());
    }
    Ok((dtype, shape, data_start.saturating_add(to_usize(begin))))
}

fn refuse_overlaps(entries: &[Entry]) -> Result<(), Error> {
    let mut by_place: Vec<&Entry> = entries.iter().collect();
    by_place.sort_by_key(|entry| entry.fields.data_offsets);
    for pair in by_place.windows(2) {
        if let [before, after] = pair
            && before.fields.data_offsets.1 > after.fields.data_offsets.0
            && after.fields.data_offsets.0 < after.fields.data_offsets.1
        {
            let overlap = ErrorKind::OverlappingOffsets { other: before.name.clone() };
            return Err(Error::from(overlap).of_tensor(&after.name));
        }
    }
    Ok(())
}

fn dtype(name: &str) -> Result<Dtype, Error> {
    Ok(match name {
        "F64" => Dtype::F64,
        "F32" => Dtype::F32,
        "F16" => Dtype::F16,
        "BF16" => Dtype::Bf16,
        "F8_E4M3" => Dtype::F8E4M3,
        "F8_E5M2" => Dtype::F8E5M2,
        "F8_E4M3FNUZ" => Dtype::F8E4M3Fnuz,
        "F8_E5M2FNUZ" => Dtype::F8E5M2Fnuz,
        "F8_E8M0" => Dtype::F8E8M0,
        "I64" => Dtype::I64,
        "I32" => Dtype::I32,
        "I16" => Dtype::I16,
        "I8" => Dtype::I8,
        "U64" => Dtype::U64,
        "U32" => Dtype::U32,
        "U16" => Dtype::U16,
        "U8" => Dtype::U8,
        "BOOL" => Dtype::Bool,
        "C64" => Dtype::C64,
        "C128" => Dtype::C128,
        _ => return Err(ErrorKind::UnknownDtype { name: name.to_owned() }.into()),
    })
}

/// The format's word for a type, where it has one.
pub(crate) fn dtype_name(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::F64 => "F64",
        Dtype::F32 => "F32",
        Dtype::F16 => "F16",
        Dtype::Bf16 => "BF16",
        Dtype::F8E4M3 => "F8_E4M3",
        Dtype::F8E5M2 => "F8_E5M2",
        Dtype::F8E4M3Fnuz => "F8_E4M3FNUZ",
        Dtype::F8E5M2Fnuz => "F8_E5M2FNUZ",
        Dtype::F8E8M0 => "F8_E8M0",
        Dtype::I64 => "I64",
        Dtype::I32 => "I32",
        Dtype::I16 => "I16",
        Dtype::I8 => "I8",
        Dtype::U64 => "U64",
        Dtype::U32 => "U32",
        Dtype::U16 => "U16",
        Dtype::U8 => "U8",
        Dtype::Bool => "BOOL",
        Dtype::C64 => "C64",
        Dtype::C128 => "C128",
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut header = Header { entries: Vec::new(), metadata: Vec::new() };
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                header.metadata = map.next_value::<Pairs>()?.0;
            } else if header.entries.len() == TENSOR_LIMIT {
                return Err(de::Error::custom(format_args!("more than {TENSOR_LIMIT} tensors")));
            } else {
                header.entries.push(Entry { name, fields: map.next_value()? });
            }
        }
        Ok(header)
    }
}

/// Text by text in the file's order; a value that is no text (some writers) is left out.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = Option::<serde_json::Map<String, serde_json::Value>>::deserialize(deserializer)?;
        let text = |(key, value): (String, serde_json::Value)| match value {
            serde_json::Value::String(value) => Some((key, value)),
            _ => None,
        };
        Ok(Self(map.unwrap_or_default().into_iter().filter_map(text).collect()))
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of extents")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Shape, A::Error> {
        let mut shape = Vec::new();
        while shape.len() < AXIS_LIMIT {
            match seq.next_element()? {
                Some(extent) => shape.push(extent),
                None => return Ok(Shape(shape)),
            }
        }
        match seq.next_element::<IgnoredAny>()? {
            Some(_) => Err(de::Error::custom(format_args!("more than {AXIS_LIMIT} axes"))),
            None => Ok(Shape(shape)),
        }
    }
}
