//! The exponent and cut-off of a truncated power law in, its normalisation and moments out.
//!
//! With y = λ/xmin, t = ln y, β = alpha − 1 and u = Lambda·xmin the law p(λ) ∝ λ^−alpha e^(−Lambda λ)
//! on λ ≥ xmin is the exponential family e^(−βt − u(y−1)) / Z on t ≥ 0, with
//! Z = ∫ e^(−βt − u(e^t − 1)) dt = e^u·E_alpha(u), the generalised exponential integral; the upper
//! incomplete gamma function is Γ(1−alpha, u) = u^(1−alpha)·e^(−u)·Z. Normalisation, means and
//! covariances are one sum over Gauss–Legendre nodes: no series, no switch between ranges, and the
//! derivatives by alpha, for which there are no closed forms, cost nothing more.

use std::sync::OnceLock;

use crate::exponential_kernel::exp_nonpositive;
use crate::gauss_legendre::GAUSS_16;

/// Panels of the sum, at least and at most, and nodes in each.
const FEWEST_PANELS: usize = 3;
const MOST_PANELS: usize = 8;
const PANEL_NODES: usize = 2 * GAUSS_16.len();
/// How long a panel may be where the sum has room for more of them: the cut-off e^(−u·e^t) has no structure
/// narrower than a few units of t.
const PANEL: f64 = 2.25;
/// Where the integrand has fallen by e^−45 the sum ends.
const NEGLIGIBLE: f64 = 45.0;
/// e^t stays finite below this.
const LONGEST: f64 = 700.0;

/// Normalisation and moments of t = ln(λ/xmin) and s = u·(λ/xmin − 1).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moments {
    /// ln Z.
    pub(crate) ln_z: f64,
    pub(crate) mean_t: f64,
    pub(crate) mean_s: f64,
    pub(crate) var_t: f64,
    pub(crate) var_s: f64,
    pub(crate) cov_ts: f64,
}

/// Sums over the law.
#[derive(Debug)]
pub(crate) struct Quadrature {
    arch: pulp::Arch,
    /// Nodes of a length that is not common, and twice the logarithm to base 2 of it.
    rare: Option<(i32, Nodes)>,
}

#[derive(Debug)]
struct Nodes {
    t: Vec<f64>,
    /// e^t − 1.
    excess: Vec<f64>,
    weights: Vec<f64>,
}

impl Default for Quadrature {
    fn default() -> Self {
        Self { arch: pulp::Arch::new(), rare: None }
    }
}

impl Quadrature {
    /// Moments for β ≥ 0 and u > 0.
    pub(crate) fn moments(&mut self, beta: f64, u: f64) -> Moments {
        // The second moment of s has two powers of e^t more than the integrand.
        let (arch, nodes) = (self.arch, self.nodes(beta - 2.0, u));
        arch.dispatch(Average { nodes, beta, u })
    }

    /// Z for β ≥ 0 and u > 0.
    pub(crate) fn z(&mut self, beta: f64, u: f64) -> f64 {
        let (arch, nodes) = (self.arch, self.nodes(beta, u));
        arch.dispatch(Normalise { nodes, beta, u })
    }

    /// Nodes up to where e^(−βt − u(e^t − 1)) is negligible.
    fn nodes(&mut self, beta: f64, u: f64) -> &Nodes {
        let by_cut_off = ln_1p_above(NEGLIGIBLE / u);
        // e^t − 1 is at least t.
        let by_exponent = NEGLIGIBLE / (beta + u).max(1e-3);
        let key = half_octaves(by_cut_off.min(by_exponent).min(LONGEST / std::f64::consts::SQRT_2));
        let new = || Nodes::new(2f64.powf(0.5 * f64::from(key)));
        match usize::try_from(key - FIRST).ok().and_then(|at| COMMON.get(at)) {
            Some(common) => common.get_or_init(new),
            None => {
                self.rare.take_if(|(known, _)| *known != key);
                &self.rare.get_or_insert_with(|| (key, new())).1
            }
        }
    }
}

/// The nodes of the lengths that most tails need, by twice the logarithm to base 2 of the length, from [`FIRST`] on.
static COMMON: [OnceLock<Nodes>; 49] = [const { OnceLock::new() }; 49];
const FIRST: i32 = -30;

/// ln(1 + x) or somewhat more, by at most 0.06.
fn ln_1p_above(x: f64) -> f64 {
    let (exponent, mantissa) = parts(1.0 + x);
    // log₂ m ≤ m − 1 + 0.0861 on [1, 2].
    (std::f64::consts::LN_2 * (f64::from(exponent) + (mantissa - 1.0) + 0.0861)).min(x)
}

