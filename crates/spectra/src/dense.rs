//! A matrix that is whole in memory: shape and elements in, row blocks out.

use std::ops::Range;

use crate::{BlockLayout, Error, Matrix, ReadError};

/// A tall matrix whose N·M elements are in memory as f64, row-major.
///
/// Invariant: N ≥ M ≥ 1 and the buffer holds exactly N·M elements.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseMatrix {
    rows: usize,
    cols: usize,
    elements: Vec<f64>,
}

impl DenseMatrix {
    /// Takes the N×M elements, row-major.
    ///
    /// # Errors
    /// [`Error::Shape`] unless rows ≥ cols ≥ 1, [`Error::Length`] if the buffer holds another number of elements.
    pub fn new(rows: usize, cols: usize, elements: Vec<f64>) -> Result<Self, Error> {
        if cols == 0 || rows < cols {
            return Err(Error::Shape { rows, cols });
        }
        let expected = rows.checked_mul(cols).ok_or(Error::Shape { rows, cols })?;
        if elements.len() != expected {
            return Err(Error::Length { len: elements.len(), expected });
        }
        Ok(Self { rows, cols, elements })
    }

    /// Takes a wide matrix, M×N row-major with N ≥ M, as its transpose.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_wide(rows: usize, cols: usize, elements: &[f64]) -> Result<Self, Error> {
        let tall = (0..cols).flat_map(|j| (0..rows).map(move |i| i * cols + j));
        let expected = rows.checked_mul(cols).ok_or(Error::Shape { rows, cols })?;
        if elements.len() != expected {
            return Err(Error::Length { len: elements.len(), expected });
        }
        Self::new(cols, rows, tall.map(|at| elements[at]).collect())
    }

    /// Reads a whole matrix into memory.
    ///
    /// # Errors
    /// [`Error::Shape`], or [`Error::Read`] if the matrix can't hand over its rows.
    pub fn read(matrix: &dyn Matrix) -> Result<Self, Error> {
        let (rows, cols) = (matrix.rows(), matrix.cols());
        if cols == 0 || rows < cols {
            return Err(Error::Shape { rows, cols });
        }
        let len = rows.checked_mul(cols).ok_or(Error::Shape { rows, cols })?;
        let mut elements = vec![0.0; len];
        match matrix.layout() {
            BlockLayout::RowMajor => matrix.read(0..rows, &mut elements).map_err(Error::Read)?,
            BlockLayout::ColumnMajor => {
                let step = (1_usize << 19).div_ceil(cols).min(rows);
                let mut block = vec![0.0; step * cols];
                for start in (0..rows).step_by(step) {
                    let count = step.min(rows - start);
                    let block = &mut block[..count * cols];
                    matrix.read(start..start + count, block).map_err(Error::Read)?;
                    for i in 0..count {
                        let row = &mut elements[(start + i) * cols..][..cols];
                        for (j, out) in row.iter_mut().enumerate() {
                            *out = block[j * count + i];
                        }
                    }
                }
            }
        }
        Ok(Self { rows, cols, elements })
    }

    /// The elements, row-major.
    #[must_use]
    pub fn elements(&self) -> &[f64] {
        &self.elements
    }

    /// The elements, row-major, for changing them in place.
    pub fn elements_mut(&mut self) -> &mut [f64] {
        &mut self.elements
    }

    /// Gives the elements back, row-major.
    #[must_use]
    pub fn into_elements(self) -> Vec<f64> {
        self.elements
    }
}

impl Matrix for DenseMatrix {
    fn rows(&self) -> usize {
        self.rows
    }

    fn cols(&self) -> usize {
        self.cols
    }

    fn layout(&self) -> BlockLayout {
        BlockLayout::RowMajor
    }

    fn read(&self, rows: Range<usize>, out: &mut [f64]) -> Result<(), ReadError> {
        let block = self
            .elements
            .get(rows.start * self.cols..rows.end * self.cols)
            .ok_or_else(|| format!("rows {rows:?} of {}", self.rows))?;
        if out.len() != block.len() {
            return Err(format!("a buffer of {} elements for {}", out.len(), block.len()).into());
        }
        out.copy_from_slice(block);
        Ok(())
    }
}
