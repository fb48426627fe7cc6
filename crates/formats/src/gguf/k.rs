//! GGUF's layouts of 256 elements in (K types, ternary types, IQ4_XS), f64 out.
//!
//! A block has one or two half-precision scales, and small integer scales for groups of 16 or 32 elements. Source:
//! the layouts of ggml, as its Python package `gguf` documents and computes them.

use crate::gguf::blocks::{each, entry, half, nibbles, part};
use crate::gguf::small::NON_LINEAR;

/// Two bits; groups of 16 with scale and minimum of four bits.
pub(crate) fn q2_k(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 84], out: &mut [f64; 256]| {
        let (scale, least) = (half(block, 80), half(block, 82));
        let scales: [u8; 16] = part(block, 0);
        let codes: [u8; 64] = part(block, 16);
        for (row, out) in rows(out) {
            for ((codes, out), group) in sixteens(&row.of_quarters(&codes), out).zip(row.groups(&scales)) {
                let (scale, least) = (scale * f32::from(group & 15), least * f32::from(group >> 4));
                fill(&codes, out, |q| scale * f32::from(q) - least);
            }
        }
    });
}

/// Two bits and a third one in a mask; groups of 16 with scales of six bits.
pub(crate) fn q3_k(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 110], out: &mut [f64; 256]| {
        let scale = half(block, 108);
        let mask: [u8; 32] = part(block, 0);
        let codes: [u8; 64] = part(block, 32);
        let scales = six_bit_scales(&part(block, 96));
        for (row, out) in rows(out) {
            let low = row.of_quarters(&codes);
            let high = mask.map(|byte| byte >> row.number & 1);
            let mut signed = [0_u8; 32];
            for ((code, low), high) in signed.iter_mut().zip(low).zip(high) {
                // A set bit means that nothing is taken off.
                *code = low.wrapping_sub(if high == 1 { 0 } else { 4 });
            }
            for ((codes, out), group) in sixteens(&signed, out).zip(row.groups(&scales)) {
                let scale = scale * (f32::from(group) - 32.0);
                fill(&codes, out, |q| scale * f32::from(q.cast_signed()));
            }
        }
    });
}

/// Sixteen scales of six bits: four low bits in eight bytes, two high bits in four.
fn six_bit_scales(packed: &[u8; 12]) -> [u8; 16] {
    let low: [u8; 8] = part(packed, 0);
    let high: [u8; 4] = part(packed, 8);
    let lows = low.iter().map(|byte| byte & 15).chain(low.iter().map(|byte| byte >> 4));
    let highs = [0, 2, 4, 6].into_iter().flat_map(|shift| high.map(|byte| byte >> shift & 3));
    let mut scales = [0; 16];
    for (scale, (low, high)) in scales.iter_mut().zip(lows.zip(highs)) {
        *scale = low | high << 4;
    }
    scales
}

/// Four bits; groups of 32 with scale and minimum of six bits.
pub(crate) fn q4_k(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 144], out: &mut [f64; 256]| {
        let groups = scales_and_minima(block);
        let codes: [u8; 128] = part(block, 16);
        let ((codes, _), (out, _)) = (codes.as_chunks::<32>(), out.as_chunks_mut::<64>());
        for ((codes, out), [low, high]) in codes.iter().zip(out).zip(groups) {
            let (first, second) = out.split_at_mut(32);
            fill(codes, first, |q| low.0 * f32::from(q & 15) - low.1);
            fill(codes, second, |q| high.0 * f32::from(q >> 4) - high.1);
        }
    });
}

/// Four bits and a fifth one; groups of 32 with scale and minimum of six bits.
pub(crate) fn q5_k(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 176], out: &mut [f64; 256]| {
        let groups = scales_and_minima(block);
        let mut fifths: [u8; 32] = part(block, 16);
        let codes: [u8; 128] = part(block, 48);
        let ((codes, _), (out, _)) = (codes.as_chunks::<32>(), out.as_chunks_mut::<64>());
        for ((codes, out), [low, high]) in codes.iter().zip(out).zip(groups) {
            let (first, second) = out.split_at_mut(32);
            for ((code, fifth), (first, second)) in
                codes.iter().zip(&mut fifths).zip(first.iter_mut().zip(second))
            {
                let (q, r) = (code & 15 | (*fifth & 1) << 4, code >> 4 | (*fifth & 2) << 3);
                *first = f64::from(low.0 * f32::from(q) - low.1);
                *second = f64::from(high.0 * f32::from(r) - high.1);
                *fifth >>= 2;
            }
        }
    });
}

/// Scale and minimum of the eight groups of q4_k and q5_k, in pairs.
fn scales_and_minima(block: &[u8]) -> [[(f32, f32); 2]; 4] {
    let (scale, least) = (half(block, 0), half(block, 2));
    let (low, minima, high): ([u8; 4], [u8; 4], [u8; 4]) = (part(block, 4), part(block, 8), part(block, 12));
    let group = |s: u8, m: u8| (scale * f32::from(s), least * f32::from(m));
    let mut groups = [(0.0, 0.0); 8];
    let (early, late) = groups.split_at_mut(4);
    for (((early, late), (s, m)), both) in early.iter_mut().zip(late).zip(low.iter().zip(minima)).zip(high) {
        *early = group(s & 63, m & 63);
        *late = group(both & 15 | s >> 2 & 48, both >> 4 | m >> 2 & 48);
    }
    let [a, b, c, d, e, f, g, h] = groups;
    [[a, b], [c, d], [e, f], [g, h]]
}

