//! A row and a column in, the small number that is packed there out: how quantised weights lay their bits.

use std::ops::Range;

use crate::{Error, ErrorKind, TensorData};

/// The codes of a matrix.
pub(crate) enum Codes {
    /// One element a code, row-major, as its own type decodes.
    Numbers(TensorData),
    /// `bits` a code in a tensor of bytes or words, whose bytes are one row-major piece.
    Packed {
        /// The tensor.
        data: TensorData,
        /// Bits of a code, 1 to 8.
        bits: usize,
        /// Where a code's bits are.
        order: Order,
        /// What each code of four bits stands for; codes are integers where `None`.
        table: Option<[f32; 16]>,
    },
}

/// Where the bits of a code are. Words have 32 bits and are little-endian.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// Along the rows without gaps, low bits first; a row begins at a multiple of `row_bytes`.
    Rows {
        /// Bytes of a row.
        row_bytes: usize,
    },
    /// The matrix is stored turned: along the columns of `across` words, low bits first (GPTQ).
    Columns {
        /// Words of a stored row.
        across: usize,
    },
    /// Stored turned, eight columns of four bits to a word in the order 0 4 1 5 2 6 3 7 (AWQ).
    Interleaved {
        /// Words of a stored row.
        across: usize,
    },
    /// Along all rows without gaps, four bits a code, high bits first (bitsandbytes).
    HighFirst {
        /// Codes of a row.
        columns: usize,
    },
}

impl Codes {
    /// Packed codes, if the tensor's bytes are one piece.
    pub(crate) fn packed(
        data: TensorData,
        bits: usize,
        order: Order,
        table: Option<[f32; 16]>,
    ) -> Result<Self, Error> {
        if !data.is_one_piece() || !(1..=8).contains(&bits) {
            return Err(ErrorKind::UnknownPacking { packing: format!("{bits}-bit codes in a view") }.into());
        }
        Ok(Self::Packed { data, bits, order, table })
    }

    /// Writes what the codes of `row` from `column` on stand for; places outside the tensor read as zero.
    pub(crate) fn read(
        &self,
        row: usize,
        column: usize,
        columns: usize,
        out: &mut [f64],
    ) -> Result<(), Error> {
        match self {
            Self::Numbers(data) => data.decode(row.saturating_mul(columns).saturating_add(column), 1, out),
            Self::Packed { data, bits, order, table } => {
                let bytes = data.plain_bytes()?.unwrap_or_default();
                for (value, column) in out.iter_mut().zip(column..) {
                    let code = order.code(bytes, *bits, row, column);
                    *value = match table {
                        None => f64::from(code),
                        Some(table) => f64::from(table.get(usize::from(code)).copied().unwrap_or(f32::NAN)),
                    };
                }
                Ok(())
            }
        }
    }

    /// Gives back the pages under these rows, or all of them where rows are no runs of bytes.
    pub(crate) fn release(&self, rows: Range<usize>, columns: usize) {
        match self {
            Self::Numbers(data) => {
                data.release(rows.start.saturating_mul(columns)..rows.end.saturating_mul(columns));
            }
            Self::Packed { data, order: Order::Rows { row_bytes }, .. } => {
                let element =
                    |row: usize| row.saturating_mul(*row_bytes).checked_div(data.dtype().size()).unwrap_or(0);
                data.release(element(rows.start)..element(rows.end));
            }
            Self::Packed { data, .. } => data.release(0..data.len()),
        }
    }
}

impl Order {
    /// The code of this row and column.
    fn code(self, bytes: &[u8], bits: usize, row: usize, column: usize) -> u8 {
        match self {
            Self::Rows { row_bytes } => {
                let bit = column.saturating_mul(bits);
                let byte = row.saturating_mul(row_bytes).saturating_add(bit / 8);
                let both = u16::from_le_bytes([byte_at(bytes, byte), byte_at(bytes, byte.saturating_add(1))]);
                low_bits((both >> (bit % 8)).to_le_bytes(), bits)
            }
            Self::Columns { across } => {
                let bit = column.saturating_mul(bits);
                let word = (bit / 32).saturating_mul(across).saturating_add(row);
                let low = u64::from(word_at(bytes, word));
                // The bits above are only needed where a code straddles two words, as with three bits a code.
                let high = match bit % 32 + bits {
                    ..=32 => 0,
                    _ => u64::from(word_at(bytes, word.saturating_add(across))) << 32,
                };
                low_bits(((low | high) >> (bit % 32)).to_le_bytes(), bits)
            }
            Self::Interleaved { across } => {
                let word = column.saturating_mul(across).saturating_add(row / 8);
                let place = [0, 4, 1, 5, 2, 6, 3, 7].get(row % 8).copied().unwrap_or(0);
                low_bits((word_at(bytes, word) >> (4 * place)).to_le_bytes(), 4)
            }
            Self::HighFirst { columns } => {
                let place = row.saturating_mul(columns).saturating_add(column);
                let byte = byte_at(bytes, place / 2);
                if place.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
            }
        }
    }
}

fn byte_at(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

fn word_at(bytes: &[u8], word: usize) -> u32 {
    let (words, _) = bytes.as_chunks::<4>();
    words.get(word).map_or(0, |word| u32::from_le_bytes(*word))
}

/// The lowest bits of a little-endian number.
fn low_bits<const N: usize>(number: [u8; N], bits: usize) -> u8 {
    let mask = 0xff_u8.checked_shr(8_u32.saturating_sub(u32::try_from(bits).unwrap_or(8))).unwrap_or(0);
    number.first().copied().unwrap_or(0) & mask
}
