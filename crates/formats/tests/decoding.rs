//! Every element type decodes to the number that its definition gives, along every stride.

use std::sync::Arc;

use heavytail_formats::{ByteOwner, Dtype, ErrorKind, TensorData};
use proptest::prelude::*;

fn vector(dtype: Dtype, bytes: Vec<u8>) -> TensorData {
    let len = bytes.len() / dtype.size();
    TensorData::contiguous(Arc::new(bytes), 0, dtype, vec![len]).expect("the vector fits its bytes")
}

fn decoded(data: &TensorData, first: usize, step: usize, count: usize) -> Vec<f64> {
    let mut out = vec![f64::NAN; count];
    data.decode(first, step, &mut out).expect("the positions exist");
    out
}

/// Checks values contiguously and at a distance, since these go different ways.
fn agrees<const N: usize>(dtype: Dtype, elements: &[([u8; N], f64)]) {
    let bytes: Vec<u8> = elements.iter().flat_map(|(bytes, _)| *bytes).collect();
    let data = vector(dtype, bytes);
    let expected: Vec<f64> = elements.iter().map(|(_, number)| *number).collect();
    assert_eq!(bits(&decoded(&data, 0, 1, expected.len())), bits(&expected), "{dtype}");
    let every_other: Vec<f64> = expected.iter().copied().step_by(2).collect();
    assert_eq!(bits(&decoded(&data, 0, 2, every_other.len())), bits(&every_other), "{dtype} at a distance");
}

/// All NaNs alike: which one a conversion gives is the processor's affair.
fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|x| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() }).collect()
}

#[test]
fn floats_of_the_machine_decode_to_themselves() {
    let values = [0.0, -0.0, 1.5, f64::MIN_POSITIVE, f64::INFINITY, -3.25e200, f64::NAN];
    agrees(Dtype::F64, &values.map(|x| (x.to_le_bytes(), x)));
    let values = [0.0_f32, -0.0, 1.5, f32::MIN_POSITIVE, f32::INFINITY, -3.25e20, f32::NAN];
    agrees(Dtype::F32, &values.map(|x| (x.to_le_bytes(), f64::from(x))));
}

#[test]
fn all_sixteen_bit_floats_decode_by_definition() {
    let all: Vec<_> = (0..=u16::MAX).map(|bits| (bits.to_le_bytes(), ieee(bits.into(), 10, 15))).collect();
    agrees(Dtype::F16, &all);
    let all: Vec<_> = (0..=u16::MAX).map(|bits| (bits.to_le_bytes(), ieee(bits.into(), 7, 127))).collect();
    agrees(Dtype::Bf16, &all);
}

#[test]
fn all_eight_bit_floats_decode_by_definition() {
    let all: Vec<_> = (0..=u8::MAX).map(|bits| ([bits], ieee(u32::from(bits) << 8, 10, 15))).collect();
    agrees(Dtype::F8E5M2, &all);
    let e4m3 = |bits: u8| match bits & 0x7f {
        0x7f => f64::NAN,
        _ => finite(bits.into(), 4, 3, 7),
    };
    agrees(Dtype::F8E4M3, &(0..=u8::MAX).map(|bits| ([bits], e4m3(bits))).collect::<Vec<_>>());
    let unsigned_zero = |mantissa: u32, bias: i32| {
        move |bits: u8| {
            if bits == 0x80 { f64::NAN } else { finite(bits.into(), 7 - mantissa, mantissa, bias) }
        }
    };
    let all =
        |number: &dyn Fn(u8) -> f64| (0..=u8::MAX).map(|bits| ([bits], number(bits))).collect::<Vec<_>>();
    agrees(Dtype::F8E4M3Fnuz, &all(&unsigned_zero(3, 8)));
    agrees(Dtype::F8E5M2Fnuz, &all(&unsigned_zero(2, 16)));
    let scale = |bits: u8| if bits == 255 { f64::NAN } else { 2_f64.powi(i32::from(bits) - 127) };
    agrees(Dtype::F8E8M0, &all(&scale));
}

#[test]
fn known_values_of_eight_bit_floats() {
    // The largest numbers, as the papers print them.
    agrees(Dtype::F8E4M3, &[([0x7e], 448.0), ([0x08], 2_f64.powi(-6)), ([0x01], 2_f64.powi(-9))]);
    agrees(Dtype::F8E5M2, &[([0x7b], 57344.0), ([0x7c], f64::INFINITY), ([0x01], 2_f64.powi(-16))]);
    agrees(Dtype::F8E4M3Fnuz, &[([0x7f], 240.0), ([0x01], 2_f64.powi(-10))]);
    agrees(Dtype::F8E5M2Fnuz, &[([0x7f], 57344.0), ([0x01], 2_f64.powi(-17))]);
}

