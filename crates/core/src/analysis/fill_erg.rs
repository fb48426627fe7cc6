//! A layer's ESD and its tail in, the columns of the tail whose product is one out.

use heavytail_fits::det_x;
use heavytail_spectra::Esd;

use crate::analysis::fill_reason::add_reason;
use crate::columns_erg::{DETX_NUM, DETX_VAL, DETX_VAL_UNRESCALED, ERG_GAP, NUM_ERG_SPIKES};
use crate::columns_fit::NUM_PL_SPIKES;
use crate::row::Row;

/// Sets the columns. A failed fit has no gap; the reference counts its −1.
pub(crate) fn fill_erg(row: &mut Row, esd: &Esd, compat: bool) {
    let eigenvalues = esd.eigenvalues();
    let mut found = match det_x(eigenvalues) {
        Ok(found) => found,
        Err(failure) => return add_reason(row, &format!("no tail of product one: {failure}")),
    };
    if compat && found.product_overflows {
        let scale = found.scaled_value / found.value;
        (found.num, found.value) = (eigenvalues.len(), eigenvalues[1]);
        found.scaled_value = scale * found.value;
    }
    row.set(&DETX_NUM, found.num);
    row.set(&NUM_ERG_SPIKES, found.num);
    row.set(&DETX_VAL, found.value);
    row.set(&DETX_VAL_UNRESCALED, found.scaled_value);
    if let Some(tail) = row.integer(&NUM_PL_SPIKES).filter(|tail| *tail >= 0 || compat) {
        let num = i64::try_from(found.num).unwrap_or(i64::MAX);
        row.set(&ERG_GAP, num - tail);
    }
}