/// Four bits and two more; groups of 16 with signed scales of eight bits.
pub(crate) fn q6_k(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 210], out: &mut [f64; 256]| {
        let scale = half(block, 208);
        let low: [u8; 128] = part(block, 0);
        let high: [u8; 64] = part(block, 128);
        let scales: [u8; 16] = part(block, 192);
        let (low, _) = low.as_chunks::<32>();
        for (row, out) in rows(out) {
            // Rows 0 and 1 of a half are the low bits of its two runs of bytes, rows 2 and 3 the high bits.
            let run = row.number / 4 * 2 + row.number % 2;
            let shift = row.number % 4 / 2 * 4;
            let low = low.get(usize::from(run)).copied().unwrap_or([0; 32]);
            let mut codes = row.of_quarters(&high);
            for (code, low) in codes.iter_mut().zip(low) {
                *code = *code << 4 | low >> shift & 15;
            }
            for ((codes, out), group) in sixteens(&codes, out).zip(row.groups(&scales)) {
                let scale = scale * f32::from(group.cast_signed());
                fill(&codes, out, |q| scale * (f32::from(q) - 32.0));
            }
        }
    });
}

/// Eight bits under one single-precision scale.
pub(crate) fn q8_k(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 292], out: &mut [f64; 256]| {
        let scale = f32::from_le_bytes(part(block, 0));
        fill(&part::<256>(block, 4), out, |q| scale * f32::from(q.cast_signed()));
    });
}

/// Ternary digits, five to a byte as a fixed-point fraction.
pub(crate) fn tq1_0(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 54], out: &mut [f64; 256]| {
        let scale = half(block, 52);
        let digit = |byte: u8, power: u8| {
            let digit = (u16::from(byte.wrapping_mul(power)) * 3) >> 8;
            scale * (f32::from(digit) - 1.0)
        };
        let (first, rest) = out.split_at_mut(160);
        let (second, third) = rest.split_at_mut(80);
        digits(&part::<32>(block, 0), first, digit);
        digits(&part::<16>(block, 32), second, digit);
        digits(&part::<4>(block, 48), third, digit);
    });
}

/// The digits of all bytes at one place, then at the next.
fn digits<const N: usize>(bytes: &[u8; N], out: &mut [f64], digit: impl Fn(u8, u8) -> f32) {
    for (out, power) in out.chunks_exact_mut(N).zip([1, 3, 9, 27, 81]) {
        fill(bytes, out, |byte| digit(byte, power));
    }
}

/// Ternary digits of two bits.
pub(crate) fn tq2_0(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 66], out: &mut [f64; 256]| {
        let scale = half(block, 64);
        let codes: [u8; 64] = part(block, 0);
        for (row, out) in rows(out) {
            fill(&row.of_quarters(&codes), out, |q| scale * (f32::from(q) - 1.0));
        }
    });
}

/// Unevenly spaced values of four bits; groups of 32 with scales of six bits.
pub(crate) fn iq4_xs(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 136], out: &mut [f64; 256]| {
        let scale = half(block, 0);
        let high = u16::from_le_bytes(part(block, 2));
        let low: [u8; 4] = part(block, 4);
        let lows = low.into_iter().flat_map(|byte| [byte & 15, byte >> 4]);
        let codes: [u8; 128] = part(block, 8);
        let ((codes, _), (out, _)) = (codes.as_chunks::<16>(), out.as_chunks_mut::<32>());
        for ((codes, out), (low, place)) in codes.iter().zip(out).zip(lows.zip((0..16_u16).step_by(2))) {
            let scale = scale * (f32::from(u16::from(low) | (high >> place & 3) << 4) - 32.0);
            nibbles(codes, out, |_, q| scale * entry(&NON_LINEAR, q));
        }
    });
}

/// One of the eight rows of 32 elements of a block.
struct Row {
    number: u8,
}

impl Row {
    /// Two-bit codes: the first four rows are the four pairs of bits of the first 32 bytes, the others of the last.
    fn of_quarters(&self, codes: &[u8; 64]) -> [u8; 32] {
        let bytes: [u8; 32] = part(codes, if self.number < 4 { 0 } else { 32 });
        bytes.map(|byte| byte >> (self.number % 4 * 2) & 3)
    }

    /// What belongs to the two groups of 16 of this row.
    fn groups(&self, all: &[u8; 16]) -> [u8; 2] {
        part(all, usize::from(self.number) * 2)
    }
}

fn rows(out: &mut [f64; 256]) -> impl Iterator<Item = (Row, &mut [f64; 32])> {
    let (rows, _) = out.as_chunks_mut::<32>();
    (0..8).map(|number| Row { number }).zip(rows)
}

fn sixteens<'o>(
    codes: &[u8; 32],
    out: &'o mut [f64; 32],
) -> impl Iterator<Item = ([u8; 16], &'o mut [f64; 16])> + use<'o> {
    let (out, _) = out.as_chunks_mut::<16>();
    [part(codes, 0), part(codes, 16)].into_iter().zip(out)
}

fn fill(codes: &[u8], out: &mut [f64], number: impl Fn(u8) -> f32) {
    for (value, code) in out.iter_mut().zip(codes) {
        *value = f64::from(number(*code));
    }
}
