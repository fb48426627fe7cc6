//! The pages of one Parquet column in, its fields out: plain and dictionary encodings, with or without snappy.

use crate::parquet_footer::{Chunk, Leaf, Physical};
use crate::parquet_rle::hybrid;
use crate::parquet_thrift::{Damaged, TRUE, Thrift};
use crate::saved_rows::Field;

/// Unpacked bytes of one page. Writers aim at 1 MiB.
const LARGEST_PAGE: usize = 64 << 20;

/// Bytes of text in a whole table: a dictionary lets a small file name a long text often.
pub(crate) const MOST_TEXT: usize = 256 << 20;

/// Why a column's values can't be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// The file is damaged.
    Damaged(Damaged),
    /// The number of an encoding that is not unpacked.
    Encoding(i64),
}

impl From<Damaged> for Unread {
    fn from(damaged: Damaged) -> Self {
        Self::Damaged(damaged)
    }
}

#[derive(Default)]
struct PageHeader {
    kind: i64,
    unpacked: i64,
    packed: i64,
    values: i64,
    encoding: i64,
    /// Bytes of definition levels and of repetition levels, in pages of version 2.
    levels: (i64, i64),
    plain: bool,
}

const DATA: i64 = 0;
const DICTIONARY: i64 = 2;
const DATA_V2: i64 = 3;

/// Reads all values of a chunk, nulls among them. `text` is what is left of [`MOST_TEXT`].
pub(crate) fn fields(
    file: &[u8],
    chunk: &Chunk,
    leaf: &Leaf,
    physical: Physical,
    text: &mut usize,
) -> Result<Vec<Field>, Unread> {
    let outside = Damaged("a column lies outside of it");
    let start = usize::try_from(chunk.start).map_err(|_| outside)?;
    let length = usize::try_from(chunk.length).map_err(|_| outside)?;
    let mut bytes = start.checked_add(length).and_then(|end| file.get(start..end)).ok_or(outside)?;
    let wanted = usize::try_from(chunk.values).map_err(|_| Damaged("a negative number of values"))?;
    let mut dictionary = Vec::new();
    let mut fields: Vec<Field> = Vec::new();
    while fields.len() < wanted {
        let mut thrift = Thrift::new(bytes);
        let header = header(&mut thrift)?;
        let packed = usize::try_from(header.packed).map_err(|_| Damaged("a page of negative size"))?;
        let (page, rest) =
            thrift.rest().split_at_checked(packed).ok_or(Damaged("a page is longer than its column"))?;
        bytes = rest;
        let count = usize::try_from(header.values).map_err(|_| Damaged("a negative number of values"))?;
        match header.kind {
            DICTIONARY if count > wanted => {
                return Err(Damaged("a dictionary has more values than its column").into());
            }
            DICTIONARY => {
                let page = unpacked(page, &header, chunk.codec)?;
                dictionary = plain(&page, physical, count, text)?;
            }
            DATA | DATA_V2 if count <= wanted - fields.len() => {
                let (levels, values) = parts(page, &header, chunk.codec, leaf.optional, count)?;
                let there = levels.iter().filter(|level| **level == 1).count();
                let values = decoded(&values, header.encoding, physical, there, &dictionary, text)?;
                let mut values = values.into_iter();
                fields.extend(levels.iter().map(|level| match level {
                    1 => values.next().unwrap_or(Field::Null),
                    _ => Field::Null,
                }));
            }
            DATA | DATA_V2 => return Err(Damaged("a column has more values than it says").into()),
            _ => {}
        }
    }
    Ok(fields)
}

fn header(thrift: &mut Thrift<'_>) -> Result<PageHeader, Damaged> {
    let mut header = PageHeader::default();
    thrift.fields(|thrift, id, kind| {
        match id {
            1 => header.kind = thrift.integer(kind)?,
            2 => header.unpacked = thrift.integer(kind)?,
            3 => header.packed = thrift.integer(kind)?,
            5 | 7 | 8 => {
                Thrift::expect_struct(kind)?;
                let second = id == 8;
                thrift.fields(|thrift, id, kind| {
                    match (id, second) {
                        (1, _) => header.values = thrift.integer(kind)?,
                        (2, false) | (4, true) => header.encoding = thrift.integer(kind)?,
                        (5, true) => header.levels.0 = thrift.integer(kind)?,
                        (6, true) => header.levels.1 = thrift.integer(kind)?,
                        // Compressed unless it says no.
                        (7, true) => header.plain = kind != TRUE,
                        _ => thrift.skip(kind)?,
                    }
                    Ok(())
                })?;
            }
            _ => thrift.skip(kind)?,
        }
        Ok(())
    })?;
    Ok(header)
}

