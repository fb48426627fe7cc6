//! MessagePack bytes in, one value after the other out: texts, numbers, and where everything longer lies.
//!
//! A value is read without the ones inside it; the caller walks maps and lists by their counts. The bytes of arrays are
//! stepped over, not looked at.

use crate::Error;
use crate::cursor::{Cursor, to_usize};

pub(crate) const FORMAT: &str = "MessagePack";

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// So many pairs follow.
    Map(usize),
    /// So many values follow.
    List(usize),
    Text(&'a str),
    /// A number that is not negative.
    Whole(u64),
    /// Bytes: where they begin, counted as the cursor does, and how many there are.
    Bytes(usize, usize),
    /// Bytes of a type that the application defines.
    Typed(i8, usize, usize),
    /// Nothing, a truth value, a float, a negative number.
    Other,
}

/// Reads the next value.
///
/// # Errors
/// The bytes end inside it, or it is of no kind that the format has.
pub(crate) fn next<'a>(cursor: &mut Cursor<'a>) -> Result<Value<'a>, Error> {
    let kind = cursor.u8()?;
    let low = |mask: u8| usize::from(kind & mask);
    Ok(match kind {
        0x00..=0x7f => Value::Whole(u64::from(kind)),
        0x80..=0x8f => Value::Map(low(0x0f)),
        0x90..=0x9f => Value::List(low(0x0f)),
        0xa0..=0xbf => text(cursor, low(0x1f))?,
        0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => Value::Other,
        0xc4..=0xc6 => {
            let len = length(cursor, kind & 3)?;
            Value::Bytes(cursor.position(), stepped_over(cursor, len)?)
        }
        0xc7..=0xc9 => {
            let len = length(cursor, (kind & 15).wrapping_sub(7))?;
            typed(cursor, len)?
        }
        0xca | 0xd2 => other(cursor, 4)?,
        0xcb | 0xd3 => other(cursor, 8)?,
        0xcc => Value::Whole(u64::from(cursor.u8()?)),
        0xcd => Value::Whole(u64::from(u16::from_be_bytes(cursor.array()?))),
        0xce => Value::Whole(u64::from(u32::from_be_bytes(cursor.array()?))),
        0xcf => Value::Whole(u64::from_be_bytes(cursor.array()?)),
        0xd0 => other(cursor, 1)?,
        0xd1 => other(cursor, 2)?,
        0xd4..=0xd8 => {
            let len = 1_usize << (kind & 15).wrapping_sub(4);
            typed(cursor, len)?
        }
        0xd9..=0xdb => {
            let len = length(cursor, (kind & 3).wrapping_sub(1))?;
            text(cursor, len)?
        }
        0xdc => Value::List(length(cursor, 1)?),
        0xdd => Value::List(length(cursor, 2)?),
        0xde => Value::Map(length(cursor, 1)?),
        0xdf => Value::Map(length(cursor, 2)?),
        0xc1 => return Err(cursor.bad_value("the kind of a value", u64::from(kind))),
    })
}

/// A length of one, two or four bytes, most significant first.
fn length(cursor: &mut Cursor<'_>, size: u8) -> Result<usize, Error> {
    Ok(match size {
        0 => usize::from(cursor.u8()?),
        1 => usize::from(u16::from_be_bytes(cursor.array()?)),
        _ => to_usize(u64::from(u32::from_be_bytes(cursor.array()?))),
    })
}

fn text<'a>(cursor: &mut Cursor<'a>, len: usize) -> Result<Value<'a>, Error> {
    let text = std::str::from_utf8(cursor.take(len)?);
    text.map(Value::Text).map_err(|_| cursor.malformed("a text is no UTF-8"))
}

fn typed<'a>(cursor: &mut Cursor<'a>, len: usize) -> Result<Value<'a>, Error> {
    let kind = i8::from_be_bytes(cursor.array()?);
    Ok(Value::Typed(kind, cursor.position(), stepped_over(cursor, len)?))
}

fn other<'a>(cursor: &mut Cursor<'a>, len: usize) -> Result<Value<'a>, Error> {
    cursor.skip(len)?;
    Ok(Value::Other)
}

fn stepped_over(cursor: &mut Cursor<'_>, len: usize) -> Result<usize, Error> {
    cursor.skip(len)?;
    Ok(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Result<Value<'_>, Error> {
        next(&mut Cursor::new(bytes, FORMAT))
    }

    #[test]
    fn values_of_every_kind_are_told_apart() {
        assert_eq!(of(&[0x82]).unwrap(), Value::Map(2));
        assert_eq!(of(&[0xde, 1, 0]).unwrap(), Value::Map(256));
        assert_eq!(of(&[0xdf, 0, 1, 0, 0]).unwrap(), Value::Map(65536));
        assert_eq!(of(&[0x93]).unwrap(), Value::List(3));
        assert_eq!(of(&[0xdc, 0, 7]).unwrap(), Value::List(7));
        assert_eq!(of(b"\xa2hi").unwrap(), Value::Text("hi"));
        assert_eq!(of(b"\xd9\x02hi").unwrap(), Value::Text("hi"));
        assert_eq!(of(b"\xda\x00\x02hi").unwrap(), Value::Text("hi"));
        assert_eq!(of(&[0x7f]).unwrap(), Value::Whole(127));
        assert_eq!(of(&[0xcd, 1, 0]).unwrap(), Value::Whole(256));
        assert_eq!(of(&[0xc4, 2, 9, 9]).unwrap(), Value::Bytes(2, 2));
        assert_eq!(of(&[0xc5, 0, 1, 9]).unwrap(), Value::Bytes(3, 1));
        assert_eq!(of(&[0xc7, 2, 1, 9, 9]).unwrap(), Value::Typed(1, 3, 2));
        assert_eq!(of(&[0xd6, 1, 0, 0, 0, 0]).unwrap(), Value::Typed(1, 2, 4));
        assert_eq!(of(&[0xc0]).unwrap(), Value::Other);
        assert_eq!(of(&[0xcb, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap(), Value::Other);
    }

    #[test]
    fn what_ends_too_early_is_refused() {
        for bytes in [
            &[][..],
            &[0xc1],
            &[0xdb, 0xff, 0xff, 0xff, 0xff],
            &[0xc6, 0, 0, 1, 0, 1],
            &[0xd8, 1],
            b"\xa1\xff",
        ] {
            assert!(of(bytes).is_err(), "{bytes:?}");
        }
    }
}
