//! Eigenvalues and the shape of their matrix in, the Marchenko–Pastur bulk under them out.
//!
//! # What it measures
//! How wide the random part of a spectrum is, and how many eigenvalues stand out of it.
//!
//! # Definition
//! λ are scaled by W_scale² = n/Σλ. Their density is estimated by a triangular kernel of half width
//! 0.1 on 1000 points of [0, λ_max + 0.5]; sigma minimises the summed squares between it and the
//! law's density, over the points whose density exceeds 0.01, by a grid and then a simplex. A sigma
//! whose upper edge is left of the density's mode or right of the last point kept, or whose lower
//! edge is right of the mode, counts 1000 a point. A square matrix (Q = 1) is fitted on its singular
//! values, against the quarter circle.
//!
//! # How to read it
//! `num_spikes` are the correlations that the layer has learnt; `softrank` near 1 means that the
//! bulk reaches the largest eigenvalue, so little has been learnt.
//!
//! # Edge cases
//! Where every sigma is infeasible the smallest of the grid comes out and `feasible` is false.

use std::f64::consts::PI;

use crate::error::FitFailure;
use crate::kde::triangular_density;
use crate::minimize::{Minimum, least_on_grid, nelder_mead};
use crate::mp_law::MarchenkoPastur;
use crate::tail::check_ascending;

/// Half width of the kernel, in scaled units.
const BANDWIDTH: f64 = 0.1;
/// Points of the density.
const POINTS: usize = 1000;
/// Points of a lower density are no part of the fit.
const LEAST_DENSITY: f64 = 0.01;
/// What a point counts where sigma is infeasible.
const INFEASIBLE: f64 = 1000.0;

/// Partial sums kept apart.
const LANES: usize = 8;

/// Which density a square matrix's singular values are held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SquareLaw {
    /// √(4 − x²)/(πσ²), as the reference has it: sigma scales the height alone.
    #[default]
    Reference,
    /// √(4σ² − x²)/(πσ²), the quarter circle of radius 2σ.
    QuarterCircle,
}

/// The bulk of a spectrum.
#[derive(Clone, Debug, PartialEq)]
pub struct MpFit {
    /// Standard deviation of the bulk, in scaled units: column `sigma_mp`.
    pub sigma: f64,
    /// Eigenvalues beyond the bulk's edge and the Tracy–Widom width: column `num_spikes`.
    pub num_spikes: usize,
    /// Upper edge over the largest eigenvalue: column `mp_softrank`.
    pub softrank: f64,
    /// √(n/Σλ): an eigenvalue times its square is in scaled units.
    pub w_scale: f64,
    /// Upper edge, in the units of the eigenvalues.
    pub bulk_max: f64,
    /// Lower edge, in the units of the eigenvalues.
    pub bulk_min: f64,
    /// What has to be exceeded to be a spike, in the units of the eigenvalues.
    pub spike_threshold: f64,
    /// Sum of squared residuals between the densities.
    pub residual: f64,
    /// Whether any sigma put the bulk where the density is.
    pub feasible: bool,
}

/// Fits the bulk of `eigenvalues` (finite, ≥ 0, ascending) of an N×M matrix, N = `rows` ≥ M =
/// `columns` ≥ 1.
///
/// # Errors
/// No eigenvalues, none above 0, not ascending or not finite.
pub fn mp_fit(
    eigenvalues: &[f64],
    rows: usize,
    columns: usize,
    square_law: SquareLaw,
) -> Result<MpFit, FitFailure> {
    check_ascending(eigenvalues)?;
    let sum: f64 = eigenvalues.iter().sum();
    let count = eigenvalues.len();
    if !(sum > 0.0 && sum.is_finite()) {
        return Err(FitFailure::TooFewValues { num_values: count, above_cut: 0, needed: 1, cut: 0.0 });
    }
    let w_scale = (count as f64).sqrt() / sum.sqrt();
    let scale = w_scale * w_scale;
    let scaled: Vec<f64> = eigenvalues.iter().map(|value| (scale * value).max(0.0)).collect();
    let largest = scaled.last().copied().unwrap_or(0.0);
    let q = rows as f64 / columns as f64;

    let target = Target::new(&scaled, rows == columns, q, square_law);
    let full = (largest / (1.0 + 1.0 / q.sqrt()).powi(2)).sqrt();
    let coarse = least_on_grid(|sigma| target.residual(sigma), 0.05 * full, 2.0 * full, 0.01 * full);
    let Minimum { at: sigma, value: residual } = nelder_mead(|sigma| target.residual(sigma), coarse.at);

    let law = MarchenkoPastur { sigma, q };
    let bulk_max = law.upper_edge();
    let width = q.sqrt().recip() * bulk_max.powf(2.0 / 3.0) * (columns as f64).powf(-2.0 / 3.0);
    let threshold = bulk_max + width.sqrt();
    Ok(MpFit {
        sigma,
        num_spikes: count - scaled.partition_point(|&value| value <= threshold),
        softrank: bulk_max / largest,
        w_scale,
        bulk_max: bulk_max / scale,
        bulk_min: law.lower_edge() / scale,
        spike_threshold: threshold / scale,
        residual,
        feasible: residual < INFEASIBLE * INFEASIBLE,
    })
}

