//! A layer's matrix and a seed in, the matrix with its elements permuted, the permutation and its spikes out.

use heavytail_fits::{MpFit, mp_fit};
use heavytail_spectra::seed::Stream;
use heavytail_spectra::shuffle::shuffle;
use heavytail_spectra::stop::checkpoint;
use heavytail_spectra::truncation::{Triplets, top_triplets};
use heavytail_spectra::{DenseMatrix, Matrix, SpectrumOptions, spectrum};
use sha2::{Digest, Sha256};

use crate::analysis::fill_mp::square_law;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::unit::Unit;
use crate::options::AnalyzeOptions;

/// `W_perm.flat[i] = W.flat[p[i]]` over the row-major elements of the tall matrix.
pub(crate) struct Permutation(Vec<usize>);

impl Permutation {
    /// The permutation that the seed gives this row: the one that `randomize` shuffles it by first.
    pub(crate) fn new(unit: &Unit, len: usize, seed: u64) -> Self {
        let [id, slice, kind] = unit.stream();
        #[expect(clippy::cast_precision_loss, reason = "no matrix has 2^53 elements")]
        let mut places: Vec<f64> = (0..len).map(|place| place as f64).collect();
        shuffle(&mut places, &mut Stream::new(seed, &[id, slice, kind, 0]));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole numbers below len"
        )]
        Self(places.into_iter().map(|place| place as usize).collect())
    }

    /// SHA-256 of the indices as 64-bit little-endian integers.
    pub(crate) fn fingerprint(&self) -> String {
        let mut hasher = Sha256::new();
        for some in self.0.chunks(1 << 20) {
            checkpoint();
            some.iter().for_each(|place| hasher.update((*place as u64).to_le_bytes()));
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The elements in their new places.
    pub(crate) fn apply(&self, matrix: &DenseMatrix) -> Result<DenseMatrix, LayerFailure> {
        checkpoint();
        let elements = self.0.iter().map(|place| matrix.elements()[*place]).collect();
        DenseMatrix::new(matrix.rows(), matrix.cols(), elements).map_err(LayerFailure::Spectrum)
    }

    /// Elements of a permuted matrix back in their old places.
    pub(crate) fn undo(&self, permuted: &[f64]) -> Vec<f64> {
        let mut elements = vec![0.0; permuted.len()];
        self.0.iter().zip(permuted).for_each(|(place, element)| elements[*place] = *element);
        elements
    }
}

/// A shuffled layer: its bulk, and the triplets that stand out of it, largest first.
pub(crate) struct Shuffled {
    pub(crate) permutation: Permutation,
    pub(crate) bulk: MpFit,
    pub(crate) traps: Triplets,
}

impl Shuffled {
    /// Shuffles a layer of one matrix and finds its traps.
    pub(crate) fn new(
        unit: &Unit,
        matrix: &DenseMatrix,
        options: &AnalyzeOptions,
    ) -> Result<Self, LayerFailure> {
        let (rows, cols) = (matrix.rows(), matrix.cols());
        let failure = |error| LayerFailure::of_spectrum(error, rows, cols);
        let permutation = Permutation::new(unit, matrix.elements().len(), options.seed);
        let permuted = permutation.apply(matrix)?;
        let spectra = SpectrumOptions::default();
        let found = spectrum(&permuted, &spectra).map_err(failure)?;
        let bulk =
            mp_fit(&found.eigenvalues, rows, cols, square_law(options.compat)).map_err(LayerFailure::Fit)?;
        let traps = match bulk.num_spikes {
            0 => Triplets { left: Vec::new(), singular: Vec::new(), right: Vec::new() },
            count => top_triplets(&permuted, count, &spectra).map_err(failure)?,
        };
        Ok(Self { permutation, bulk, traps })
    }

    /// The trap at `index`, put back: the part of the layer itself that makes it.
    pub(crate) fn put_back(&self, index: usize, (rows, cols): (usize, usize)) -> Vec<f64> {
        let left = &self.traps.left[index * rows..(index + 1) * rows];
        let right = &self.traps.right[index * cols..(index + 1) * cols];
        let sigma = self.traps.singular[index];
        let trap: Vec<f64> = left.iter().flat_map(|u| right.iter().map(move |v| sigma * u * v)).collect();
        self.permutation.undo(&trap)
    }
}
