//! Bytes of Parquet's run-length and bit-packing hybrid in, small numbers out: levels, flags and dictionary indices.

use crate::parquet_thrift::{Damaged, Thrift};

/// Reads `count` numbers of `width` bits each. A run may say that it is longer than what is asked for.
pub(crate) fn hybrid(bytes: &[u8], width: u8, count: usize) -> Result<Vec<u32>, Damaged> {
    if width > 32 {
        return Err(Damaged("numbers of more than 32 bits"));
    }
    let short = Damaged("a page ends within its numbers");
    let mut numbers: Vec<u32> = Vec::new();
    let mut rest = bytes;
    while numbers.len() < count {
        let mut thrift = Thrift::new(rest);
        let header = thrift.varint()?;
        rest = thrift.rest();
        let length = usize::try_from(header >> 1).map_err(|_| short)?;
        let wanted = count - numbers.len();
        if header & 1 == 1 {
            // So many groups of eight numbers, packed from the lowest bit on; the last group may be cut short.
            let size = length.checked_mul(usize::from(width)).ok_or(short)?;
            let (packed, after) = rest.split_at(size.min(rest.len()));
            let there = length.saturating_mul(8).min(wanted);
            if packed.len() * 8 < there.saturating_mul(usize::from(width)) || length == 0 {
                return Err(short);
            }
            numbers.extend((0..there).map(|index| bits(packed, index * usize::from(width), width)));
            rest = after;
        } else {
            let (value, after) = rest.split_at_checked(usize::from(width).div_ceil(8)).ok_or(short)?;
            if length == 0 {
                return Err(Damaged("a run of nothing"));
            }
            let value = value.iter().rev().fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
            numbers.extend(std::iter::repeat_n(value, length.min(wanted)));
            rest = after;
        }
    }
    Ok(numbers)
}

/// The number of `width` bits that starts at this bit.
fn bits(packed: &[u8], start: usize, width: u8) -> u32 {
    (0..usize::from(width)).fold(0, |number, bit| {
        let place = start + bit;
        let byte = packed.get(place / 8).copied().unwrap_or(0);
        number | u32::from(byte >> (place % 8) & 1) << bit
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the format's own documentation: 0 to 7 in three bits each.
    #[test]
    fn packed_numbers_start_at_the_lowest_bit() {
        let bytes = [0b0000_0011, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        assert_eq!(hybrid(&bytes, 3, 8), Ok(vec![0, 1, 2, 3, 4, 5, 6, 7]));
    }

    #[test]
    fn runs_repeat_and_end_where_enough_is_read() {
        assert_eq!(hybrid(&[10 << 1, 4], 3, 7), Ok(vec![4; 7]));
        assert_eq!(hybrid(&[2 << 1, 1, 3 << 1, 0], 1, 5), Ok(vec![1, 1, 0, 0, 0]));
        assert_eq!(hybrid(&[2 << 1, 0x34, 0x12], 16, 2), Ok(vec![0x1234; 2]));
    }

    #[test]
    fn what_is_short_or_empty_is_refused() {
        for bytes in [&[][..], &[0], &[1], &[2 << 1 | 1, 0xff], &[0xff; 12]] {
            assert!(hybrid(bytes, 8, 9).is_err(), "{bytes:?}");
        }
        assert!(hybrid(&[2], 33, 1).is_err());
    }
}
