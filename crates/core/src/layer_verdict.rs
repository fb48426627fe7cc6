//! One layer's alpha in, its state of training out.

use serde::Serialize;

use crate::columns_fit::{ALPHA, STATUS};
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

    /// The state of a row. Saved tables may lack a status: then the exponent alone decides.
    #[must_use]
    pub fn of_row(row: &Row) -> Self {
        if row.text(&STATUS) == "failed" {
            return Self::NoFit;
        }
        row.number(&ALPHA).map_or(Self::NoFit, Self::of_alpha)
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
    fn no_number_and_the_references_minus_one_are_no_fit() {
        assert_eq!(LayerVerdict::of_alpha(-1.0), LayerVerdict::NoFit);
        assert_eq!(LayerVerdict::of_alpha(f64::NAN), LayerVerdict::NoFit);
        assert_eq!(LayerVerdict::of_row(&Row::new()), LayerVerdict::NoFit);
    }
}
