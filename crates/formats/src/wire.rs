//! Protobuf bytes in, field numbers and values out: the wire format alone, without any schema.
//!
//! ONNX, TensorFlow and Core ML describe their models in protobuf. A reader needs a handful of their fields, so it
//! walks the wire and names what it wants; everything else is stepped over, whatever version wrote it.

use crate::Error;
use crate::cursor::Cursor;

/// Bytes of a file and where in it they begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) start: usize,
}

impl<'a> Piece<'a> {
    /// All of a file.
    pub(crate) fn whole(bytes: &'a [u8]) -> Self {
        Self { bytes, start: 0 }
    }

    /// The bytes as text; protobuf strings are UTF-8, and what is not becomes replacement characters.
    pub(crate) fn text(self) -> String {
        String::from_utf8_lossy(self.bytes).into_owned()
    }
}

/// A field's value, by its wire type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    /// Integers, booleans and enums.
    Varint(u64),
    /// Eight bytes, which no field that we read has.
    Fixed64,
    /// Texts, messages and packed lists.
    Bytes(Piece<'a>),
    /// Four bytes: a float, or a checksum.
    Fixed32([u8; 4]),
}

impl<'a> Value<'a> {
    /// The bytes, where it has some.
    pub(crate) fn piece(self) -> Option<Piece<'a>> {
        if let Self::Bytes(piece) = self { Some(piece) } else { None }
    }
}

/// One message, walked field by field.
#[derive(Clone, Debug)]
pub(crate) struct Message<'a> {
    cursor: Cursor<'a>,
    start: usize,
}

impl<'a> Message<'a> {
    /// Starts at the first field; `format` is the name that errors give.
    pub(crate) fn new(piece: Piece<'a>, format: &'static str) -> Self {
        Self { cursor: Cursor::new(piece.bytes, format), start: piece.start }
    }

    /// The next field's number and value.
    ///
    /// # Errors
    /// The message ends inside the field, or a tag breaks the rules.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Value<'a>)>, Error> {
        if self.cursor.left() == 0 {
            return Ok(None);
        }
        let tag = varint(&mut self.cursor)?;
        let (field, wire_type) = (tag >> 3, tag & 7);
        if field == 0 {
            return Err(self.cursor.malformed("a field has the number 0"));
        }
        let value = match wire_type {
            0 => Value::Varint(varint(&mut self.cursor)?),
            1 => {
                self.cursor.take(8)?;
                Value::Fixed64
            }
            2 => {
                let length = varint(&mut self.cursor)?;
                let start = self.start.saturating_add(self.cursor.position());
                let bytes = self.cursor.take(crate::cursor::to_usize(length))?;
                Value::Bytes(Piece { bytes, start })
            }
            5 => Value::Fixed32(self.cursor.array()?),
            other => return Err(self.cursor.bad_value("a wire type", other)),
        };
        Ok(Some((field, value)))
    }

    /// The first value of this field, where there is one.
    pub(crate) fn find(&self, wanted: u64) -> Result<Option<Value<'a>>, Error> {
        let mut walk = self.clone();
        while let Some((field, value)) = walk.next()? {
            if field == wanted {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }
}

/// A number in seven bits a byte, least significant first.
pub(crate) fn varint(cursor: &mut Cursor<'_>) -> Result<u64, Error> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = cursor.u8()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(cursor.malformed("a number runs on past ten bytes"))
}

/// The varints of a packed list, or the one of an unpacked field.
pub(crate) fn varints(value: Value<'_>, format: &'static str) -> Result<Vec<u64>, Error> {
    match value {
        Value::Varint(number) => Ok(vec![number]),
        Value::Bytes(piece) => {
            let mut cursor = Cursor::new(piece.bytes, format);
            let mut numbers = Vec::new();
            while cursor.left() > 0 {
                numbers.push(varint(&mut cursor)?);
            }
            Ok(numbers)
        }
        Value::Fixed64 | Value::Fixed32(_) => {
            Err(Cursor::new(&[], format).malformed("a list of integers is of another type"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_every_wire_type_are_walked() {
        let bytes =
            [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 1, 2, 3, 4, 0x21, 0, 0, 0, 0, 0, 0, 0, 0];
        let mut message = Message::new(Piece::whole(&bytes), "test");
        let first = message.next().unwrap().unwrap();
        assert!(matches!(first, (1, Value::Varint(150))));
        let (field, value) = message.next().unwrap().unwrap();
        let piece = value.piece().unwrap();
        assert_eq!((field, piece.text().as_str(), piece.start), (2, "hi", 5));
        assert!(matches!(message.next().unwrap(), Some((3, Value::Fixed32([1, 2, 3, 4])))));
        assert!(matches!(message.next().unwrap(), Some((4, Value::Fixed64))));
        assert!(message.next().unwrap().is_none());
    }

    #[test]
    fn lengths_past_the_end_and_endless_numbers_are_refused() {
        for bytes in [&[0x12, 0x05, 1][..], &[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]]
        {
            assert!(Message::new(Piece::whole(bytes), "test").next().is_err());
        }
        assert!(varint(&mut Cursor::new(&[0xff; 11], "test")).is_err());
        assert!(Message::new(Piece::whole(&[0x0b]), "test").next().is_err(), "groups are refused");
        assert!(Message::new(Piece::whole(&[0x00, 0x00]), "test").next().is_err());
    }
}
