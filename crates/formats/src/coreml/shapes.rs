//! Shapes and numbers of a program in, what they say of blocks, palettes and axes out.

use crate::Error;
use crate::coreml::malformed;

/// How many indices of each axis a block has, where there are so many blocks along it.
pub(super) fn blocks(shape: &[usize], blocks: &[usize]) -> Result<Vec<usize>, Error> {
    let fits = |(&extent, &blocks): (&usize, &usize)| {
        extent.checked_div(blocks).filter(|block| block.checked_mul(blocks) == Some(extent))
    };
    let found: Option<Vec<usize>> = shape.iter().zip(blocks).map(fits).collect();
    let fit = found.filter(|found| found.len() == shape.len() && blocks.len() == shape.len());
    fit.ok_or_else(|| malformed("blocks do not divide the shape"))
}

/// Entries of a table and elements of an entry.
pub(super) fn entries_of(shape: &[usize]) -> (usize, usize) {
    match shape {
        [entries] => (*entries, 1),
        [.., entries, size] => (*entries, *size),
        [] => (0, 0),
    }
}

/// The bits of an index into so many entries, if it has a number of bits that the format knows.
pub(super) fn bits_of(entries: usize) -> Option<usize> {
    [1_usize, 2, 3, 4, 6, 8]
        .into_iter()
        .find(|bits| u32::try_from(*bits).is_ok_and(|bits| 1_usize.checked_shl(bits) == Some(entries)))
}

/// An index below `end`; negative ones count from there.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "checked: the number is whole and below the end"
)]
pub(super) fn index(number: f64, end: u64) -> Result<usize, Error> {
    let number = if number < 0.0 { number + end as f64 } else { number };
    let whole = (0.0..end as f64).contains(&number) && number.fract().abs() < f64::EPSILON;
    if whole { Ok(number as usize) } else { Err(malformed("an axis or an extent is out of range")) }
}
