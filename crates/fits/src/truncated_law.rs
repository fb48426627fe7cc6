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
        self.arch.dispatch(Fill { nodes, beta, u, values: &mut self.values });
        sum_moments(nodes, u, &self.values)
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

/// The weighted integrand at every node, compiled once for every vector width.
struct Fill<'a> {
    nodes: &'a Nodes,
    beta: f64,
    u: f64,
    values: &'a mut [f64],
}

impl pulp::NullaryFnOnce for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Nodes { t, excess, weights } = self.nodes;
        for (((value, t), excess), weight) in self.values.iter_mut().zip(t).zip(excess).zip(weights) {
            *value = weight * exp_nonpositive(-self.beta * t - self.u * excess);
        }
    }
}

fn sum_moments(nodes: &Nodes, u: f64, values: &[f64]) -> Moments {
    let z: f64 = values.iter().sum();
    let mean = |of: &dyn Fn(usize) -> f64| {
        values.iter().enumerate().map(|(k, value)| value * of(k)).sum::<f64>() / z
    };
    let s = |k: usize| u * nodes.excess[k];
    let mean_t = mean(&|k| nodes.t[k]);
    let mean_s = mean(&s);
    Moments {
        ln_z: z.ln(),
        mean_t,
        mean_s,
        var_t: mean(&|k| (nodes.t[k] - mean_t).powi(2)),
        var_s: mean(&|k| (s(k) - mean_s).powi(2)),
        cov_ts: mean(&|k| (nodes.t[k] - mean_t) * (s(k) - mean_s)),
    }
}

/// ln Γ(s, x), the logarithm of the upper incomplete gamma function, for s ≤ 0 and x > 0: what
/// normalises a truncated power law of exponent alpha = 1 − s. Within 1e-11 for x ≥ 1e-6.
#[must_use]
pub fn ln_upper_gamma(s: f64, x: f64) -> f64 {
    s * x.ln() - x + Quadrature::default().moments(-s, x).ln_z
}