fn unpacked(page: &[u8], header: &PageHeader, codec: i64) -> Result<Vec<u8>, Damaged> {
    if codec == 0 || header.plain {
        return Ok(page.to_vec());
    }
    let wrong = Damaged("a page can't be unpacked");
    let size = snap::raw::decompress_len(page).map_err(|_| wrong)?;
    if size > LARGEST_PAGE || i64::try_from(size).ok() > Some(header.unpacked) {
        return Err(Damaged("a page unpacks to more than it says"));
    }
    snap::raw::Decoder::new().decompress_vec(page).map_err(|_| wrong)
}

/// A data page's definition levels, 1 for a value and 0 for a null, and the bytes of its values.
fn parts(
    page: &[u8],
    header: &PageHeader,
    codec: i64,
    optional: bool,
    count: usize,
) -> Result<(Vec<u32>, Vec<u8>), Damaged> {
    let short = Damaged("a page ends within its levels");
    if header.kind == DATA_V2 {
        let (definition, repetition) = header.levels;
        let size = |length: i64| usize::try_from(length).map_err(|_| short);
        let (_, rest) = page.split_at_checked(size(repetition)?).ok_or(short)?;
        let (levels, values) = rest.split_at_checked(size(definition)?).ok_or(short)?;
        let levels = if optional { hybrid(levels, 1, count)? } else { vec![1; count] };
        return Ok((levels, unpacked(values, header, codec)?));
    }
    let page = unpacked(page, header, codec)?;
    if !optional {
        return Ok((vec![1; count], page));
    }
    let (length, rest) = page.split_first_chunk::<4>().ok_or(short)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| short)?;
    let (levels, values) = rest.split_at_checked(length).ok_or(short)?;
    Ok((hybrid(levels, 1, count)?, values.to_vec()))
}

fn decoded(
    bytes: &[u8],
    encoding: i64,
    physical: Physical,
    count: usize,
    dictionary: &[Field],
    text: &mut usize,
) -> Result<Vec<Field>, Unread> {
    match encoding {
        0 => Ok(plain(bytes, physical, count, text)?),
        // Dictionary indices, of old and of today.
        2 | 8 => {
            // A page of nulls has not even the width.
            let Some((width, packed)) = bytes.split_first() else {
                return if count == 0 { Ok(Vec::new()) } else { Err(Damaged("a page has no values").into()) };
            };
            let indices = hybrid(packed, *width, count)?;
            let mut fields = Vec::with_capacity(indices.len());
            for index in indices {
                let field = usize::try_from(index).ok().and_then(|index| dictionary.get(index));
                let field = field.ok_or(Damaged("a value is not in its dictionary"))?;
                spend(field, text)?;
                fields.push(field.clone());
            }
            Ok(fields)
        }
        3 if physical == Physical::Boolean => {
            let (_, packed) = bytes.split_first_chunk::<4>().ok_or(Damaged("a page has no values"))?;
            Ok(hybrid(packed, 1, count)?.into_iter().map(|flag| Field::Flag(flag == 1)).collect())
        }
        other => Err(Unread::Encoding(other)),
    }
}

fn spend(field: &Field, text: &mut usize) -> Result<(), Damaged> {
    if let Field::Text(words) = field {
        *text = text.checked_sub(words.len()).ok_or(Damaged("its texts are longer than any table's"))?;
    }
    Ok(())
}

/// Values one after the other, little-endian.
fn plain(bytes: &[u8], physical: Physical, count: usize, text: &mut usize) -> Result<Vec<Field>, Damaged> {
    let short = Damaged("a page ends within its values");
    let of_width = |width: usize| {
        let length = count.checked_mul(width).ok_or(short)?;
        bytes.get(..length).ok_or(short)
    };
    match physical {
        Physical::Boolean => {
            let bits = bytes.get(..count.div_ceil(8)).ok_or(short)?;
            let flags = bits.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
            Ok(flags.take(count).map(Field::Flag).collect())
        }
        Physical::Int32 => {
            Ok(chunks(of_width(4)?).map(|value| Field::Integer(i32::from_le_bytes(value).into())).collect())
        }
        Physical::Int64 => {
            Ok(chunks(of_width(8)?).map(|value| Field::Integer(i64::from_le_bytes(value))).collect())
        }
        Physical::Float => {
            Ok(chunks(of_width(4)?).map(|value| Field::Float(f32::from_le_bytes(value).into())).collect())
        }
        Physical::Double => {
            Ok(chunks(of_width(8)?).map(|value| Field::Float(f64::from_le_bytes(value))).collect())
        }
        Physical::ByteArray => {
            let mut rest = bytes;
            let mut fields = Vec::new();
            for _ in 0..count {
                let (length, after) = rest.split_first_chunk::<4>().ok_or(short)?;
                let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| short)?;
                let (words, after) = after.split_at_checked(length).ok_or(short)?;
                let field = Field::Text(String::from_utf8_lossy(words).into_owned());
                spend(&field, text)?;
                fields.push(field);
                rest = after;
            }
            Ok(fields)
        }
    }
}

fn chunks<const WIDTH: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; WIDTH]> {
    bytes.as_chunks().0.iter().copied()
}
