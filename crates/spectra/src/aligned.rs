//! A length in, so many zeros out, the first at the beginning of a line of memory.
//!
//! A vector of 512 bits that lies across two lines is loaded twice. The loops that read a matrix from the second cache
//! are bound by that; results never depend on where memory lies.

use std::ops::{Deref, DerefMut};

/// Numbers in a line of memory, and in the longest vector.
pub(crate) const LINE: usize = 8;

/// Zeros that are written over.
#[derive(Debug)]
pub(crate) struct Aligned {
    elements: Vec<f64>,
    first: usize,
}

impl Aligned {
    /// So many zeros.
    pub(crate) fn zeros(len: usize) -> Self {
        let elements = vec![0.0; len + LINE];
        let first = elements.as_ptr().align_offset(LINE * size_of::<f64>()).min(LINE);
        Self { elements, first }
    }

    const fn len(&self) -> usize {
        self.elements.len() - LINE
    }
}

impl Deref for Aligned {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.elements[self.first..][..self.len()]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f64] {
        let len = self.len();
        &mut self.elements[self.first..][..len]
    }
}

impl Clone for Aligned {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len());
        copy.copy_from_slice(self);
        copy
    }
}