/// The density that the law is held against: its points, heights and mode.
struct Target {
    arch: pulp::Arch,
    points: Vec<f64>,
    heights: Vec<f64>,
    /// 1/x for the Marchenko–Pastur law, 1 for the quarter circle.
    factors: Vec<f64>,
    mode: f64,
    law: Law,
}

enum Law {
    MarchenkoPastur { q: f64 },
    Square(SquareLaw),
}

impl Target {
    fn new(scaled: &[f64], square: bool, q: f64, square_law: SquareLaw) -> Self {
        let roots: Vec<f64>;
        let values = if square {
            roots = scaled.iter().map(|value| value.sqrt()).collect();
            &roots
        } else {
            scaled
        };
        let end = values.last().copied().unwrap_or(0.0) + 0.5;
        let density = triangular_density(values, BANDWIDTH, POINTS, end);
        let mut target = Self {
            arch: pulp::Arch::new(),
            points: Vec::new(),
            heights: Vec::new(),
            factors: Vec::new(),
            mode: 0.0,
            law: if square { Law::Square(square_law) } else { Law::MarchenkoPastur { q } },
        };
        let mut highest = 0.0;
        for (k, &height) in density.heights.iter().enumerate() {
            if height > LEAST_DENSITY {
                let point = k as f64 * density.step;
                target.points.push(point);
                target.heights.push(height);
                // At x = 0 the law is 0 whatever the factor, unless it is infinite.
                target.factors.push(if square { 1.0 } else { 1.0 / point.max(f64::MIN_POSITIVE) });
                if height > highest {
                    (highest, target.mode) = (height, point);
                }
            }
        }
        target
    }

    /// Summed squares between the law of `sigma` and the density.
    fn residual(&self, sigma: f64) -> f64 {
        match self.law {
            Law::Square(square_law) => self.residual_square(sigma, square_law),
            Law::MarchenkoPastur { q } => self.residual_mp(sigma, q),
        }
    }

    fn residual_square(&self, sigma: f64, square_law: SquareLaw) -> f64 {
        let diameter = match square_law {
            SquareLaw::Reference => 4.0,
            SquareLaw::QuarterCircle => 4.0 * sigma * sigma,
        };
        // √(4σ² − x²) is √((2σ − x)(x + 2σ)), without the division by x.
        let edge = diameter.sqrt();
        self.sum_of_squares(-edge, edge, 1.0 / (PI * sigma * sigma))
    }

    fn residual_mp(&self, sigma: f64, q: f64) -> f64 {
        let law = MarchenkoPastur { sigma, q };
        let (a, b) = (law.lower_edge(), law.upper_edge());
        let last = self.points.last().copied().unwrap_or(0.0);
        if b < self.mode || b > last || a > self.mode {
            return INFEASIBLE * INFEASIBLE * self.points.len() as f64;
        }
        self.sum_of_squares(a, b, q / (2.0 * PI * sigma * sigma))
    }

    fn sum_of_squares(&self, a: f64, b: f64, scale: f64) -> f64 {
        self.arch.dispatch(Residuals { target: self, a, b, scale })
    }
}

/// Σ (scale·factor·√((b − x)(x − a)) − height)² over the points, compiled once for every vector width; the lanes are
/// fixed, so that the sum is the same for each of them.
struct Residuals<'a> {
    target: &'a Target,
    a: f64,
    b: f64,
    scale: f64,
}

impl pulp::NullaryFnOnce for Residuals<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Self { target: Target { points, heights, factors, .. }, a, b, scale } = self;
        let square = |x: f64, height: f64, factor: f64| {
            let inside = (b - x) * (x - a);
            let law = scale * factor * (if inside > 0.0 { inside } else { 0.0 }).sqrt();
            (law - height) * (law - height)
        };
        let ((points, rest), (heights, rest_heights), (factors, rest_factors)) =
            (points.as_chunks::<LANES>(), heights.as_chunks::<LANES>(), factors.as_chunks::<LANES>());
        let mut sums = [0.0; LANES];
        for ((points, heights), factors) in points.iter().zip(heights).zip(factors) {
            for lane in 0..LANES {
                sums[lane] += square(points[lane], heights[lane], factors[lane]);
            }
        }
        let remainder = rest.iter().zip(rest_heights).zip(rest_factors);
        remainder.fold(sums.iter().sum(), |sum, ((x, height), factor)| sum + square(*x, *height, *factor))
    }
}
