//! A tensor's elements and a view in, blocks of the matrix's rows as f64 out.
//!
//! Storage decides the direction: a wide weight is read along its own rows, which are the columns of the tall
//! matrix, so that elements are always decoded in runs. Pages of a mapped file are given back as they are finished,
//! so that a table of a gigabyte needs no more memory than a block.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use heavytail_formats::TensorData;

use crate::MatrixView;
use crate::error::{Error, ErrorKind};

/// Elements read between two releases: 32 MiB of f32.
const RELEASE_EVERY: usize = 8 << 20;

/// Reads the rows of one matrix of a layer.
///
/// The view has been checked against the tensor: every row can be read, in any order and from several threads.
pub struct MatrixReader {
    data: TensorData,
    view: MatrixView,
    /// Positions from the first to one past the last element.
    span: Range<usize>,
    unreleased: AtomicUsize,
}

impl MatrixReader {
    /// A reader of `view` in the tensor that it was made for; the elements stay where they are.
    ///
    /// # Errors
    /// The view reaches past the end of the tensor.
    pub fn new(data: &TensorData, view: MatrixView) -> Result<Self, Error> {
        let len = data.shape().iter().product();
        let (rows, cols) = (view.rows, view.cols);
        let end = view.end().filter(|end| *end <= len);
        let end = end.ok_or(ErrorKind::ViewOutOfRange { rows, cols, len })?;
        Ok(Self { data: data.clone(), view, span: view.first..end, unreleased: AtomicUsize::new(0) })
    }

    /// N, the longer side.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.view.rows
    }

    /// M, the shorter side.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.view.cols
    }

    /// Whether [`read`](Self::read) lays a block out row by row (tall storage) or column by column (wide storage).
    #[must_use]
    pub fn is_row_major(&self) -> bool {
        self.view.is_row_major()
    }

    /// Writes the rows `rows` to `out`, which holds exactly `rows.len() × cols` numbers.
    ///
    /// # Errors
    /// Rows that are not there, a buffer of another size, or elements that can't be decoded.
    pub fn read(&self, rows: Range<usize>, out: &mut [f64]) -> Result<(), Error> {
        let view = &self.view;
        let height = rows.end.checked_sub(rows.start).filter(|_| rows.end <= view.rows);
        let size = height.and_then(|height| height.checked_mul(view.cols));
        let (Some(height), true) = (height, size == Some(out.len())) else {
            return Err(ErrorKind::BadBlock {
                start: rows.start,
                end: rows.end,
                rows: view.rows,
                cols: view.cols,
                buffer: out.len(),
            }
            .into());
        };
        if height == 0 {
            return Ok(());
        }
        let first = view.first + rows.start * view.row_step;
        if self.is_row_major() {
            self.read_runs(first, view.row_step, view.col_step, view.cols, out)?;
        } else {
            self.read_runs(first, view.col_step, view.row_step, height, out)?;
        }
        self.release_finished(out.len());
        Ok(())
    }

    /// Fills `out` run by run; runs start `next` positions apart and step by `step` inside.
    fn read_runs(
        &self,
        first: usize,
        next: usize,
        step: usize,
        run: usize,
        out: &mut [f64],
    ) -> Result<(), Error> {
        if next == run * step {
            return Ok(self.data.decode(first, step, out)?);
        }
        for (index, numbers) in out.chunks_exact_mut(run).enumerate() {
            self.data.decode(first + index * next, step, numbers)?;
        }
        Ok(())
    }

    /// Gives pages back once enough has been read. All of the matrix's are: those of the blocks that other threads
    /// read meanwhile come back from the page cache for the price of a fault.
    fn release_finished(&self, read: usize) {
        if self.unreleased.fetch_add(read, Ordering::Relaxed) + read >= RELEASE_EVERY {
            self.unreleased.store(0, Ordering::Relaxed);
            self.data.release(self.span.clone());
        }
    }
}

impl Drop for MatrixReader {
    fn drop(&mut self) {
        self.data.release(self.span.clone());
    }
}