#[test]
fn integers_decode_to_the_nearest_double() {
    agrees(Dtype::I64, &[i64::MIN, -1, 0, i64::MAX].map(|x| (x.to_le_bytes(), x as f64)));
    agrees(Dtype::U64, &[0, 1 << 53, u64::MAX].map(|x| (x.to_le_bytes(), x as f64)));
    agrees(Dtype::I32, &[i32::MIN, -1, i32::MAX].map(|x| (x.to_le_bytes(), f64::from(x))));
    agrees(Dtype::U32, &[0, 7, u32::MAX].map(|x| (x.to_le_bytes(), f64::from(x))));
    agrees(Dtype::I16, &[i16::MIN, -1, i16::MAX].map(|x| (x.to_le_bytes(), f64::from(x))));
    agrees(Dtype::U16, &[0, 7, u16::MAX].map(|x| (x.to_le_bytes(), f64::from(x))));
    agrees(Dtype::I8, &[i8::MIN, -1, i8::MAX].map(|x| (x.to_le_bytes(), f64::from(x))));
    agrees(Dtype::U8, &[0, 7, u8::MAX].map(|x| ([x], f64::from(x))));
    agrees(Dtype::Bool, &[([0], 0.0), ([1], 1.0), ([255], 1.0)]);
}

#[test]
fn complex_numbers_are_no_weights() {
    let error = vector(Dtype::C64, vec![0; 16]).decode(0, 1, &mut [0.0]).expect_err("complex is refused");
    assert_eq!(error.to_string(), "c64 is no real number; only real tensors can be read as weights");
}

#[test]
fn a_position_past_the_end_is_an_error() {
    let data = vector(Dtype::U8, vec![1, 2, 3]);
    for (first, step, count) in [(3, 1, 1), (0, 1, 4), (1, 2, 2), (1, usize::MAX, 2)] {
        let error = data.decode(first, step, &mut vec![0.0; count]).expect_err("out of range");
        assert!(matches!(error.kind(), ErrorKind::PositionOutOfRange { len: 3, .. }), "{error}");
    }
    data.decode(7, 7, &mut []).expect("nothing asked, nothing wrong");
}

#[test]
fn strides_that_leave_the_bytes_are_refused() {
    let bytes: Arc<dyn ByteOwner> = Arc::new(vec![0_u8; 12]);
    for (start, shape, strides) in [
        (0, vec![2, 3], [7, 3]),
        (1, vec![3, 4], [4, 1]),
        (0, vec![2, 2], [usize::MAX, 1]),
        (13, vec![0, 2], [2, 1]),
    ] {
        let refused = TensorData::strided(Arc::clone(&bytes), start, Dtype::U8, shape, &strides);
        assert!(refused.is_err(), "start {start}, strides {strides:?}");
    }
}

proptest! {
    #[test]
    fn any_strides_and_any_step_pick_the_elements_that_indexing_picks(
        extents in prop::collection::vec(1_usize..5, 1..5),
        order in any::<[u8; 4]>(),
        gap in 1_usize..3,
        start in 0_usize..4,
        first in 0_usize..8,
        step in 0_usize..40,
        count in 1_usize..40,
    ) {
        // Storage order is a permutation of the axes, so that transposes of all kinds occur.
        let mut axes: Vec<usize> = (0..extents.len()).collect();
        axes.sort_by_key(|axis| order[*axis]);
        let mut strides = vec![0; extents.len()];
        let mut distance = gap;
        for axis in axes {
            strides[axis] = distance;
            distance *= extents[axis];
        }
        let bytes: Vec<u8> = (0..start + distance + 1).map(|i| (i * 37 % 251) as u8).collect();
        let len: usize = extents.iter().product();
        prop_assume!(first < len);
        let count = if step == 0 { count } else { count.min((len - first).div_ceil(step)) };
        let expected: Vec<f64> = (0..count)
            .map(|i| {
                let (mut rest, mut place) = (first + i * step, start);
                for (extent, stride) in extents.iter().zip(&strides).rev() {
                    place += rest % extent * stride;
                    rest /= extent;
                }
                f64::from(bytes[place])
            })
            .collect();
        let data = TensorData::strided(Arc::new(bytes), start, Dtype::U8, extents, &strides).expect("fits");
        prop_assert_eq!(decoded(&data, first, step, count), expected);
    }
}

/// An IEEE float of `mantissa` bits and this bias, in the low bits.
fn ieee(bits: u32, mantissa: u32, bias: i32) -> f64 {
    let exponents = 15 - mantissa;
    let exponent = bits >> mantissa & ((1 << exponents) - 1);
    let fraction = bits & ((1 << mantissa) - 1);
    let sign = if bits >> 15 & 1 == 1 { -1.0 } else { 1.0 };
    match (exponent == (1 << exponents) - 1, fraction) {
        (true, 0) => sign * f64::INFINITY,
        (true, _) => f64::NAN,
        _ => finite(bits, exponents, mantissa, bias),
    }
}

fn finite(bits: u32, exponents: u32, mantissa: u32, bias: i32) -> f64 {
    let exponent = bits >> mantissa & ((1 << exponents) - 1);
    let fraction = f64::from(bits & ((1 << mantissa) - 1)) / f64::from(1_u32 << mantissa);
    let sign = if bits >> (exponents + mantissa) & 1 == 1 { -1.0 } else { 1.0 };
    match exponent {
        0 => sign * fraction * 2_f64.powi(1 - bias),
        _ => sign * (1.0 + fraction) * 2_f64.powi(exponent as i32 - bias),
    }
}