/// The least k with x ≤ 2^(k/2), for a normal number above 0.
fn half_octaves(x: f64) -> i32 {
    let (exponent, mantissa) = parts(x);
    2 * exponent + i32::from(mantissa > 1.0) + i32::from(mantissa > std::f64::consts::SQRT_2)
}

/// Exponent and mantissa in [1, 2) of a normal number above 0.
fn parts(x: f64) -> (i32, f64) {
    let bits = x.to_bits();
    let exponent = i32::try_from(bits >> 52).unwrap_or(0) - 1023;
    (exponent, f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52)))
}

impl Nodes {
    fn new(length: f64) -> Self {
        let panels = ((length / PANEL).ceil() as usize).clamp(FEWEST_PANELS, MOST_PANELS);
        let half = 0.5 * length / panels as f64;
        let nodes = panels * PANEL_NODES;
        let (mut t, mut weights) = (Vec::with_capacity(nodes), Vec::with_capacity(nodes));
        for panel in 0..panels {
            let middle = half * (2 * panel + 1) as f64;
            for (x, weight) in GAUSS_16 {
                t.extend([middle - half * x, middle + half * x]);
                weights.extend([half * weight; 2]);
            }
        }
        let excess = t.iter().map(|t| t.exp_m1()).collect();
        Self { t, excess, weights }
    }
}

/// Sums of their own for every so many nodes: the same on vectors of every width.
const LANES: usize = 8;

/// Sums over all nodes of `K` functions of the law times the node's weight, of t and of e^t − 1.
#[inline(always)]
fn sums<const K: usize>(
    nodes: &Nodes,
    beta: f64,
    u: f64,
    of: impl Fn(f64, f64, f64) -> [f64; K],
) -> [f64; K] {
    // A loop of its own: compilers make vector code of the exponentials only where nothing else is done.
    let mut values = [0.0; PANEL_NODES * MOST_PANELS];
    for (((value, t), excess), weight) in
        values.iter_mut().zip(&nodes.t).zip(&nodes.excess).zip(&nodes.weights)
    {
        *value = weight * exp_nonpositive(-beta * t - u * excess);
    }
    let mut lanes = [[0.0; LANES]; K];
    let (t, excess) = (nodes.t.as_chunks::<LANES>().0, nodes.excess.as_chunks::<LANES>().0);
    for ((value, t), excess) in values.as_chunks::<LANES>().0.iter().zip(t).zip(excess) {
        for lane in 0..LANES {
            let terms = of(value[lane], t[lane], excess[lane]);
            for (sums, term) in lanes.iter_mut().zip(terms) {
                sums[lane] += term;
            }
        }
    }
    lanes.map(|lanes| lanes.iter().sum())
}

/// Z, compiled once for every vector width.
struct Normalise<'a> {
    nodes: &'a Nodes,
    beta: f64,
    u: f64,
}

impl pulp::NullaryFnOnce for Normalise<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        sums(self.nodes, self.beta, self.u, |value, _, _| [value])[0]
    }
}

/// The moments, likewise.
struct Average<'a> {
    nodes: &'a Nodes,
    beta: f64,
    u: f64,
}

impl pulp::NullaryFnOnce for Average<'_> {
    type Output = Moments;

    #[inline(always)]
    fn call(self) -> Moments {
        let Self { nodes, beta, u } = self;
        let [z, t, s, tt, ss, ts] = sums(nodes, beta, u, |value, t, excess| {
            let s = u * excess;
            let (value_t, value_s) = (value * t, value * s);
            [value, value_t, value_s, value_t * t, value_s * s, value_t * s]
        });
        let (mean_t, mean_s) = (t / z, s / z);
        // The density falls, so that a variance is at least a third of the squared mean: little cancels.
        let (var_t, var_s) = (tt / z - mean_t * mean_t, ss / z - mean_s * mean_s);
        Moments { ln_z: z.ln(), mean_t, mean_s, var_t, var_s, cov_ts: ts / z - mean_t * mean_s }
    }
}

/// ln Γ(s, x), the logarithm of the upper incomplete gamma function, for s ≤ 0 and x > 0: what
/// normalises a truncated power law of exponent alpha = 1 − s. Within 1e-11 for x ≥ 1e-6.
#[must_use]
pub fn ln_upper_gamma(s: f64, x: f64) -> f64 {
    s * x.ln() - x + Quadrature::default().moments(-s, x).ln_z
}
