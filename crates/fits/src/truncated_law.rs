//! The exponent and cut-off of a truncated power law in, its normalisation and moments out.
//!
//! With y = λ/xmin, t = ln y, β = alpha − 1 and u = Lambda·xmin the law p(λ) ∝ λ^−alpha e^(−Lambda λ)
//! on λ ≥ xmin is the exponential family e^(−βt − u(y−1)) / Z on t ≥ 0, with
//! Z = ∫ e^(−βt − u(e^t − 1)) dt = e^u·E_alpha(u), the generalised exponential integral; the upper
//! incomplete gamma function is Γ(1−alpha, u) = u^(1−alpha)·e^(−u)·Z. Normalisation, means and
//! covariances are one sum over Gauss–Legendre nodes: no series, no switch between ranges, and the
//! derivatives by alpha, for which there are no closed forms, cost nothing more.

use crate::exponential_kernel::exp_nonpositive;
use crate::gauss_legendre::GAUSS_16;

/// Panels of the sum, and nodes in each.
const PANELS: usize = 8;
const PANEL_NODES: usize = 16;
const NODES: usize = PANELS * PANEL_NODES;
/// Where the integrand has fallen by e^−60 the sum ends.
const NEGLIGIBLE: f64 = 60.0;
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

/// Sums over the law; keeps the nodes of the lengths it has met.
#[derive(Debug)]
pub(crate) struct Quadrature {
    arch: pulp::Arch,
    /// Nodes by twice the logarithm to base 2 of their length.
    known: Vec<(i32, Nodes)>,
    values: Vec<f64>,
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
        Self { arch: pulp::Arch::new(), known: Vec::new(), values: vec![0.0; NODES] }
    }
}

impl Quadrature {
    /// Moments for β ≥ 0 and u > 0.
    pub(crate) fn moments(&mut self, beta: f64, u: f64) -> Moments {
        let by_cut_off = (NEGLIGIBLE / u).ln_1p();
        // The second moment of s has two powers of e^t more than the integrand.
        let by_exponent = NEGLIGIBLE / (beta - 2.0).max(1e-3);
        let length = by_cut_off.min(by_exponent).min(LONGEST / std::f64::consts::SQRT_2);
        let at = self.nodes((2.0 * length.log2()).ceil() as i32);
        let nodes = &self.known[at].1;
        self.arch.dispatch(Sum { nodes, beta, u, values: &mut self.values })
    }

    /// The place among the known of the nodes of length 2^(key/2).
    fn nodes(&mut self, key: i32) -> usize {
        if let Some(at) = self.known.iter().position(|(known, _)| *known == key) {
            return at;
        }
        self.known.push((key, Nodes::new(2f64.powf(0.5 * f64::from(key)))));
        self.known.len() - 1
    }
}

impl Nodes {
    fn new(length: f64) -> Self {
        let half = 0.5 * length / PANELS as f64;
        let (mut t, mut weights) = (Vec::with_capacity(NODES), Vec::with_capacity(NODES));
        for panel in 0..PANELS {
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

/// The law at every node, compiled once for every vector width.
struct Sum<'a> {
    nodes: &'a Nodes,
    beta: f64,
    u: f64,
    values: &'a mut [f64],
}

/// Sums of their own for every so many nodes: the same on vectors of every width.
const LANES: usize = 8;

impl pulp::NullaryFnOnce for Sum<'_> {
    type Output = Moments;

    #[inline(always)]
    fn call(self) -> Moments {
        let Self { nodes, beta, u, values } = self;
        for (((value, t), excess), weight) in
            values.iter_mut().zip(&nodes.t).zip(&nodes.excess).zip(&nodes.weights)
        {
            *value = weight * exp_nonpositive(-beta * t - u * excess);
        }
        let [z, t, excess] = sums(nodes, values, |value, t, excess| [value, value * t, value * excess]);
        let (mean_t, mean_s) = (t / z, u * excess / z);
        let [var_t, var_s, cov_ts] = sums(nodes, values, |value, t, excess| {
            let (t, s) = (t - mean_t, u * excess - mean_s);
            [value * t * t, value * s * s, value * t * s]
        });
        Moments { ln_z: z.ln(), mean_t, mean_s, var_t: var_t / z, var_s: var_s / z, cov_ts: cov_ts / z }
    }
}

/// Three sums over all nodes of a function of value, t and e^t − 1.
#[inline(always)]
fn sums(nodes: &Nodes, values: &[f64], of: impl Fn(f64, f64, f64) -> [f64; 3]) -> [f64; 3] {
    let mut lanes = [[0.0; LANES]; 3];
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

/// ln Γ(s, x), the logarithm of the upper incomplete gamma function, for s ≤ 0 and x > 0: what
/// normalises a truncated power law of exponent alpha = 1 − s. Within 1e-11 for x ≥ 1e-6.
#[must_use]
pub fn ln_upper_gamma(s: f64, x: f64) -> f64 {
    s * x.ln() - x + Quadrature::default().moments(-s, x).ln_z
}
