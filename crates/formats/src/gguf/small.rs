//! GGUF's layouts of small blocks in (16 to 64 elements under one scale), f64 out.
//!
//! Source: the layouts of ggml, as its Python package `gguf` documents and computes them.

use crate::gguf::blocks::{each, entry, half, nibbles, part};

/// Four bits around eight, one scale.
pub(crate) fn q4_0(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 18], out: &mut [f64; 32]| {
        let scale = half(block, 0);
        nibbles(&part::<16>(block, 2), out, |_, q| scale * (f32::from(q) - 8.0));
    });
}

/// Four bits, scale and minimum.
pub(crate) fn q4_1(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 20], out: &mut [f64; 32]| {
        let (scale, least) = (half(block, 0), half(block, 2));
        nibbles(&part::<16>(block, 4), out, |_, q| scale * f32::from(q) + least);
    });
}

/// Four bits and a fifth one, all fifths of a block in one word; around sixteen.
pub(crate) fn q5_0(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 22], out: &mut [f64; 32]| {
        let (scale, fifths) = (half(block, 0), u32::from_le_bytes(part(block, 2)));
        nibbles(&part::<16>(block, 6), out, |place, q| scale * (f32::from(q | fifth(fifths, place)) - 16.0));
    });
}

/// Five bits, scale and minimum.
pub(crate) fn q5_1(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 24], out: &mut [f64; 32]| {
        let (scale, least) = (half(block, 0), half(block, 2));
        let fifths = u32::from_le_bytes(part(block, 4));
        nibbles(&part::<16>(block, 8), out, |place, q| scale * f32::from(q | fifth(fifths, place)) + least);
    });
}

fn fifth(fifths: u32, place: usize) -> u8 {
    if fifths >> (place & 31) & 1 == 1 { 16 } else { 0 }
}

/// Eight bits, one scale.
pub(crate) fn q8_0(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 34], out: &mut [f64; 32]| {
        let scale = half(block, 0);
        for (value, q) in out.iter_mut().zip(part::<32>(block, 2)) {
            *value = f64::from(f32::from(q.cast_signed()) * scale);
        }
    });
}

/// Four-bit floats (e2m1), doubled, as integers.
const E2M1_DOUBLED: [f32; 16] =
    [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 0.0, -1.0, -2.0, -3.0, -4.0, -6.0, -8.0, -12.0];

/// Four-bit floats under a power of two (OCP microscaling).
pub(crate) fn mxfp4(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 17], out: &mut [f64; 32]| {
        let [exponent] = part(block, 0);
        let scale = half_power_of_two(exponent);
        nibbles(&part::<16>(block, 1), out, |_, q| scale * entry(&E2M1_DOUBLED, q));
    });
}

/// 2^(exponent − 128): half of an e8m0 scale, since the elements are doubled. The two smallest are subnormal.
fn half_power_of_two(exponent: u8) -> f32 {
    let exponent = u32::from(exponent);
    f32::from_bits(if exponent < 2 { 0x0020_0000 << exponent } else { exponent.saturating_sub(1) << 23 })
}

/// Four-bit floats, each sixteen under an unsigned eight-bit float.
pub(crate) fn nvfp4(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 36], out: &mut [f64; 64]| {
        let (groups, _) = out.as_chunks_mut::<16>();
        let codes: [u8; 32] = part(block, 4);
        let (codes, _) = codes.as_chunks::<8>();
        for ((scale, codes), out) in part::<4>(block, 0).into_iter().zip(codes).zip(groups) {
            let scale = half_unsigned_e4m3(scale);
            nibbles(codes, out, |_, q| scale * entry(&E2M1_DOUBLED, q));
        }
    });
}

/// Half of an unsigned e4m3 number; the pattern of a NaN counts as zero there.
fn half_unsigned_e4m3(bits: u8) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 3 & 15), f32::from(bits & 7));
    match (bits, exponent) {
        (0x7f, _) => 0.0,
        (_, 0) => fraction * 2_f32.powi(-10),
        _ => (1.0 + fraction / 8.0) * 2_f32.powi(exponent.saturating_sub(8)),
    }
}

/// The sixteen values of the non-linear four-bit types.
pub(crate) const NON_LINEAR: [f32; 16] = [
    -127.0, -104.0, -83.0, -65.0, -49.0, -35.0, -22.0, -10.0, 1.0, 13.0, 25.0, 38.0, 53.0, 69.0, 89.0, 113.0,
];

/// Four bits that choose one of sixteen unevenly spaced values.
pub(crate) fn iq4_nl(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 18], out: &mut [f64; 32]| {
        let scale = half(block, 0);
        nibbles(&part::<16>(block, 2), out, |_, q| scale * entry(&NON_LINEAR, q));
    });
}
