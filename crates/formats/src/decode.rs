//! Stored elements of any type in, f64 out.
//!
//! Runs without gaps go through loops that the compiler turns into vector instructions (f16 through the
//! processor's own conversion where it has one); elements at a distance are gathered one by one. Eight-bit floats
//! are looked up: all 256 values of a type fit in two kilobytes.

use half::f16;
use half::slice::HalfFloatSliceExt;

use crate::strides::Run;
use crate::{Dtype, Error, ErrorKind};

/// Decodes `out.len()` elements of `bytes` that lie as `run` says; places past the bytes are the caller's mistake
/// and leave `out` as it was.
pub(crate) fn run(dtype: Dtype, bytes: &[u8], run: Run, out: &mut [f64]) -> Result<(), Error> {
    let size = dtype.size();
    let from = bytes.get(run.start.saturating_mul(size)..).unwrap_or_default();
    let packed = run.stride == 1;
    match dtype {
        Dtype::F64 => spread(from, run.stride, out, f64::from_le_bytes),
        Dtype::F32 => spread(from, run.stride, out, |b| f64::from(f32::from_le_bytes(b))),
        Dtype::F16 if packed => halves(from, out),
        Dtype::F16 => spread(from, run.stride, out, |b| f16::from_le_bytes(b).to_f64()),
        Dtype::Bf16 => spread(from, run.stride, out, brain),
        Dtype::F8E4M3 => spread(from, run.stride, out, |[b]| look_up(&E4M3, b)),
        Dtype::F8E5M2 => spread(from, run.stride, out, |[b]| look_up(&E5M2, b)),
        Dtype::F8E4M3Fnuz => spread(from, run.stride, out, |[b]| look_up(&E4M3_FNUZ, b)),
        Dtype::F8E5M2Fnuz => spread(from, run.stride, out, |[b]| look_up(&E5M2_FNUZ, b)),
        Dtype::F8E8M0 => spread(from, run.stride, out, |[b]| power_of_two(b)),
        Dtype::I64 => spread(from, run.stride, out, |b| nearest_i64(i64::from_le_bytes(b))),
        Dtype::I32 => spread(from, run.stride, out, |b| f64::from(i32::from_le_bytes(b))),
        Dtype::I16 => spread(from, run.stride, out, |b| f64::from(i16::from_le_bytes(b))),
        Dtype::I8 => spread(from, run.stride, out, |b| f64::from(i8::from_le_bytes(b))),
        Dtype::U64 => spread(from, run.stride, out, |b| nearest_u64(u64::from_le_bytes(b))),
        Dtype::U32 => spread(from, run.stride, out, |b| f64::from(u32::from_le_bytes(b))),
        Dtype::U16 => spread(from, run.stride, out, |b| f64::from(u16::from_le_bytes(b))),
        Dtype::U8 => spread(from, run.stride, out, |[b]| f64::from(b)),
        Dtype::Bool => spread(from, run.stride, out, |[b]| f64::from(u8::from(b != 0))),
        Dtype::C64 | Dtype::C128 => return Err(ErrorKind::NotReal(dtype).into()),
    }
    Ok(())
}

/// One element after the other at `stride` elements' distance.
fn spread<const N: usize>(from: &[u8], stride: usize, out: &mut [f64], number: impl Fn([u8; N]) -> f64) {
    match stride {
        0 => {
            if let Some(element) = from.first_chunk() {
                out.fill(number(*element));
            }
        }
        1 => {
            let (elements, _) = from.as_chunks::<N>();
            for (value, element) in out.iter_mut().zip(elements) {
                *value = number(*element);
            }
        }
        _ => {
            for (value, rest) in out.iter_mut().zip(from.chunks(stride.saturating_mul(N))) {
                if let Some(element) = rest.first_chunk() {
                    *value = number(*element);
                }
            }
        }
    }
}

fn halves(from: &[u8], out: &mut [f64]) {
    const BLOCK: usize = 512;
    let mut block = [f16::ZERO; BLOCK];
    let mut single = [0.0_f32; BLOCK];
    let (elements, _) = from.as_chunks::<2>();
    for (values, elements) in out.chunks_mut(BLOCK).zip(elements.chunks(BLOCK)) {
        for (half, element) in block.iter_mut().zip(elements) {
            *half = f16::from_le_bytes(*element);
        }
        block.convert_to_f32_slice(&mut single);
        for (value, number) in values.iter_mut().zip(single) {
            *value = f64::from(number);
        }
    }
}

