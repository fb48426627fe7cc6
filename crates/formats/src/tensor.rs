//! A tensor's description and, once loaded, its elements.
//!
//! Elements stay the bytes of the file until [`TensorData::decode`] turns a run of them into f64: a caller that
//! walks a matrix block by block holds one block, not the matrix.

mod every;

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cursor::to_u64;
use crate::strides::{Axes, Run};
use crate::{Dtype, Error, ErrorKind, decode};

/// Name, type and shape of one tensor, known from the header alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// The full name, as in the checkpoint.
    pub name: String,
    /// Element type as stored; for packed weights the type they unpack to.
    pub dtype: Dtype,
    /// Extent of each axis, outermost first; empty for a scalar.
    pub shape: Vec<usize>,
    /// How packed weights were unpacked (`gptq-4bit`, `q4_k`), where they were.
    pub quantisation: Option<String>,
}

impl TensorInfo {
    /// Number of elements; the readers have checked that the product does not overflow.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Bytes that stay valid while this handle lives: a mapped file, an owned buffer, or memory of a caller.
pub trait ByteOwner: Send + Sync {
    /// All the bytes.
    fn bytes(&self) -> &[u8];

    /// Whether all the bytes are here; those of a remote file may have to be [fetched](Self::fetch) first.
    fn is_whole(&self) -> bool {
        true
    }

    /// Returns once the bytes `range` are here. What lies past the end is no error.
    ///
    /// # Errors
    /// The bytes are elsewhere and can't be had.
    fn fetch(&self, range: Range<usize>) -> Result<(), Error> {
        let _ = range;
        Ok(())
    }

    /// Tells the system that `range` will be needed soon, so that it is read while something else is computed.
    fn expect(&self, range: Range<usize>) {
        let _ = range;
    }

    /// Tells the system that `range` won't be needed soon, so that mapped pages stop counting as resident.
    fn release(&self, range: Range<usize>) {
        let _ = range;
    }
}

impl ByteOwner for Vec<u8> {
    fn bytes(&self) -> &[u8] {
        self
    }
}

/// Packed weights that are unpacked a run at a time; each quantised format has one implementation.
pub(crate) trait Unpack: Send + Sync {
    /// The elements at row-major positions `first..first + out.len()`, which the caller has checked to exist.
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error>;

    /// Returns once the bytes under these positions are on this machine, where that can be told cheaply; otherwise
    /// they come when they are unpacked.
    fn fetch(&self, positions: Range<usize>) -> Result<(), Error> {
        let _ = positions;
        Ok(())
    }

    /// Gives back the pages under these positions, where that can be told cheaply.
    fn release(&self, positions: Range<usize>) {
        let _ = positions;
    }
}

/// The elements of one tensor: little-endian bytes with a type, a shape and strides, or packed blocks.
///
/// The constructor has checked that every element the shape and strides reach lies inside the bytes.
#[derive(Clone)]
pub struct TensorData {
    dtype: Dtype,
    shape: Vec<usize>,
    len: usize,
    elements: Elements,
    /// Whether elements are rounded to f32 as they are decoded.
    single: bool,
    /// For messages: the name, and the file that it is in.
    place: Option<Arc<(String, PathBuf)>>,
}

#[derive(Clone)]
enum Elements {
    /// `start` is the byte position of the element with all indices zero.
    Plain { owner: Arc<dyn ByteOwner>, start: usize, axes: Axes },
    /// Blocks that know how to unpack themselves.
    Packed(Arc<dyn Unpack>),
}

impl TensorData {
    /// Elements that lie `strides` elements apart along each axis, the first of them at byte `start`.
    ///
    /// # Errors
    /// The shape overflows, or an element that it reaches lies outside the bytes.
    pub fn strided(
        owner: Arc<dyn ByteOwner>,
        start: usize,
        dtype: Dtype,
        shape: Vec<usize>,
        strides: &[usize],
    ) -> Result<Self, Error> {
        let overflow = || ErrorKind::ShapeOverflow { shape: shape.iter().copied().map(to_u64).collect() };
        let len = element_count(&shape).ok_or_else(overflow)?;
        let axes = Axes::new(&shape, strides).ok_or_else(overflow)?;
        let reach = if len == 0 { Some(0) } else { axes.last_offset().checked_add(1) };
        let end = reach
            .and_then(|reach| reach.checked_mul(dtype.size())?.checked_add(start))
            .ok_or_else(overflow)?;
        let available = owner.bytes().len();
        if end > available {
            return Err(ErrorKind::TruncatedData { end: to_u64(end), available: to_u64(available) }.into());
        }
        Ok(Self {
            dtype,
            shape,
            len,
            elements: Elements::Plain { owner, start, axes },
            single: false,
            place: None,
        })
    }

