//! The Marchenko–Pastur law: variance and aspect ratio in, edges and density of a random matrix's
//! spectrum out.
//!
//! It is what the eigenvalues of WᵀW/N look like when the entries of W (N×M, N ≥ M) are independent
//! with standard deviation sigma (Marchenko and Pastur 1967). Layers that have learnt little keep it
//! as their bulk.

use std::f64::consts::PI;

/// The law of standard deviation `sigma` > 0 and aspect ratio `q` = N/M ≥ 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarchenkoPastur {
    /// Standard deviation of the entries.
    pub sigma: f64,
    /// Aspect ratio Q = N/M.
    pub q: f64,
}

impl MarchenkoPastur {
    /// Lower edge σ²(1 − 1/√Q)².
    #[must_use]
    pub fn lower_edge(&self) -> f64 {
        (self.sigma * (1.0 - self.q.recip().sqrt())).powi(2)
    }

    /// Upper edge σ²(1 + 1/√Q)².
    #[must_use]
    pub fn upper_edge(&self) -> f64 {
        (self.sigma * (1.0 + self.q.recip().sqrt())).powi(2)
    }

    /// Q·√((b − x)(x − a)) / (2πσ²x) between the edges a and b, 0 outside.
    #[must_use]
    pub fn density(&self, x: f64) -> f64 {
        let inside = (self.upper_edge() - x) * (x - self.lower_edge());
        if inside > 0.0 { self.q * inside.sqrt() / (2.0 * PI * self.sigma * self.sigma * x) } else { 0.0 }
    }

    /// Share of the law at or below `x`.
    ///
    /// x = c + r·cos θ with c, r the middle and half width of the bulk turns the integrand into a
    /// smooth periodic function, for which the midpoint rule converges geometrically.
    #[must_use]
    pub fn cumulative(&self, x: f64) -> f64 {
        const POINTS: i32 = 512;
        let (a, b) = (self.lower_edge(), self.upper_edge());
        if x <= a || x >= b {
            return if x <= a { 0.0 } else { 1.0 };
        }
        let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
        let first = ((x - middle) / half).clamp(-1.0, 1.0).acos();
        let step = (PI - first) / f64::from(POINTS);
        let integrand = |k: i32| {
            let angle = first + (f64::from(k) + 0.5) * step;
            (half * angle.sin()).powi(2) / (middle + half * angle.cos())
        };
        let sum: f64 = (0..POINTS).map(integrand).sum();
        (sum * step * self.q / (2.0 * PI * self.sigma * self.sigma)).clamp(0.0, 1.0)
    }

    /// The value that half of the law is below.
    #[must_use]
    pub fn median(&self) -> f64 {
        let (mut low, mut high) = (self.lower_edge(), self.upper_edge());
        // Each halving gains a bit; 60 of them end at neighbouring floats.
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.cumulative(middle) < 0.5 {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_law_is_between_its_edges_and_its_mean_is_the_variance() {
        for q in [1.0, 1.2, 4.0, 65.0] {
            let law = MarchenkoPastur { sigma: 1.3, q };
            let (a, b) = (law.lower_edge(), law.upper_edge());
            // Substituted so that neither edge is singular.
            let points = 4000;
            let (mut mass, mut mean) = (0.0, 0.0);
            for k in 0..points {
                let angle = PI * (f64::from(k) + 0.5) / f64::from(points);
                let x = 0.5 * (a + b) + 0.5 * (b - a) * angle.cos();
                let weight = law.density(x) * 0.5 * (b - a) * angle.sin() * PI / f64::from(points);
                mass += weight;
                mean += weight * x;
            }
            assert!((mass - 1.0).abs() < 1e-5, "q = {q}: {mass}");
            assert!((mean - 1.69).abs() < 1e-5, "q = {q}: {mean}");
        }
    }

    #[test]
    fn the_median_halves_the_law() {
        let law = MarchenkoPastur { sigma: 0.7, q: 2.5 };
        assert!((law.cumulative(law.median()) - 0.5).abs() < 1e-9);
        // A tall matrix has all its eigenvalues near the variance.
        assert!((MarchenkoPastur { sigma: 1.0, q: 1e6 }.median() - 1.0).abs() < 1e-2);
    }
}
