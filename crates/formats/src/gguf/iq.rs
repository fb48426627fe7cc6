//! GGUF's layouts that look vectors of four or eight elements up in a grid in, f64 out.
//!
//! A code is the number of a grid point; signs come apart from it, as plain bits or as seven bits whose parity gives
//! the eighth. Source: the layouts of ggml, as its Python package `gguf` documents and computes them.

use half::f16;

use crate::gguf::blocks::{each, half, part};
use crate::gguf::grids::{IQ1, IQ2_S, IQ2_XS, IQ2_XXS, IQ3_S, IQ3_XXS};

/// 256 points; scale and four sign words of seven bits in one word for 32 elements.
pub(crate) fn iq2_xxs(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 66], out: &mut [f64; 256]| {
        let scale = half(block, 0);
        let words: [u8; 64] = part(block, 2);
        let ((words, _), (out, _)) = (words.as_chunks::<8>(), out.as_chunks_mut::<32>());
        for (words, out) in words.iter().zip(out) {
            let (points, word) = (part::<4>(words, 0), u32::from_le_bytes(part(words, 4)));
            let scale = scale * (0.5 + top_bits(word)) * 0.25;
            let (out, _) = out.as_chunks_mut::<8>();
            for ((point, signs), out) in points.into_iter().zip(four_signs(word)).zip(out) {
                put(out, IQ2_XXS.point(point.into()), signs, scale);
            }
        }
    });
}

/// 512 points with seven bits of signs in sixteen bits; scales of four bits for 16 elements.
pub(crate) fn iq2_xs(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 74], out: &mut [f64; 256]| {
        let scale = half(block, 0);
        let codes = part::<64>(block, 2);
        let codes = codes.as_chunks::<2>().0.iter().map(|code| u16::from_le_bytes(*code));
        let scales = nibble_scales(part::<8>(block, 66)).map(|s| scale * (0.5 + s) * 0.25);
        for ((code, scale), out) in codes.zip(twice(scales)).zip(out.as_chunks_mut::<8>().0) {
            put(out, IQ2_XS.point(code & 511), with_parity(code >> 9), scale);
        }
    });
}

/// 1024 points, plain signs; scales of four bits for 16 elements.
pub(crate) fn iq2_s(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 82], out: &mut [f64; 256]| {
        let scale = half(block, 0);
        let (low, signs): ([u8; 32], [u8; 32]) = (part(block, 2), part(block, 34));
        let high = part::<8>(block, 66).into_iter().flat_map(|byte| [0, 2, 4, 6].map(|at| byte >> at & 3));
        let scales = nibble_scales(part::<8>(block, 74)).map(|s| scale * (0.5 + s) * 0.25);
        let codes = low.into_iter().zip(high).map(|(low, high)| u16::from_le_bytes([low, high]));
        for (((code, signs), scale), out) in
            codes.zip(signs).zip(twice(scales)).zip(out.as_chunks_mut::<8>().0)
        {
            put(out, IQ2_S.point(code), signs, scale);
        }
    });
}

/// 256 points of four elements; scale and four sign words of seven bits in one word for 32 elements.
pub(crate) fn iq3_xxs(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 98], out: &mut [f64; 256]| {
        let scale = half(block, 0);
        let (points, words): ([u8; 64], [u8; 32]) = (part(block, 2), part(block, 66));
        let words = words.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
        let (points, _) = points.as_chunks::<8>();
        for ((points, word), out) in points.iter().zip(words).zip(out.as_chunks_mut::<32>().0) {
            let scale = scale * (0.5 + top_bits(word)) * 0.5;
            let pairs = points.as_chunks::<2>().0;
            for ((pair, signs), out) in pairs.iter().zip(four_signs(word)).zip(out.as_chunks_mut::<8>().0) {
                let [a, b] = pair.map(|point| IQ3_XXS.point(point.into()));
                put(out, joined(a, b), signs, scale);
            }
        }
    });
}

/// 512 points of four elements, plain signs; scales of four bits for 32 elements.
pub(crate) fn iq3_s(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 110], out: &mut [f64; 256]| {
        let scale = half(block, 0);
        let (low, signs): ([u8; 64], [u8; 32]) = (part(block, 2), part(block, 74));
        let mut high = part::<8>(block, 66).into_iter().flat_map(|byte| (0..8).map(move |at| byte >> at & 1));
        let scales = nibble_scales(part::<4>(block, 106)).map(|s| scale * (1.0 + 2.0 * s));
        let pairs = low.as_chunks::<2>().0.iter();
        for (((pair, signs), scale), out) in
            pairs.zip(signs).zip(twice(twice(scales))).zip(out.as_chunks_mut::<8>().0)
        {
            let [a, b] =
                pair.map(|low| IQ3_S.point(u16::from_le_bytes([low, high.next().unwrap_or_default()])));
            put(out, joined(a, b), signs, scale);
        }
    });
}

