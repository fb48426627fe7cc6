//! A layer's ESD in, the columns of its Marchenko–Pastur bulk out.

use heavytail_fits::{MpFit, SquareLaw, mp_fit};
use heavytail_spectra::Esd;

use crate::analysis::fill_reason::add_reason;
use crate::columns_mp::{BULK_MAX, BULK_MIN, MP_SOFTRANK, NUM_SPIKES, SIGMA_MP, W_SCALE};
use crate::row::Row;

/// Sets the columns; `size` is N and M as the row reports them.
pub(crate) fn fill_mp(row: &mut Row, esd: &Esd, size: (usize, usize), compat: bool) {
    let Some(fit) = bulk(row, esd, size, compat) else { return };
    row.set(&NUM_SPIKES, fit.num_spikes);
    row.set(&SIGMA_MP, fit.sigma);
    row.set(&MP_SOFTRANK, fit.softrank);
    row.set(&W_SCALE, fit.w_scale);
    row.set(&BULK_MAX, fit.bulk_max);
    row.set(&BULK_MIN, fit.bulk_min);
}

/// The bulk of an ESD; where there is none the row says why.
pub(crate) fn bulk(row: &mut Row, esd: &Esd, (n, m): (usize, usize), compat: bool) -> Option<MpFit> {
    match mp_fit(esd.eigenvalues(), n, m, square_law(compat)) {
        Ok(fit) => {
            if !fit.feasible {
                add_reason(row, "no Marchenko–Pastur bulk lies under the spectrum");
            }
            Some(fit)
        }
        Err(failure) => {
            add_reason(row, &format!("no bulk: {failure}"));
            None
        }
    }
}

/// The law of a square matrix: the reference's does not scale with sigma.
pub(crate) fn square_law(compat: bool) -> SquareLaw {
    if compat { SquareLaw::Reference } else { SquareLaw::QuarterCircle }
}
