//! A layer and a seed in, how it differs from itself with its elements shuffled out.
//!
//! A shuffle of a shuffle is as random as one of the layer itself, so that all replicas take turns in one buffer.

use heavytail_spectra::divergence::jensen_shannon_distance;
use heavytail_spectra::seed::Stream;
use heavytail_spectra::shuffle::shuffle;
use heavytail_spectra::{DenseMatrix, Esd, MatrixSpectrum, SpectrumOptions, spectrum};

use crate::analysis::fill_mp::bulk;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::layer_spectrum::pool;
use crate::analysis::opened::Opened;
use crate::analysis::unit::Unit;
use crate::columns_random::{
    MAX_RAND_EVAL, NUM_TRAPS, RAND_BULK_MAX, RAND_BULK_MIN, RAND_DISTANCE, RAND_MP_SOFTRANK, RAND_NUM_SPIKES,
    RAND_SIGMA_MP, RAND_W_SCALE, WW_MAXDIST, WW_SOFTRANK,
};
use crate::options::AnalyzeOptions;
use crate::row::Row;

/// Replicas of a layer whose single ESD would be too short for a bulk, and how short that is.
const REPLICAS: (usize, usize) = (5, 100);

/// Sets the columns; the eigenvalues of the shuffled layer, all replicas together.
pub(crate) fn fill_random(
    row: &mut Row,
    esd: &Esd,
    opened: &Opened,
    unit: &Unit,
    options: &AnalyzeOptions,
) -> Result<Vec<f64>, LayerFailure> {
    let replicas = if esd.count() < REPLICAS.1 { REPLICAS.0 } else { 1 };
    // One more, the last, is the fresh shuffle that the spectrum itself is held against.
    let mut esds = replica_esds(opened, unit, options, replicas + 1)?;
    let fresh = esds.split_off(replicas).swap_remove(0);
    let pooled = esds.into_iter().flat_map(Esd::into_eigenvalues).collect();
    let pooled = Esd::new(pooled).map_err(LayerFailure::Spectrum)?;
    row.set(&MAX_RAND_EVAL, pooled.max());
    row.set(&WW_SOFTRANK, fresh.max() / esd.max());
    row.set(&WW_MAXDIST, esd.max() - fresh.max());
    let distance = jensen_shannon_distance(esd.eigenvalues(), fresh.eigenvalues());
    row.set(&RAND_DISTANCE, distance.map_err(LayerFailure::Spectrum)?);
    let size = (unit.layer.n, unit.layer.m);
    if let Some(fit) = bulk(row, &pooled, size, options.compat) {
        row.set(&RAND_NUM_SPIKES, fit.num_spikes);
        row.set(&NUM_TRAPS, fit.num_spikes);
        row.set(&RAND_SIGMA_MP, fit.sigma);
        row.set(&RAND_MP_SOFTRANK, fit.softrank);
        row.set(&RAND_W_SCALE, fit.w_scale);
        row.set(&RAND_BULK_MAX, fit.bulk_max);
        row.set(&RAND_BULK_MIN, fit.bulk_min);
    }
    Ok(pooled.into_eigenvalues())
}

/// ESDs of shuffled copies of the layer.
fn replica_esds(
    opened: &Opened,
    unit: &Unit,
    options: &AnalyzeOptions,
    replicas: usize,
) -> Result<Vec<Esd>, LayerFailure> {
    let mut spectra: Vec<Vec<MatrixSpectrum>> = vec![Vec::new(); replicas];
    for (index, matrix) in opened.matrices.iter().enumerate() {
        let failure = |error| LayerFailure::of_spectrum(error, matrix.rows(), matrix.cols());
        let mut copy = DenseMatrix::read(matrix.as_ref()).map_err(failure)?;
        let [id, slice, kind] = unit.stream();
        let mut stream = Stream::new(options.seed, &[id, slice, kind, index as u64]);
        for replica in &mut spectra {
            shuffle(copy.elements_mut(), &mut stream);
            let found = spectrum(&copy, &SpectrumOptions::default()).map_err(failure)?;
            replica.push(opened.adjusted(found));
        }
    }
    spectra.iter().map(|replica| pool(replica, options)).collect()
}
