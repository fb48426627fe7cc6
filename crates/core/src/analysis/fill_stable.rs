//! A layer's fitted eigenvalues and their power law in, the columns of the stable alpha out.

use heavytail_fits::{CheckedPowerLawOptions, PowerLaw, stable_alpha};

use crate::columns_stable::{
    ALPHA_ALT, ALPHA_STABLE, ALPHA_STABLE_SPREAD, AMBIGUOUS, TAIL_EFFECTIVE, XMIN_ALT,
};
use crate::row::Row;

/// Sets the columns, which stay null where the average has no value; what the choice of the tail adds to the variance of
/// ln(alpha − 1).
pub(crate) fn fill_stable(
    row: &mut Row,
    eigenvalues: &[f64],
    law: &PowerLaw,
    options: &CheckedPowerLawOptions,
) -> f64 {
    let Ok(stable) = stable_alpha(eigenvalues, law, options) else { return 0.0 };
    row.set(&ALPHA_STABLE, stable.alpha_stable);
    row.set(&ALPHA_STABLE_SPREAD, stable.alpha_stable_spread);
    row.set(&TAIL_EFFECTIVE, stable.tail_effective);
    row.set(&AMBIGUOUS, stable.ambiguous());
    if let Some(rival) = stable.rival {
        row.set(&ALPHA_ALT, rival.alpha);
        row.set(&XMIN_ALT, rival.xmin);
    }
    stable.choice_variance
}
