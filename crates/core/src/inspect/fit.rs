//! Eigenvalues from anywhere in, the row and the curves that a layer with them would have out.

use heavytail_spectra::Esd;

use crate::analysis::analyze_layer::curves;
use crate::analysis::fill_fit::fill_fit;
use crate::analysis::tail_fit::TailFitter;
use crate::checked::CheckedOptions;
use crate::details::Details;
use crate::error::Error;
use crate::row::Row;

/// Fits eigenvalues, given in any order, as the tail of a layer: a table of one row with the columns of the fit, and its
/// curves. A fit that fails is the row's reason.
///
/// # Errors
/// No value, or one that is NaN or infinite.
///
/// ```
/// use heavytail::{AnalyzeOptions, column::find, inspect::fit};
///
/// let pareto = (1..=200).map(|i| f64::from(i).powf(-0.5) * 100.0).collect();
/// let table = fit(pareto, &AnalyzeOptions::default().check()?)?;
/// let alpha = find("alpha").and_then(|column| table.rows[0].number(column));
/// assert!(alpha.is_some_and(|alpha| (alpha - 3.0).abs() < 0.3));
/// # Ok::<(), heavytail::Error>(())
/// ```
pub fn fit(eigenvalues: Vec<f64>, options: &CheckedOptions) -> Result<Details, Error> {
    let options = options.get();
    let fitter = TailFitter::new(options)?;
    let count = eigenvalues.len();
    let esd = Esd::new(eigenvalues).map_err(|error| Error::Option {
        option: "eigenvalues",
        value: format!("{count} values, {error},"),
        allowed: "one or more finite numbers".to_owned(),
    })?;
    let mut row = Row::new();
    fill_fit(&mut row, &esd, options, &fitter);
    let curves = curves(esd, Vec::new(), None, fitter.power_law());
    Ok(Details { rows: vec![row], curves: vec![Some(curves)], sparse: true, ..Details::default() })
}
