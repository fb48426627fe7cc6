//! Eight-bit weights with scales beside them in, weights out: block-scaled FP8 (DeepSeek), scaled FP8 and int8
//! (compressed-tensors, FBGEMM), MXFP8, int8 of bitsandbytes.
//!
//! The scale lies beside the weight under its name and `_scale_inv`, `_scale` or, for bitsandbytes, as `SCB`; despite
//! its name an inverse scale is multiplied with. Its shape says what it covers: everything, a row, a block.

use std::sync::Arc;

use crate::catalogue::{Listed, Load};
use crate::cursor::to_usize;
use crate::packing::codes::Codes;
use crate::packing::scaled::{ColumnGroups, Grid, RowBlocks, Scaled, Zeros};
use crate::packing::{Combined, Parts};
use crate::{Dtype, Error, TensorData, TensorInfo, decode};

/// The side of a block where the configuration is silent (DeepSeek-V3).
const USUAL_BLOCK: usize = 128;
/// 1 / 127 as bitsandbytes multiplies with it.
const BITSANDBYTES_UNIT: f32 = 7.874_016e-3;

/// The weight whose eight-bit elements this tensor is, if it is that.
pub(crate) fn find(parts: &Parts<'_>, tensor: &Listed) -> Option<Combined> {
    let name = tensor.info.name.as_str();
    let kind = match tensor.info.dtype {
        Dtype::F8E4M3 | Dtype::F8E5M2 | Dtype::F8E4M3Fnuz | Dtype::F8E5M2Fnuz => "fp8",
        Dtype::I8 => "int8",
        _ => return None,
    };
    let by_columns = name.strip_suffix("weight").and_then(|module| parts.get(&format!("{module}SCB")));
    let scales = ["_scale_inv", "_scale"].iter().find_map(|ending| parts.get(&format!("{name}{ending}")));
    let (scales, bitsandbytes) = match (by_columns.filter(|_| kind == "int8"), scales) {
        (Some(scales), _) => (scales, true),
        (None, Some(scales)) => (scales, false),
        (None, None) => return None,
    };
    let zeros = parts.get(&format!("{name}_zero_point")).cloned();
    let unread =
        || Combined::unread(tensor, &format!("{kind} under scales of shape {:?}", scales.info.shape));
    let Some(cover) = Cover::of(&tensor.info.shape, &scales.info.shape, parts) else { return Some(unread()) };
    if zeros.as_ref().is_some_and(|zeros| zeros.info.shape != scales.info.shape) {
        return Some(unread());
    }
    let (dtype, quantisation) = match (bitsandbytes, scales.info.dtype) {
        (true, _) => (Dtype::F32, "bitsandbytes-int8".to_owned()),
        (_, Dtype::F32 | Dtype::F16 | Dtype::Bf16) => (scales.info.dtype, format!("{kind}{}", cover.name())),
        // Powers of two, which their library keeps in bfloat16.
        (_, Dtype::U8 | Dtype::F8E8M0) => (Dtype::Bf16, format!("mx{kind}{}", cover.name())),
        _ => return Some(unread()),
    };
    let mut others = vec![scales.info.name.clone()];
    others.extend(zeros.iter().map(|zeros| zeros.info.name.clone()));
    // A number that says how rows lie; a weight could be called so, too.
    let is_number = |format: &&Listed| format.info.shape.iter().all(|extent| *extent == 1);
    let layout = parts.get(&format!("{name}_format")).filter(is_number).filter(|_| bitsandbytes);
    others.extend(layout.map(|format| format.info.name.clone()));
    let recipe = Recipe { elements: tensor.clone(), scales: scales.clone(), zeros, cover, bitsandbytes };
    Some(Combined::new(name.to_owned(), dtype, tensor.info.shape.clone(), quantisation, recipe, others))
}

/// What a scale covers.
#[derive(Clone, Copy)]
struct Cover {
    matrices: usize,
    rows: usize,
    columns: usize,
    /// Rows and columns of a block, neither zero.
    block: (usize, usize),
    groups: usize,
}

impl Cover {
    fn of(weight: &[usize], scales: &[usize], parts: &Parts<'_>) -> Option<Self> {
        let (matrices, rows, columns) = match *weight {
            [rows, columns] => (1, rows, columns),
            [matrices, rows, columns] => (matrices, rows, columns),
            _ => return None,
        };
        let (scaled_matrices, high, wide) = match *scales {
            [] => (1, 1, 1),
            [high] => (1, high, 1),
            [high, wide] => (1, high, wide),
            [count, high, wide] => (count, high, wide),
            _ => return None,
        };
        let configured = parts.config.get("weight_block_size").and_then(|sizes| sizes.as_array());
        let side = |axis: usize| {
            let size = configured.and_then(|sizes| sizes.get(axis)).and_then(serde_json::Value::as_u64);
            size.map_or(USUAL_BLOCK, to_usize)
        };
        let block = (extent(rows, high, side(0))?, extent(columns, wide, side(1))?);
        (matrices == scaled_matrices).then_some(Self { matrices, rows, columns, block, groups: wide })
    }

    fn name(&self) -> String {
        match self.block {
            (rows, columns) if rows >= self.rows && columns >= self.columns => String::new(),
            (1, columns) if columns >= self.columns => "-row".to_owned(),
            (rows, columns) => format!("-{rows}x{columns}"),
        }
    }
}

/// Extent of a block where `count` of them cover `size`.
fn extent(size: usize, count: usize, usual: usize) -> Option<usize> {
    match count {
        0 => None,
        1 => Some(size.max(1)),
        _ if count == size => Some(1),
        _ if usual > 0 && size.div_ceil(usual) == count => Some(usual),
        _ => size.is_multiple_of(count).then(|| size.checked_div(count)).flatten().filter(|block| *block > 0),
    }
}

struct Recipe {
    elements: Listed,
    scales: Listed,
    zeros: Option<Listed>,
    cover: Cover,
    bitsandbytes: bool,
}

impl Load for Recipe {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let Cover { matrices, rows, columns, block, groups } = self.cover;
        let mut scales = self.scales.singles()?;
        if self.scales.info.dtype == Dtype::U8 {
            for scale in &mut scales {
                let bits = crate::packing::words::exact(*scale).and_then(|bits| u8::try_from(bits).ok());
                *scale =
                    bits.map_or(f32::NAN, |bits| crate::packing::scaled::single(decode::power_of_two(bits)));
            }
        }
        let zeros = match &self.zeros {
            Some(zeros) => Zeros::Each(zeros.singles()?),
            None => Zeros::One(0.0),
        };
        let rows_of = RowBlocks { rows: rows.max(1), block: block.0 };
        let grid = Grid { scales, zeros, rows: rows_of, groups, columns: ColumnGroups::Blocks(block.1) };
        let grid = grid.check(matrices.saturating_mul(rows), columns)?;
        let times = if self.bitsandbytes { BITSANDBYTES_UNIT } else { 1.0 };
        let codes = Codes::Numbers(self.elements.data()?);
        let blocks = Scaled { codes, columns: columns.max(1), grid, times, dtype: info.dtype };
        Ok(TensorData::packed(info.dtype, info.shape.clone(), Arc::new(blocks)))
    }
}