    /// Elements in row-major order from byte `start` on.
    ///
    /// # Errors
    /// The shape overflows, or the bytes end before the last element.
    pub fn contiguous(
        owner: Arc<dyn ByteOwner>,
        start: usize,
        dtype: Dtype,
        shape: Vec<usize>,
    ) -> Result<Self, Error> {
        let strides = row_major(&shape);
        Self::strided(owner, start, dtype, shape, &strides)
    }

    /// Packed weights that unpack to this type and shape; the reader has checked the shape.
    pub(crate) fn packed(dtype: Dtype, shape: Vec<usize>, blocks: Arc<dyn Unpack>) -> Self {
        let len = element_count(&shape).unwrap_or(0);
        Self { dtype, shape, len, elements: Elements::Packed(blocks), single: false, place: None }
    }

    /// The same elements, rounded to f32 as they are decoded.
    #[must_use]
    pub fn in_single_precision(self) -> Self {
        Self { single: true, ..self }
    }

    /// The same elements, which are those of this tensor of this file: what is wrong with them is said of it.
    pub(crate) fn placed(self, name: &str, file: &Path) -> Self {
        Self { place: Some(Arc::new((name.to_owned(), file.to_path_buf()))), ..self }
    }

    /// Element type.
    #[must_use]
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Extent of each axis, outermost first.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Decodes the `out.len()` elements at logical (row-major) positions `first`, `first + step`, … to f64.
    ///
    /// Logical positions count the shape in row-major order, whatever the strides in memory.
    ///
    /// # Errors
    /// A position past the last element, or a dtype that is no real number.
    pub fn decode(&self, first: usize, step: usize, out: &mut [f64]) -> Result<(), Error> {
        self.decode_unplaced(first, step, out).map_err(|error| match self.place.as_deref() {
            Some((name, file)) => error.of_tensor(name).in_file(file),
            None => error,
        })
    }

    fn decode_unplaced(&self, first: usize, step: usize, out: &mut [f64]) -> Result<(), Error> {
        let Some(steps) = out.len().checked_sub(1) else { return Ok(()) };
        let last = steps.checked_mul(step).and_then(|way| way.checked_add(first)).unwrap_or(usize::MAX);
        if last >= self.len {
            return Err(ErrorKind::PositionOutOfRange { position: last, len: self.len }.into());
        }
        if step == 0 {
            let mut value = [0.0];
            self.decode(first, 1, &mut value)?;
            out.fill(value[0]);
            return Ok(());
        }
        match &self.elements {
            Elements::Plain { owner, start, axes } => {
                if !owner.is_whole() {
                    self.fetch(first..last.saturating_add(1))?;
                }
                let bytes = owner.bytes().get(*start..).unwrap_or_default();
                axes.runs(first, step, out, |run, out| decode::run(self.dtype, bytes, run, out))?;
            }
            Elements::Packed(blocks) if step == 1 => blocks.unpack(first, out)?,
            Elements::Packed(blocks) => every::unpack(&**blocks, first, step, out)?,
        }
        if self.single && self.dtype == Dtype::F64 {
            out.iter_mut().for_each(|element| *element = round_to_single(*element));
        }
        Ok(())
    }

    /// Returns once the elements in this range of logical positions are on this machine.
    pub(crate) fn fetch(&self, positions: Range<usize>) -> Result<(), Error> {
        match &self.elements {
            Elements::Plain { owner, start, axes } if !positions.is_empty() => {
                let reach = 0..axes.last_offset().saturating_add(1);
                owner.fetch(self.bytes_of(*start, &axes.hull(&positions).unwrap_or(reach)))
            }
            Elements::Plain { .. } => Ok(()),
            Elements::Packed(blocks) => blocks.fetch(positions),
        }
    }

