//! Two neighbouring layers in, the spectrum of their normalised product out.

use heavytail_layers::IntraPair;
use heavytail_spectra::Matrix;
use heavytail_spectra::seed::Stream;

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::opened::Opened;
use crate::analysis::read_factor::Factors;
use crate::analysis::unit::Unit;
use crate::model::Model;
use crate::options::AnalyzeOptions;

/// Opens W₁·W₂/(‖W₁‖·‖W₂‖), whose singular values stand for eigenvalues as in the reference; or, sparsified,
/// W₁·S·W₂/(‖W₁‖·‖W₂‖ + √‖S‖) with random gates S.
pub(crate) fn open_intra(
    model: &Model<'_>,
    pair: &IntraPair,
    unit: &Unit,
    options: &AnalyzeOptions,
) -> Result<Opened, LayerFailure> {
    let mut factors = Factors::read(model.source, pair.product)?;
    let mut norms = norm(&factors.left) * norm(&factors.right);
    if options.sparsify {
        let inner = pair.product.inner();
        let between = random_gates(inner, &mut Stream::new(options.seed, &unit.stream()));
        norms += norm(&between).sqrt();
        factors.left = times(&factors.left, &between, inner);
    }
    let mut opened = Opened::of_matrices(Vec::new(), norms.recip());
    opened.singular = true;
    opened.known.push(factors.spectrum()?);
    opened.kept = Some(pair.m.min(pair.product.inner()));
    if options.needs_elements() {
        opened.matrices.push(Box::new(factors.formed()?) as Box<dyn Matrix>);
    }
    Ok(opened)
}

/// The Frobenius norm.
fn norm(elements: &[f64]) -> f64 {
    elements.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// A k×k matrix of zeros and ones, equally likely: what the reference puts between two layers for their ReLU.
fn random_gates(inner: usize, stream: &mut Stream) -> Vec<f64> {
    let mut gates = vec![0.0; inner.saturating_mul(inner)];
    for run in gates.chunks_mut(64) {
        let bits = stream.bits();
        run.iter_mut().enumerate().for_each(|(at, gate)| *gate = f64::from(u8::from(bits >> at & 1 == 1)));
    }
    gates
}

/// The product of a p×k matrix and a k×k one, row-major.
fn times(left: &[f64], right: &[f64], inner: usize) -> Vec<f64> {
    let mut product = vec![0.0; left.len()];
    for (row, out) in left.chunks_exact(inner).zip(product.chunks_exact_mut(inner)) {
        for (x, gates) in row.iter().zip(right.chunks_exact(inner)) {
            out.iter_mut().zip(gates).for_each(|(sum, gate)| *sum += x * gate);
        }
    }
    product
}
