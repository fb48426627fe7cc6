//! Means of a tail in, the exponent and cut-off of greatest likelihood out.
//!
//! The law is an exponential family in (β, u), so its log-likelihood is concave and Newton's method
//! climbs it in a few steps; at the greatest, the law's means of t and s are those of the data. Two
//! edges need care: alpha ≥ 1, and u ≥ 0, where the law is the pure power law. Whether the greatest
//! lies on the second edge is known beforehand, because the slope there has a closed form.

use std::ops::RangeInclusive;

use crate::truncated_law::{Moments, Quadrature};

/// Newton's steps before the climb is given up as good enough.
const PATIENCE: usize = 200;
/// By how much of itself u may change in one step.
const REACH_OF_U: RangeInclusive<f64> = -0.9..=9.0;
/// A step whose expected gain per value is below this is the last one.
const CONVERGED: f64 = 1e-11;

/// β = alpha − 1 and u = Lambda·xmin, with ln Z at that place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) beta: f64,
    pub(crate) u: f64,
    pub(crate) ln_z: f64,
}

/// What the likelihood of a tail depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Means {
    /// Mean of ln(λ/xmin), above 0.
    pub(crate) t: f64,
    /// Mean of λ/xmin − 1, above 0.
    pub(crate) excess: f64,
}

impl Shape {
    /// Mean log-likelihood per value, of the density in t.
    pub(crate) fn mean_log_likelihood(&self, means: Means) -> f64 {
        -self.beta * means.t - self.u * means.excess - self.ln_z
    }
}

/// The shape of greatest likelihood; `near` is where the climb begins.
pub(crate) fn most_likely(quadrature: &mut Quadrature, means: Means, near: Option<(f64, f64)>) -> Shape {
    let climbed = climb(quadrature, means, near, |_, _, _| false);
    let (Ok(shape) | Err(shape)) = climbed;
    shape
}

/// The same, unless `hopeless` says of a shape on the way, from which the log-likelihood per value has about so much
/// to gain, that the rest of the climb is in vain; then that shape, one step further.
pub(crate) fn climb(
    quadrature: &mut Quadrature,
    means: Means,
    near: Option<(f64, f64)>,
    mut hopeless: impl FnMut(&mut Quadrature, Shape, f64) -> bool,
) -> Result<Shape, Shape> {
    let power = 1.0 / means.t;
    // The pure power law's mean excess is 1/(β − 1); a cut-off can only make it smaller.
    if power > 1.0 && means.excess * (power - 1.0) >= 1.0 {
        return Ok(Shape { beta: power, u: 0.0, ln_z: means.t.ln() });
    }
    let (mut beta, mut u) = match near {
        Some((beta, u)) if u * means.excess > 1e-6 => (beta, u),
        _ => (0.5 * power.min(1.0), 0.5 / means.excess),
    };
    let mut here = quadrature.moments(beta, u);
    let height = |moments: &Moments, beta: f64, u: f64| -beta * means.t - u * means.excess - moments.ln_z;
    for _ in 0..PATIENCE {
        let (step_beta, step_u, gain) = newton_step(&here, means, beta, u);
        // Where a step goes further than this the quadratic model says little about what is to be gained.
        let near = step_u.abs() < 0.3 && step_beta.abs() < 0.3 * (0.5 + beta);
        if near && hopeless(quadrature, Shape { beta, u, ln_z: here.ln_z }, 0.5 * gain) {
            return Err(Shape { beta: beta + step_beta, u: u * (1.0 + step_u), ln_z: f64::NAN });
        }
        let before = height(&here, beta, u);
        // Half the way while that leads down.
        let mut share = 1.0;
        let mut moved = false;
        while !moved && share > 1e-9 {
            let (next_beta, next_u) = (beta + share * step_beta, u * (1.0 + share * step_u));
            let next = quadrature.moments(next_beta, next_u);
            if height(&next, next_beta, next_u) >= before - 1e-14 * before.abs() {
                (beta, u, here, moved) = (next_beta, next_u, next, true);
            }
            share *= 0.5;
        }
        if gain < CONVERGED || !moved {
            break;
        }
    }
    Ok(Shape { beta, u, ln_z: here.ln_z })
}

/// The step in β, the relative one in u, and twice the gain that it promises: Newton's, or no further than the quadratic
/// model makes sense, where the gain is anybody's guess. Every step leads up, and none below β = 0.
fn newton_step(here: &Moments, means: Means, beta: f64, u: f64) -> (f64, f64, f64) {
    let slope_t = here.mean_t - means.t;
    let slope_s = here.mean_s - u * means.excess;
    // A narrow tail can not tell t from s; the ridge keeps the step finite there. Where u is too large it is the curvature
    // in ln u: that in u would lead below 0.
    let var_t = here.var_t * (1.0 + 1e-12);
    let var_s = here.var_s * (1.0 + 1e-12) + (-slope_s).max(0.0);
    let cov = here.cov_ts;
    let determinant = var_t * var_s - cov * cov;
    let (mut step_beta, mut step_u) = (0.0, slope_s / var_s);
    if determinant > 0.0 {
        step_beta = (slope_t * var_s - slope_s * cov) / determinant;
        step_u = (slope_s * var_t - slope_t * cov) / determinant;
    }
    let mut gain = slope_t * step_beta + slope_s * step_u;
    if !REACH_OF_U.contains(&step_u) {
        (step_u, gain) = (step_u.clamp(*REACH_OF_U.start(), *REACH_OF_U.end()), f64::INFINITY);
        step_beta = (slope_t - cov * step_u) / var_t;
    }
    let reach = 1.0 + 0.5 * beta;
    let lowest = -reach.min(beta);
    if !(lowest..=reach).contains(&step_beta) {
        step_beta = step_beta.clamp(lowest, reach);
        let free = (slope_s - cov * step_beta) / var_s;
        step_u = free.clamp(*REACH_OF_U.start(), *REACH_OF_U.end());
        // On the edge β = 0 what is left is a step of Newton's in u.
        let on_edge = step_beta == 0.0 && REACH_OF_U.contains(&free);
        gain = if on_edge { slope_s * step_u } else { f64::INFINITY };
    }
    (step_beta, step_u, gain)
}