    /// Tells the system that the elements in this range of logical positions will be needed soon; those of packed weights
    /// come when they are asked for.
    pub(crate) fn expect(&self, positions: Range<usize>) {
        let positions = positions.start..positions.end.min(self.len);
        if let Elements::Plain { owner, start, axes } = &self.elements
            && !positions.is_empty()
        {
            let all = 0..axes.last_offset().saturating_add(1);
            owner.expect(self.bytes_of(*start, &axes.hull(&positions).unwrap_or(all)));
        }
    }

    /// Tells the system that the elements in this range of logical positions won't be needed soon.
    pub fn release(&self, positions: Range<usize>) {
        let positions = positions.start..positions.end.min(self.len);
        if positions.is_empty() {
            return;
        }
        match &self.elements {
            Elements::Plain { owner, start, axes } => {
                if let Some(offsets) = axes.hull(&positions) {
                    owner.release(self.bytes_of(*start, &offsets));
                }
            }
            Elements::Packed(blocks) => blocks.release(positions),
        }
    }

    /// The bytes under these places.
    fn bytes_of(&self, start: usize, offsets: &Range<usize>) -> Range<usize> {
        let byte = |offset: usize| offset.saturating_mul(self.dtype.size()).saturating_add(start);
        byte(offsets.start)..byte(offsets.end)
    }

    /// Whether the elements are unpacked from blocks.
    pub(crate) fn is_packed(&self) -> bool {
        matches!(self.elements, Elements::Packed(_))
    }

    /// Whether the stored bytes are one row-major piece.
    pub(crate) fn is_one_piece(&self) -> bool {
        self.piece().is_some()
    }

    /// The stored bytes, where they are one row-major piece.
    ///
    /// # Errors
    /// The bytes are elsewhere and can't be had.
    pub(crate) fn plain_bytes(&self) -> Result<Option<&[u8]>, Error> {
        let Some((owner, range)) = self.piece() else { return Ok(None) };
        if !owner.is_whole() {
            owner.fetch(range.clone())?;
        }
        Ok(owner.bytes().get(range))
    }

    /// Where the bytes of one row-major piece are.
    fn piece(&self) -> Option<(&Arc<dyn ByteOwner>, Range<usize>)> {
        match &self.elements {
            Elements::Plain { owner, start, axes } if axes.is_row_major() => {
                let end = self.len.checked_mul(self.dtype.size())?.checked_add(*start)?;
                (end <= owner.bytes().len()).then_some((owner, *start..end))
            }
            _ => None,
        }
    }

    /// Writes the elements as little-endian bytes of their own type in row-major order, untouched.
    ///
    /// # Errors
    /// The writer refuses, or the weights are packed.
    pub(crate) fn write_raw(&self, to: &mut dyn Write) -> Result<(), Error> {
        let size = self.dtype.size();
        self.fetch(0..self.len)?;
        match (&self.elements, self.plain_bytes()?) {
            (_, Some(bytes)) => to.write_all(bytes).map_err(|error| ErrorKind::Write(error).into()),
            (Elements::Plain { owner, start, axes }, None) => {
                let bytes = owner.bytes().get(*start..).unwrap_or_default();
                // The walk counts positions by a slice to be filled; here the slice is of nothing but places.
                axes.runs(0, 1, &mut vec![(); self.len], |run: Run, places: &mut [()]| {
                    let offsets = (0..places.len()).map(|index| run.offset(index).saturating_mul(size));
                    let elements = offsets.filter_map(|at| bytes.get(at..)?.get(..size));
                    elements
                        .into_iter()
                        .try_for_each(|element| to.write_all(element).map_err(|e| ErrorKind::Write(e).into()))
                })
            }
            (Elements::Packed(_), None) => {
                Err(ErrorKind::UnknownPacking { packing: "cannot be written back as it was".to_owned() }
                    .into())
            }
        }
    }
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "rounding is what is asked for")]
fn round_to_single(element: f64) -> f64 {
    f64::from(element as f32)
}

/// The product of the extents, unless it overflows.
pub(crate) fn element_count(shape: &[usize]) -> Option<usize> {
    // A zero anywhere makes the tensor empty even where the other extents overflow.
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_usize, |product, extent| product.checked_mul(*extent))
}

/// Strides of row-major storage; saturated where the shape overflows, which the constructor refuses.
pub(crate) fn row_major(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1_usize; shape.len()];
    let mut product = 1_usize;
    for (stride, extent) in strides.iter_mut().zip(shape).rev() {
        *stride = product;
        product = product.saturating_mul((*extent).max(1));
    }
    strides
}
