//! One layer's alpha in, its state of training out.

use serde::Serialize;

use crate::columns_fit::{ALPHA, ALPHA_CI_HIGH, ALPHA_CI_LOW, STATUS};
use crate::row::Row;

/// Below this alpha a layer is over-trained or has a correlation trap (Martin, Peng, Mahoney 2021: heavy-tailed
/// self-regularisation ends at alpha = 2, where the variance of the elements stops to exist).
pub const OVER_TRAINED_BELOW: f64 = 2.0;

/// Above this alpha a layer is under-trained: its tail can't be told from that of a random matrix (the same).
pub const UNDER_TRAINED_ABOVE: f64 = 6.0;

/// The state of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LayerVerdict {
    /// 2 ≤ alpha ≤ 6.
    WellTrained,
    /// alpha > 6.
    UnderTrained,
    /// alpha < 2.
    OverTrained,
    /// The interval of alpha reaches over 2 or 6, so that the tail doesn't tell on which side it is.
    Uncertain,
    /// No power law could be fitted; the row's reason tells why.
    NoFit,
}

impl LayerVerdict {
    /// The word that tables print.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WellTrained => "well-trained",
            Self::UnderTrained => "under-trained",
            Self::OverTrained => "over-trained",
            Self::Uncertain => "uncertain",
            Self::NoFit => "no fit",
        }
    }

    /// The state that an exponent tells.
    #[must_use]
    pub fn of_alpha(alpha: f64) -> Self {
        if alpha > UNDER_TRAINED_ABOVE {
            Self::UnderTrained
        } else if alpha >= OVER_TRAINED_BELOW {
            Self::WellTrained
        } else if alpha > 1.0 {
            Self::OverTrained
        } else {
            // No power law that could be normalised: the reference's −1, or NaN.
            Self::NoFit
        }
    }

    /// The state that an exponent and its interval tell: uncertain where the interval reaches over 2 or 6.
    #[must_use]
    pub fn of_interval(alpha: f64, low: f64, high: f64) -> Self {
        let straddles = |limit: f64| low < limit && limit < high;
        match Self::of_alpha(alpha) {
            Self::NoFit => Self::NoFit,
            _ if straddles(OVER_TRAINED_BELOW) || straddles(UNDER_TRAINED_ABOVE) => Self::Uncertain,
            sure => sure,
        }
    }

    /// The state of a row. Saved tables may lack a status: then the exponent alone decides.
    #[must_use]
    pub fn of_row(row: &Row) -> Self {
        if row.text(&STATUS) == "failed" {
            return Self::NoFit;
        }
        row.number(&ALPHA).map_or(Self::NoFit, Self::of_alpha)
    }

    /// The same with the row's interval where it has one: what the column `verdict` says.
    #[must_use]
    pub fn of_row_with_interval(row: &Row) -> Self {
        let alone = Self::of_row(row);
        match (row.number(&ALPHA), row.number(&ALPHA_CI_LOW), row.number(&ALPHA_CI_HIGH)) {
            (Some(alpha), Some(low), Some(high)) if alone != Self::NoFit => {
                Self::of_interval(alpha, low, high)
            }
            _ => alone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_is_two_to_six_with_its_ends() {
        assert_eq!(LayerVerdict::of_alpha(2.0), LayerVerdict::WellTrained);
        assert_eq!(LayerVerdict::of_alpha(6.0), LayerVerdict::WellTrained);
        assert_eq!(LayerVerdict::of_alpha(6.000_001), LayerVerdict::UnderTrained);
        assert_eq!(LayerVerdict::of_alpha(1.999_999), LayerVerdict::OverTrained);
    }

    #[test]
    fn an_interval_over_a_limit_is_uncertain() {
        assert_eq!(LayerVerdict::of_interval(6.5, 5.0, 8.0), LayerVerdict::Uncertain);
        assert_eq!(LayerVerdict::of_interval(2.1, 1.9, 2.3), LayerVerdict::Uncertain);
        assert_eq!(LayerVerdict::of_interval(7.5, 6.5, 8.5), LayerVerdict::UnderTrained);
        assert_eq!(LayerVerdict::of_interval(-1.0, 1.0, 9.0), LayerVerdict::NoFit);
    }

    #[test]
    fn no_number_and_the_references_minus_one_are_no_fit() {
        assert_eq!(LayerVerdict::of_alpha(-1.0), LayerVerdict::NoFit);
        assert_eq!(LayerVerdict::of_alpha(f64::NAN), LayerVerdict::NoFit);
        assert_eq!(LayerVerdict::of_row(&Row::new()), LayerVerdict::NoFit);
    }
}