/// 2048 ternary points that are shifted by an eighth; scale, shift and high bits in a word for 32 elements.
pub(crate) fn iq1_s(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 50], out: &mut [f64; 256]| {
        let scale = half(block, 0);
        let (low, words): ([u8; 32], [u8; 16]) = (part(block, 2), part(block, 34));
        let words = words.as_chunks::<2>().0.iter().map(|word| u16::from_le_bytes(*word));
        let (low, _) = low.as_chunks::<4>();
        for ((low, word), out) in low.iter().zip(words).zip(out.as_chunks_mut::<32>().0) {
            let scale = scale * f32::from(2 * (word >> 12 & 7) + 1);
            let shift = if word & 0x8000 == 0 { 0.125 } else { -0.125 };
            for ((low, at), out) in low.iter().zip([0, 3, 6, 9]).zip(out.as_chunks_mut::<8>().0) {
                put_shifted(out, IQ1.point(u16::from(*low) | (word >> at & 7) << 8), shift, scale);
            }
        }
    });
}

/// The same points, shifted eight by eight; scales of three bits for 16 elements, whose words hold the block's own
/// scale in their upper four bits.
pub(crate) fn iq1_m(blocks: &[u8], out: &mut [f64]) {
    each(blocks, out, |block: &[u8; 56], out: &mut [f64; 256]| {
        let (low, high): ([u8; 32], [u8; 16]) = (part(block, 0), part(block, 32));
        let words: [u8; 8] = part(block, 48);
        let mut scale = 0;
        for word in words.as_chunks::<2>().0.iter().rev() {
            scale = scale << 4 | u16::from_le_bytes(*word) >> 12;
        }
        let scale = f16::from_bits(scale).to_f32();
        let scales = words.as_chunks::<2>().0.iter().flat_map(|word| {
            let word = u16::from_le_bytes(*word);
            [0, 3, 6, 9].map(|at| scale * f32::from(2 * (word >> at & 7) + 1))
        });
        let high = high.into_iter().flat_map(|byte| [byte & 15, byte >> 4]);
        for (((low, high), scale), out) in
            low.into_iter().zip(high).zip(twice(scales)).zip(out.as_chunks_mut::<8>().0)
        {
            let shift = if high & 8 == 0 { 0.125 } else { -0.125 };
            put_shifted(out, IQ1.point(u16::from_le_bytes([low, high & 7])), shift, scale);
        }
    });
}

fn put(out: &mut [f64; 8], point: [f32; 8], signs: u8, scale: f32) {
    for ((value, element), bit) in out.iter_mut().zip(point).zip(0..8) {
        let magnitude = scale * element;
        *value = f64::from(if signs >> bit & 1 == 0 { magnitude } else { -magnitude });
    }
}

fn put_shifted(out: &mut [f64; 8], point: [f32; 8], shift: f32, scale: f32) {
    for (value, element) in out.iter_mut().zip(point) {
        *value = f64::from(scale * (element + shift));
    }
}

fn joined([a, b, c, d]: [f32; 4], [e, f, g, h]: [f32; 4]) -> [f32; 8] {
    [a, b, c, d, e, f, g, h]
}

/// The scale in the upper four bits of a word.
fn top_bits(word: u32) -> f32 {
    let [.., top] = word.to_le_bytes();
    f32::from(top >> 4)
}

/// Four sign words of seven bits.
fn four_signs(word: u32) -> [u8; 4] {
    [0, 7, 14, 21].map(|at| {
        let [low, ..] = (word >> at & 127).to_le_bytes();
        with_parity(low.into())
    })
}

/// Seven signs and an eighth that makes the number of minus signs even.
fn with_parity(seven: u16) -> u8 {
    let [seven, _] = (seven & 127).to_le_bytes();
    if seven.count_ones().is_multiple_of(2) { seven } else { seven | 128 }
}

fn nibble_scales<const N: usize>(bytes: [u8; N]) -> impl Iterator<Item = f32> {
    bytes.into_iter().flat_map(|byte| [byte & 15, byte >> 4]).map(f32::from)
}

fn twice(numbers: impl Iterator<Item = f32>) -> impl Iterator<Item = f32> {
    numbers.flat_map(|number| [number, number])
}