fn brain(bytes: [u8; 2]) -> f64 {
    // A bfloat16 is the upper half of an f32; written so that the compiler sees a shift and can vectorise it.
    f64::from(f32::from_bits(u32::from(u16::from_le_bytes(bytes)) << 16))
}

#[expect(clippy::as_conversions, reason = "integers past 2^53 round to the nearest f64, as documented")]
fn nearest_i64(number: i64) -> f64 {
    number as f64
}

#[expect(clippy::as_conversions, reason = "integers past 2^53 round to the nearest f64, as documented")]
fn nearest_u64(number: u64) -> f64 {
    number as f64
}

/// e8m0: 2^(bits − 127), and 255 is not a number.
pub(crate) fn power_of_two(bits: u8) -> f64 {
    if bits == u8::MAX { f64::NAN } else { 2_f64.powi(i32::from(bits).saturating_sub(127)) }
}

fn look_up(table: &[f64; 256], bits: u8) -> f64 {
    table.get(usize::from(bits)).copied().unwrap_or(f64::NAN)
}

static E4M3: [f64; 256] = table(&Small { mantissa: 3, bias: 7, special: Special::AllOnesIsNan });
static E5M2: [f64; 256] = table(&Small { mantissa: 2, bias: 15, special: Special::Ieee });
static E4M3_FNUZ: [f64; 256] = table(&Small { mantissa: 3, bias: 8, special: Special::NegativeZeroIsNan });
static E5M2_FNUZ: [f64; 256] = table(&Small { mantissa: 2, bias: 16, special: Special::NegativeZeroIsNan });

/// The layout of an eight-bit float: one sign bit, `7 − mantissa` exponent bits, `mantissa` bits.
struct Small {
    mantissa: u32,
    bias: u64,
    special: Special,
}

/// Which bit patterns are no numbers.
enum Special {
    /// The largest exponent means infinity (mantissa 0) or NaN.
    Ieee,
    /// Exponent and mantissa all ones are NaN; no infinities.
    AllOnesIsNan,
    /// The pattern of a negative zero is NaN; no infinities.
    NegativeZeroIsNan,
}

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "computed while compiling, where a wrong index would not build and `From` can't be called"
)]
const fn table(layout: &Small) -> [f64; 256] {
    let mut values = [0.0; 256];
    let mut bits = 0;
    while bits < 256 {
        values[bits] = small(bits as u64, layout);
        bits += 1;
    }
    values
}

const fn small(bits: u64, layout: &Small) -> f64 {
    let fraction_of = 1 << layout.mantissa;
    let magnitude = bits & 0x7f;
    let fraction = magnitude & (fraction_of - 1);
    let exponent = magnitude >> layout.mantissa;
    let largest = 0x7f >> layout.mantissa;
    let sign = if bits > 0x7f { -1.0 } else { 1.0 };
    match layout.special {
        Special::Ieee if exponent == largest => {
            return if fraction == 0 { sign * f64::INFINITY } else { f64::NAN };
        }
        Special::AllOnesIsNan if magnitude == 0x7f => return f64::NAN,
        Special::NegativeZeroIsNan if bits == 0x80 => return f64::NAN,
        _ => {}
    }
    // Exact: the significand has at most four bits and f64's exponents reach far beyond.
    let (significand, exponent) =
        if exponent == 0 { (fraction, 1) } else { (fraction | fraction_of, exponent) };
    let unit = f64::from_bits((1023 + exponent - layout.bias - layout.mantissa_bits()) << 52);
    sign * small_integer(significand) * unit
}

impl Small {
    const fn mantissa_bits(&self) -> u64 {
        if self.mantissa == 3 { 3 } else { 2 }
    }
}

#[expect(clippy::as_conversions, reason = "at most four bits; `From` can't be called while compiling")]
const fn small_integer(number: u64) -> f64 {
    number as f64
}
