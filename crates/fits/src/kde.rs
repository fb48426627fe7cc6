//! Eigenvalues in, their density on an even grid out: a kernel estimate with the triangular kernel.
//!
//! Each value touches only the grid points within one bandwidth, so the cost is values × touched
//! points and not values × all points, and nothing is approximated.

/// A density on the points `step · k`.
#[derive(Clone, Debug)]
pub(crate) struct Density {
    /// Density at each point.
    pub(crate) heights: Vec<f64>,
    /// Distance between points; the first is 0.
    pub(crate) step: f64,
}

/// The density of `values` (finite, ≥ 0, not empty) at `points` points from 0 to `end`, both
/// included, with the kernel max(0, 1 − |d|/h)/h of half width h = `bandwidth`.
pub(crate) fn triangular_density(values: &[f64], bandwidth: f64, points: usize, end: f64) -> Density {
    let step = end / (points - 1) as f64;
    let mut heights = vec![0.0; points];
    for &value in values {
        let first = ((value - bandwidth) / step).floor().max(0.0) as usize;
        for (k, height) in heights.iter_mut().enumerate().skip(first) {
            let distance = k as f64 * step - value;
            if distance > bandwidth {
                break;
            }
            *height += (1.0 - distance.abs() / bandwidth).max(0.0);
        }
    }
    let scale = 1.0 / (values.len() as f64 * bandwidth);
    heights.iter_mut().for_each(|height| *height *= scale);
    Density { heights, step }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sum_of_the_kernels() {
        let values: Vec<f64> = (0..40).map(|i| f64::from(i * i) / 300.0).collect();
        let density = triangular_density(&values, 0.1, 1000, 6.0);
        for (k, height) in density.heights.iter().enumerate() {
            let x = 6.0 * k as f64 / 999.0;
            let kernel = |value: &f64| (1.0 - (x - value).abs() / 0.1).max(0.0) / 0.1;
            let literal = values.iter().map(kernel).sum::<f64>() / 40.0;
            assert!((height - literal).abs() < 1e-12, "at {x}");
        }
    }
}
