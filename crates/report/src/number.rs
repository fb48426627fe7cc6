//! Numbers in, the few digits that a person reads out; files have them all.

use heavytail::Column;
use heavytail::columns_fit::{ALPHA, ALPHA_CI_HIGH, ALPHA_CI_LOW, SIGMA};
use heavytail::columns_stable::{ALPHA_ALT, ALPHA_STABLE, ALPHA_STABLE_SPREAD};

/// Exponents carry no more than two decimals.
static EXPONENTS: &[&Column] =
    &[&ALPHA, &ALPHA_STABLE, &ALPHA_STABLE_SPREAD, &ALPHA_ALT, &ALPHA_CI_LOW, &ALPHA_CI_HIGH, &SIGMA];

/// How the floats of one column are printed, so that their points stand below each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// With this many decimals.
    Fixed(usize),
    /// With an exponent.
    Scientific,
}

impl Default for Notation {
    fn default() -> Self {
        Self::Fixed(3)
    }
}

impl Notation {
    /// Two decimals for exponents; for others about four digits of the largest, as long as the smallest still shows.
    pub(crate) fn for_column(column: &Column, values: impl Iterator<Item = f64>) -> Self {
        if EXPONENTS.contains(&column) {
            return Self::Fixed(2);
        }
        Self::of(values)
    }

    /// About four digits of the largest.
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let sizes: Vec<f64> = values.map(f64::abs).filter(|size| size.is_finite() && *size > 0.0).collect();
        let largest = sizes.iter().copied().fold(0.0, f64::max);
        let smallest = sizes.iter().copied().fold(f64::INFINITY, f64::min);
        match largest {
            _ if sizes.is_empty() => Self::Fixed(3),
            largest if largest >= 1e6 || smallest < 1e-4 => Self::Scientific,
            largest if largest >= 1e3 => Self::Fixed(1),
            largest if largest >= 1e2 => Self::Fixed(2),
            _ => Self::Fixed(if smallest < 1e-2 { 4 } else { 3 }),
        }
    }

    /// The number in this notation.
    pub(crate) fn print(self, value: f64) -> String {
        match self {
            _ if value.is_nan() => "nan".to_owned(),
            _ if value.is_infinite() => if value > 0.0 { "inf" } else { "-inf" }.to_owned(),
            Self::Fixed(decimals) => format!("{value:.decimals$}"),
            Self::Scientific => format!("{value:.3e}"),
        }
    }
}

/// A count as it is.
pub(crate) fn whole(value: i64) -> String {
    value.to_string()
}

/// A share as people say it.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 1.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_one_notation_that_shows_its_smallest_value() {
        assert_eq!(Notation::of([0.5, 12.0].into_iter()), Notation::Fixed(3));
        assert_eq!(Notation::of([0.005, 12.0].into_iter()), Notation::Fixed(4));
        assert_eq!(Notation::of([1e-9, 12.0].into_iter()), Notation::Scientific);
        assert_eq!(Notation::of([2e7].into_iter()), Notation::Scientific);
        assert_eq!(Notation::of([f64::NAN, 0.0].into_iter()), Notation::Fixed(3));
        assert_eq!(Notation::for_column(&ALPHA, [1e9].into_iter()), Notation::Fixed(2));
    }

    #[test]
    fn what_is_no_number_is_said() {
        assert_eq!(Notation::Fixed(2).print(f64::NAN), "nan");
        assert_eq!(Notation::Scientific.print(f64::NEG_INFINITY), "-inf");
        assert_eq!(Notation::Scientific.print(12345.0), "1.234e4");
        assert_eq!((percent(0.004), percent(0.126)), ("0.4 %".to_owned(), "13 %".to_owned()));
    }
}
