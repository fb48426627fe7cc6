//! A tail and a truncated power law in, the Kolmogorov–Smirnov distance between them out.
//!
//! The distribution function at every value is a running sum of integrals between neighbours, each
//! by four Gauss–Legendre nodes. Where the nodes lie does not depend on the law, so they are laid
//! out once for all candidates of xmin, and a distance costs four exponentials a value.

use crate::exponential_kernel::exp_nonpositive;
use crate::gauss_legendre::GAUSS_4;
use crate::tail::Tail;
use crate::truncated_law::Quadrature;
use crate::truncated_mle::Shape;

/// Longer gaps between logarithms are divided.
const LONGEST_GAP: f64 = 0.05;
/// So many pieces and no more: a gap this wide has no mass at its far end.
const MOST_PIECES: f64 = 2000.0;
/// Nodes evaluated between two looks at the limit.
const BLOCK: usize = 512;

/// The nodes between the values of a tail.
#[derive(Debug)]
pub(crate) struct TruncatedKs {
    arch: pulp::Arch,
    /// ln of each node relative to the largest value.
    logs: Vec<f64>,
    /// Each node over the largest value.
    ratios: Vec<f64>,
    weights: Vec<f64>,
    /// Number of nodes below each value.
    nodes_below: Vec<usize>,
    integrand: [f64; BLOCK],
    /// Index of the value that last was too far from its law.
    hint: usize,
}

impl TruncatedKs {
    pub(crate) fn new(tail: &Tail) -> Self {
        let mut nodes = Self {
            arch: pulp::Arch::new(),
            logs: Vec::new(),
            ratios: Vec::new(),
            weights: Vec::new(),
            nodes_below: vec![0],
            integrand: [0.0; BLOCK],
            hint: 0,
        };
        for pair in tail.logs.windows(2) {
            nodes.lay_out(pair[0], pair[1]);
            nodes.nodes_below.push(nodes.logs.len());
        }
        nodes.ratios = nodes.logs.iter().map(|log| log.exp()).collect();
        nodes
    }

    fn lay_out(&mut self, from: f64, to: f64) {
        let pieces = ((to - from) / LONGEST_GAP).ceil().min(MOST_PIECES) as usize;
        let half = 0.5 * (to - from) / pieces as f64;
        for piece in 0..pieces {
            let middle = from + half * (2 * piece + 1) as f64;
            for (x, weight) in GAUSS_4 {
                self.logs.extend([middle - half * x, middle + half * x]);
                self.weights.extend([half * weight; 2]);
            }
        }
    }

    /// D of the values from index `i` of `tail` on; some lower bound above `limit` where D exceeds it.
    /// With `forced` the law ends at the largest value.
    pub(crate) fn distance(&mut self, tail: &Tail, i: usize, shape: Shape, forced: bool, limit: f64) -> f64 {
        let n = tail.len();
        let total = if forced {
            self.cumulate(tail, i, shape, |_, _| true).max(f64::MIN_POSITIVE)
        } else {
            shape.ln_z.exp()
        };
        let (scale, step) = (1.0 / total, 1.0 / (n - i) as f64);
        let (mut largest, mut far) = (0.0f64, 0);
        self.cumulate(tail, i, shape, |j, below| {
            let deviation = (below * scale - (j - i) as f64 * step).abs();
            if deviation > largest {
                (largest, far) = (deviation, j);
            }
            // Not the first beyond the limit: one further out will be so for more of the next candidates.
            largest <= limit || deviation >= largest
        });
        self.hint = far;
        largest
    }

    /// Deviation, under a law without an end, of the value that last was too far from its law; 0 if it is not in the
    /// tail from index `i` on.
    pub(crate) fn at_hint(&self, quadrature: &mut Quadrature, tail: &Tail, i: usize, shape: Shape) -> f64 {
        let j = self.hint;
        if j <= i {
            return 0.0;
        }
        let t = tail.logs[j] - tail.logs[i];
        let excess = t.exp_m1();
        let density = (-shape.beta * t - shape.u * excess - shape.ln_z).exp();
        let above = density * quadrature.z(shape.beta, shape.u * (1.0 + excess));
        (1.0 - above - (j - i) as f64 / (tail.len() - i) as f64).abs()
    }

    /// Calls `at` with each index above `i` and the unnormalised mass between them, until it says no;
    /// the mass so far comes out.
    fn cumulate(
        &mut self,
        tail: &Tail,
        i: usize,
        shape: Shape,
        mut at: impl FnMut(usize, f64) -> bool,
    ) -> f64 {
        let first = self.nodes_below[i];
        let mut j = i + 1;
        let mut mass = 0.0;
        let mut start = first;
        let ratio = tail.logs[i].exp();
        // Equal values at the start of the tail have no node between them.
        while j < tail.len() && self.nodes_below[j] == start {
            if !at(j, mass) {
                return mass;
            }
            j += 1;
        }
        while start < self.logs.len() {
            let end = self.logs.len().min(start + BLOCK);
            self.arch.dispatch(Fill {
                logs: &self.logs[start..end],
                ratios: &self.ratios[start..end],
                weights: &self.weights[start..end],
                log: tail.logs[i],
                ratio,
                beta: shape.beta,
                rate: shape.u / ratio,
                integrand: &mut self.integrand,
            });
            let mut done = start;
            while j < tail.len() && self.nodes_below[j] <= end {
                let upto = self.nodes_below[j];
                mass += self.integrand[done - start..upto - start].iter().sum::<f64>();
                done = upto;
                if !at(j, mass) {
                    return mass;
                }
                j += 1;
            }
            mass += self.integrand[done - start..end - start].iter().sum::<f64>();
            start = end;
        }
        mass
    }
}

/// One block of the integrand, compiled once for every vector width.
struct Fill<'a> {
    logs: &'a [f64],
    ratios: &'a [f64],
    weights: &'a [f64],
    log: f64,
    ratio: f64,
    beta: f64,
    rate: f64,
    integrand: &'a mut [f64; BLOCK],
}

impl pulp::NullaryFnOnce for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Fill { logs, ratios, weights, log, ratio, beta, rate, integrand } = self;
        for (((value, x), r), weight) in integrand.iter_mut().zip(logs).zip(ratios).zip(weights) {
            *value = weight * exp_nonpositive(-beta * (x - log) - rate * (r - ratio));
        }
    }
}
