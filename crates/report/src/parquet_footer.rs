//! A Parquet file in, its plain columns and where their pages lie out (the format's `parquet.thrift`, version 2.10).

use crate::parquet_thrift::{Damaged, Thrift};

/// The physical types that a column of ours can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Physical {
    /// One bit a value.
    Boolean,
    /// Four bytes.
    Int32,
    /// Eight bytes.
    Int64,
    /// Four bytes.
    Float,
    /// Eight bytes.
    Double,
    /// A length and so many bytes.
    ByteArray,
}

/// A column without columns inside.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// Its name.
    pub(crate) name: String,
    /// Its type; none for one that no column of ours has, or one that is nested or repeated.
    pub(crate) physical: Option<Physical>,
    /// Whether it may have nulls, and so has definition levels.
    pub(crate) optional: bool,
}

/// The pages of one column in one row group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunk {
    /// The column's name; empty for one inside another.
    pub(crate) name: String,
    /// Number of its codec, 0 for none and 1 for snappy.
    pub(crate) codec: i64,
    /// Values with nulls.
    pub(crate) values: i64,
    /// First byte of its first page.
    pub(crate) start: i64,
    /// Bytes of all its pages.
    pub(crate) length: i64,
}

/// A row group: so many rows, and a chunk a column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// Number of rows.
    pub(crate) rows: i64,
    /// One a column.
    pub(crate) chunks: Vec<Chunk>,
}

/// What the footer says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Footer {
    /// The top columns.
    pub(crate) columns: Vec<Leaf>,
    /// The row groups, in order.
    pub(crate) groups: Vec<Group>,
}

const MAGIC: &[u8; 4] = b"PAR1";

/// Reads the footer: its length and the magic end the file.
pub(crate) fn footer(file: &[u8]) -> Result<Footer, Damaged> {
    let body = file.strip_suffix(MAGIC).ok_or(Damaged("it doesn't end as one, so it may be cut off"))?;
    let (body, length) = body.split_last_chunk::<4>().ok_or(Damaged("it has no footer"))?;
    let start =
        usize::try_from(u32::from_le_bytes(*length)).ok().and_then(|length| body.len().checked_sub(length));
    let bytes =
        start.and_then(|start| body.get(start..)).ok_or(Damaged("its footer is longer than the file"))?;
    let mut footer = Footer::default();
    let mut elements = Vec::new();
    Thrift::new(bytes).fields(|thrift, id, kind| match id {
        2 => thrift.list(kind, |thrift, kind| {
            elements.push(element(thrift, kind)?);
            Ok(())
        }),
        4 => thrift.list(kind, |thrift, kind| {
            footer.groups.push(group(thrift, kind)?);
            Ok(())
        }),
        _ => thrift.skip(kind),
    })?;
    footer.columns = top(&elements)?;
    Ok(footer)
}

/// A schema element; the schema is a tree in depth-first order.
#[derive(Default)]
struct Element {
    name: String,
    physical: i64,
    repetition: i64,
    children: usize,
}

fn element(thrift: &mut Thrift<'_>, kind: u8) -> Result<Element, Damaged> {
    Thrift::expect_struct(kind)?;
    let mut element = Element { physical: -1, ..Element::default() };
    thrift.fields(|thrift, id, kind| {
        match id {
            1 => element.physical = thrift.integer(kind)?,
            3 => element.repetition = thrift.integer(kind)?,
            4 => element.name = words(thrift.binary(kind)?),
            5 => element.children = usize::try_from(thrift.integer(kind)?).unwrap_or(0),
            _ => thrift.skip(kind)?,
        }
        Ok(())
    })?;
    Ok(element)
}

/// The columns right below the root.
fn top(elements: &[Element]) -> Result<Vec<Leaf>, Damaged> {
    let (root, rest) = elements.split_first().ok_or(Damaged("it has no schema"))?;
    let mut columns = Vec::new();
    let mut place = 0;
    for _ in 0..root.children {
        let element = rest.get(place).ok_or(Damaged("its schema lacks columns"))?;
        // Elements below this one, of any depth, are passed over.
        let mut open = 1_usize;
        while open > 0 {
            let inner = rest.get(place).ok_or(Damaged("its schema lacks columns"))?;
            open = (open - 1).saturating_add(inner.children);
            place += 1;
        }
        let plain = element.children == 0 && element.repetition < 2;
        columns.push(Leaf {
            name: element.name.clone(),
            physical: physical(element.physical).filter(|_| plain),
            optional: element.repetition == 1,
        });
    }
    Ok(columns)
}

fn physical(number: i64) -> Option<Physical> {
    match number {
        0 => Some(Physical::Boolean),
        1 => Some(Physical::Int32),
        2 => Some(Physical::Int64),
        4 => Some(Physical::Float),
        5 => Some(Physical::Double),
        6 => Some(Physical::ByteArray),
        _ => None,
    }
}

fn group(thrift: &mut Thrift<'_>, kind: u8) -> Result<Group, Damaged> {
    Thrift::expect_struct(kind)?;
    let mut group = Group::default();
    thrift.fields(|thrift, id, kind| match id {
        1 => thrift.list(kind, |thrift, kind| {
            Thrift::expect_struct(kind)?;
            let mut found = Chunk::default();
            thrift.fields(|thrift, id, kind| {
                if id == 3 {
                    found = chunk(thrift, kind)?;
                    Ok(())
                } else {
                    thrift.skip(kind)
                }
            })?;
            group.chunks.push(found);
            Ok(())
        }),
        3 => {
            group.rows = thrift.integer(kind)?;
            Ok(())
        }
        _ => thrift.skip(kind),
    })?;
    Ok(group)
}

fn chunk(thrift: &mut Thrift<'_>, kind: u8) -> Result<Chunk, Damaged> {
    Thrift::expect_struct(kind)?;
    let mut chunk = Chunk::default();
    let mut path = Vec::new();
    let mut dictionary = None;
    thrift.fields(|thrift, id, kind| {
        match id {
            3 => thrift.list(kind, |thrift, kind| {
                path.push(words(thrift.binary(kind)?));
                Ok(())
            })?,
            4 => chunk.codec = thrift.integer(kind)?,
            5 => chunk.values = thrift.integer(kind)?,
            7 => chunk.length = thrift.integer(kind)?,
            9 => chunk.start = thrift.integer(kind)?,
            11 => dictionary = Some(thrift.integer(kind)?),
            _ => thrift.skip(kind)?,
        }
        Ok(())
    })?;
    // The dictionary, where there is one, lies before the data; some writers say 0 for none.
    if let Some(start) = dictionary.filter(|start| *start > 0) {
        chunk.start = chunk.start.min(start);
    }
    if let [name] = &path[..] {
        chunk.name.clone_from(name);
    }
    Ok(chunk)
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
