//! A seed in, spectra whose law is known out.

/// A stream of random numbers: SplitMix64 (Steele, Lea and Flood 2014).
pub(crate) struct Draws(u64);

impl Draws {
    /// The stream of trial `trial` of the table `table`.
    pub(crate) fn new(table: u64, trial: u64) -> Self {
        Self(mix(table.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ mix(trial)))
    }

    /// Uniform in (0, 1].
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        ((mix(self.0) >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// `n` ascending draws.
    fn sorted(&mut self, n: usize, mut draw: impl FnMut(&mut Self) -> f64) -> Vec<f64> {
        let mut values: Vec<f64> = (0..n).map(|_| draw(self)).collect();
        values.sort_by(f64::total_cmp);
        values
    }

    fn pareto(&mut self, alpha: f64) -> f64 {
        self.uniform().powf(-1.0 / (alpha - 1.0))
    }

    /// The power law from 1 on.
    pub(crate) fn power_law(&mut self, n: usize, alpha: f64) -> Vec<f64> {
        self.sorted(n, |draws| draws.pareto(alpha))
    }

    /// Three tenths from the power law from 1 on, the others from a lognormal below 1.
    pub(crate) fn power_law_on_lognormal(&mut self, n: usize, alpha: f64) -> Vec<f64> {
        self.sorted(n, |draws| {
            if draws.uniform() < 0.3 {
                return draws.pareto(alpha);
            }
            loop {
                let x = (0.8 * draws.normal() - 0.8).exp();
                if x < 1.0 {
                    return x;
                }
            }
        })
    }

    /// The density that is e^(−alpha(x − 1)) up to 1 and x^−alpha beyond: continuous and with a continuous slope, the
    /// hardest body for a choice of xmin (Clauset, Shalizi and Newman 2009, equation 3.10).
    pub(crate) fn power_law_on_exponential(&mut self, n: usize, alpha: f64) -> Vec<f64> {
        let (body, tail) = (alpha.exp_m1() / alpha, 1.0 / (alpha - 1.0));
        self.sorted(n, |draws| {
            if draws.uniform() * (body + tail) < tail {
                draws.pareto(alpha)
            } else {
                1.0 - (alpha.exp() - draws.uniform() * alpha.exp_m1()).ln() / alpha
            }
        })
    }

    /// The truncated power law from 1 on, by rejection from its exponential.
    pub(crate) fn truncated(&mut self, n: usize, alpha: f64, lambda: f64) -> Vec<f64> {
        self.sorted(n, |draws| {
            loop {
                let x = 1.0 - draws.uniform().ln() / lambda;
                if draws.uniform() < x.powf(-alpha) {
                    return x;
                }
            }
        })
    }

    /// The exponential from 1 on.
    pub(crate) fn exponential(&mut self, n: usize, rate: f64) -> Vec<f64> {
        self.sorted(n, |draws| 1.0 - draws.uniform().ln() / rate)
    }

    /// The lognormal above 1.
    pub(crate) fn lognormal(&mut self, n: usize, mu: f64, sigma: f64) -> Vec<f64> {
        self.sorted(n, |draws| {
            loop {
                let log = mu + sigma * draws.normal();
                if log > 0.0 {
                    return log.exp();
                }
            }
        })
    }

    /// χ² with `degrees` degrees of freedom: sums of exponentials and a square for few, the gamma law by Marsaglia and
    /// Tsang (2000) for many.
    fn chi_squared(&mut self, degrees: usize) -> f64 {
        let shape = 0.5 * degrees as f64;
        if degrees < 3 {
            return (0..degrees).map(|_| self.normal().powi(2)).sum();
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let z = self.normal();
            let v = (1.0 + c * z).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * z * z + d - d * v + d * v.ln() {
                return 2.0 * d * v;
            }
        }
    }

    /// Ascending eigenvalues of WᵀW, W of `rows`×`columns` standard normal entries with the first column multiplied
    /// by √`spike`: from the bidiagonal matrix with the same singular values (Dumitriu and Edelman 2002; Bloemendal and
    /// Virág 2013 with the spike).
    pub(crate) fn random_matrix(&mut self, rows: usize, columns: usize, spike: f64) -> Vec<f64> {
        let mut diagonal: Vec<f64> = (0..columns).map(|k| self.chi_squared(rows - k)).collect();
        let above: Vec<f64> = (1..columns).map(|k| self.chi_squared(columns - k)).collect();
        diagonal[0] *= spike;
        // BᵀB is tridiagonal.
        let mut own = diagonal.clone();
        let mut beside = vec![0.0; columns];
        for k in 1..columns {
            own[k] += above[k - 1];
            beside[k - 1] = (diagonal[k - 1] * above[k - 1]).sqrt();
        }
        tridiagonal_eigenvalues(&mut own, &mut beside);
        own.iter_mut().for_each(|value| *value = value.max(0.0));
        own.sort_by(f64::total_cmp);
        own
    }
}

/// The finalizer of SplitMix64.
fn mix(word: u64) -> u64 {
    let z = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The implicit QL iteration (Dubrulle, Martin and Wilkinson 1968); the eigenvalues replace the diagonal `d`, and
/// `e[k]` stands beside `d[k]` and `d[k + 1]`.
fn tridiagonal_eigenvalues(d: &mut [f64], e: &mut [f64]) {
    let n = d.len();
    for start in 0..n {
        while let Some(end) = unreduced_end(d, e, start) {
            let shift = (d[start + 1] - d[start]) / (2.0 * e[start]);
            let root = shift.hypot(1.0).copysign(shift);
            let mut g = d[end] - d[start] + e[start] / (shift + root);
            let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
            for i in (start..end).rev() {
                let (f, b) = (s * e[i], c * e[i]);
                let r = (f * f + g * g).sqrt();
                e[i + 1] = r;
                (s, c) = if r > 0.0 { (f / r, g / r) } else { (0.0, 1.0) };
                g = d[i + 1] - p;
                let t = (d[i] - g) * s + 2.0 * c * b;
                p = s * t;
                d[i + 1] = g + p;
                g = c * t - b;
            }
            d[start] -= p;
            e[start] = g;
            e[end] = 0.0;
        }
    }
}

/// The end of the block that begins at `start` and does not fall apart, unless it is `start` alone.
fn unreduced_end(d: &[f64], e: &[f64], start: usize) -> Option<usize> {
    let falls_apart = |k: &usize| e[*k].abs() <= f64::EPSILON * (d[*k].abs() + d[*k + 1].abs());
    let end = (start..d.len() - 1).find(falls_apart).unwrap_or(d.len() - 1);
    (end > start).then_some(end)
}
