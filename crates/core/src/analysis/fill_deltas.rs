//! A layer's ESD in, the column of the gaps between its eigenvalues out.

use heavytail_fits::spacing_ratio;
use heavytail_spectra::Esd;

use crate::columns_spectrum::SPACING_RATIO;
use crate::row::Row;

/// Sets the column; fewer than three different eigenvalues have no two gaps to compare.
pub(crate) fn fill_deltas(row: &mut Row, esd: &Esd) {
    if let Some(ratio) = spacing_ratio(esd.eigenvalues()) {
        row.set(&SPACING_RATIO, ratio);
    }
}
