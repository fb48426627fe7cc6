//! Four-bit floats with scales beside them in, weights out: MXFP4 (gpt-oss, compressed-tensors) and NVFP4
//! (compressed-tensors, ModelOpt).

use std::sync::Arc;

use crate::catalogue::{Listed, Load};
use crate::packing::codes::{Codes, Order};
use crate::packing::scaled::{ColumnGroups, Grid, RowBlocks, Scaled, Zeros, single};
use crate::packing::{Combined, Parts};
use crate::tensor::element_count;
use crate::{Dtype, Error, TensorData, TensorInfo, decode};

/// The values of a four-bit float: one sign bit, two exponent bits, one mantissa bit.
const E2M1: [f32; 16] =
    [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, -0.0, -0.5, -1.0, -1.5, -2.0, -3.0, -4.0, -6.0];

/// The weight whose codes this tensor is, if it is that.
pub(crate) fn find(parts: &Parts<'_>, tensor: &Listed) -> Option<Combined> {
    if tensor.info.dtype != Dtype::U8 {
        return None;
    }
    let name = tensor.info.name.as_str();
    let partner = |stem: &str, ending: &str| parts.get(&format!("{stem}{ending}"));
    let (weight, scales, global, quantisation) = if let Some(stem) = name.strip_suffix("_blocks") {
        (stem.to_owned(), partner(stem, "_scales")?, None, "mxfp4")
    } else if let Some(stem) = name.strip_suffix("_packed") {
        let scales = partner(stem, "_scale")?;
        match partner(stem, "_global_scale") {
            Some(global) => (stem.to_owned(), scales, Some((global, Global::Divides)), "nvfp4"),
            None => (stem.to_owned(), scales, None, "mxfp4"),
        }
    } else {
        let global = partner(name, "_scale_2")?;
        (name.to_owned(), partner(name, "_scale")?, Some((global, Global::Multiplies)), "nvfp4")
    };
    let known =
        matches!((scales.info.dtype, &global), (Dtype::U8 | Dtype::F8E8M0, None) | (Dtype::F8E4M3, Some(_)));
    let Some((shape, group)) = shape(&tensor.info.shape, &scales.info.shape).filter(|_| known) else {
        return Some(Combined::unread(tensor, "four-bit floats whose scales do not fit"));
    };
    let dtype = match &global {
        Some((_, Global::Multiplies)) => Dtype::F32,
        _ => Dtype::Bf16,
    };
    let mut others = vec![scales.info.name.clone()];
    others.extend(global.iter().map(|(global, _)| global.info.name.clone()));
    let global = global.map(|(global, way)| (global.clone(), way));
    let recipe = Recipe { codes: tensor.clone(), scales: scales.clone(), global, group };
    Some(Combined::new(weight, dtype, shape, quantisation.to_owned(), recipe, others))
}

/// Shape of the weight and elements of a group, from the shapes of codes (two a byte) and scales.
fn shape(codes: &[usize], scales: &[usize]) -> Option<(Vec<usize>, usize)> {
    let bytes = element_count(codes)?;
    let groups = element_count(scales)?;
    let elements = bytes.checked_mul(2)?;
    let group = elements.checked_div(groups)?;
    let exact = group.checked_mul(groups) == Some(elements) && (group == 16 || group == 32);
    // Codes either have the axes of the scales and one more for the bytes of a group, or as many axes.
    let rows = if codes.len() == scales.len().checked_add(1)? {
        codes.get(..codes.len().checked_sub(2)?)?
    } else {
        codes.get(..codes.len().checked_sub(1)?)?
    };
    let scaled_rows = scales.get(..scales.len().checked_sub(1)?)?;
    let columns = scales.last()?.checked_mul(group)?;
    let shape: Vec<usize> = rows.iter().copied().chain([columns]).collect();
    (exact && rows == scaled_rows && element_count(&shape)? == elements).then_some((shape, group))
}

/// What is done with the scale of the whole tensor.
#[derive(Clone, Copy)]
enum Global {
    Multiplies,
    Divides,
}

struct Recipe {
    codes: Listed,
    scales: Listed,
    global: Option<(Listed, Global)>,
    group: usize,
}

impl Load for Recipe {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let mut scales = self.scales.singles()?;
        if self.scales.info.dtype == Dtype::U8 {
            for scale in &mut scales {
                let bits = crate::packing::words::exact(*scale).and_then(|bits| u8::try_from(bits).ok());
                *scale = bits.map_or(f32::NAN, |bits| single(decode::power_of_two(bits)));
            }
        }
        if let Some((global, way)) = &self.global {
            let global = global.singles()?.first().copied().unwrap_or(f32::NAN);
            for scale in &mut scales {
                *scale = match way {
                    Global::Multiplies => *scale * global,
                    Global::Divides => *scale / global,
                };
            }
        }
        // Groups follow one another through the whole tensor, so that it is one long row.
        let (columns, groups) = (info.len(), scales.len());
        let codes = Codes::packed(self.codes.data()?, 4, Order::Rows { row_bytes: 0 }, Some(E2M1))?;
        let rows = RowBlocks { rows: 1, block: 1 };
        let group = ColumnGroups::Blocks(self.group);
        let grid = Grid { scales, zeros: Zeros::One(0.0), rows, groups, columns: group }.check(1, columns)?;
        let blocks = Scaled { codes, columns: columns.max(1), grid, times: 1.0, dtype: info.dtype };
        Ok(TensorData::packed(info.dtype, info.shape.clone(), Arc::new(blocks)))
    }
}
