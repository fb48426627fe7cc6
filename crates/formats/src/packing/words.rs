//! Integers of a few bits in 32-bit words with scales and zero points in, weights out: GPTQ, AWQ, compressed-tensors.
//!
//! GPTQ and AWQ store the transposed weight, inputs first; what comes out has outputs first, as in the layer that was
//! quantised. Which of the two a file holds is told by the shapes.

use std::sync::Arc;

use crate::catalogue::{Listed, Load};
use crate::packing::codes::{Codes, Order};
use crate::packing::scaled::{ColumnGroups, Grid, RowBlocks, Scaled, Zeros};
use crate::packing::{Combined, Parts};
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo};

/// The weight whose words this tensor is, if it is that.
pub(crate) fn find(parts: &Parts<'_>, tensor: &Listed) -> Option<Combined> {
    if tensor.info.dtype != Dtype::I32 {
        return None;
    }
    let name = tensor.info.name.as_str();
    let (module, found) = if let Some(module) = name.strip_suffix("qweight") {
        (module, turned(parts, tensor, module))
    } else if let Some(module) = name.strip_suffix("weight_packed") {
        (module, upright(parts, tensor, module))
    } else {
        return None;
    };
    let Some((recipe, shape)) = found else {
        return Some(Combined::unread(tensor, "integers in words whose scales are missing or do not fit"));
    };
    let others = recipe.others();
    let (dtype, quantisation) = (recipe.scales.info.dtype, recipe.quantisation());
    Some(Combined::new(format!("{module}weight"), dtype, shape, quantisation, recipe, others))
}

/// The three ways.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Gptq {
        /// Zero points are kept less one, as the first version of the format does.
        less_one: bool,
    },
    Awq,
    CompressedTensors,
}

/// What a weight is made of and how.
struct Recipe {
    way: Way,
    bits: usize,
    words: Listed,
    scales: Listed,
    zeros: Option<Listed>,
    /// Group of each column.
    groups: Option<Listed>,
    /// The shape as a tensor, which only has to be taken off the list.
    shape: Option<Listed>,
    /// Outputs and inputs of the layer.
    rows: usize,
    columns: usize,
    /// Columns of a group where `groups` is not there.
    block: usize,
}

/// GPTQ or AWQ, by the shapes.
fn turned(parts: &Parts<'_>, words: &Listed, module: &str) -> Option<(Recipe, Vec<usize>)> {
    let scales = parts.get(&format!("{module}scales"))?.clone();
    let zeros = parts.get(&format!("{module}qzeros"))?.clone();
    let ([stored, across], [groups, rows], [zero_rows, zero_words]) =
        (pair(words)?, pair(&scales)?, pair(&zeros)?);
    if zero_rows != groups || groups == 0 || rows == 0 {
        return None;
    }
    let bits = zero_words.checked_mul(32)?.checked_div(rows)?;
    let (way, columns) = if across == rows {
        let less_one = parts.config.get("checkpoint_format").and_then(|v| v.as_str()) != Some("gptq_v2");
        (Way::Gptq { less_one }, stored.checked_mul(32)?.checked_div(bits)?)
    } else if across.checked_mul(8) == Some(rows) && bits == 4 {
        (Way::Awq, stored)
    } else {
        return None;
    };
    // Five, six and seven bits have had several layouts.
    if ![2, 3, 4, 8].contains(&bits) || bits.checked_mul(rows)?.div_ceil(32) != zero_words || columns == 0 {
        return None;
    }
    let order = parts.get(&format!("{module}g_idx")).filter(|order| order.info.shape == [columns]).cloned();
    let block = columns.div_ceil(groups);
    let words = words.clone();
    let (zeros, shape) = (Some(zeros), None);
    let recipe = Recipe { way, bits, words, scales, zeros, groups: order, shape, rows, columns, block };
    Some((recipe, vec![rows, columns]))
}

/// compressed-tensors: rows are outputs, and the true shape is a tensor of its own.
fn upright(parts: &Parts<'_>, words: &Listed, module: &str) -> Option<(Recipe, Vec<usize>)> {
    let scales = parts.get(&format!("{module}weight_scale"))?.clone();
    let shape = parts.get(&format!("{module}weight_shape"))?.clone();
    let sizes = shape.singles().ok()?;
    let [rows, across] = pair(words)?;
    let groups = match scales.info.shape.as_slice() {
        [] | [1] => 1,
        [_, groups] => *groups,
        [_] => 1,
        _ => return None,
    };
    // Sizes up to 2^24 are exact in f32, and no layer has more inputs.
    let columns = (1..1 << 24).contains(&across).then(|| exact(*sizes.get(1)?)).flatten()?;
    let fits = |bits: &usize| columns.checked_mul(*bits).is_some_and(|all| all.div_ceil(32) == across);
    let bits = config_bits(parts).filter(fits).or_else(|| (1..=8).find(fits))?;
    if groups == 0 || columns == 0 || sizes.len() != 2 || exact(*sizes.first()?) != Some(rows) {
        return None;
    }
    let optional = |leaf: &str| parts.get(&format!("{module}{leaf}")).cloned();
    let zeros = optional("weight_zero_point");
    let order = optional("weight_g_idx").filter(|order| order.info.shape == [columns]);
    let block = columns.div_ceil(groups);
    let (words, way, shape) = (words.clone(), Way::CompressedTensors, Some(shape));
    let recipe = Recipe { way, bits, words, scales, zeros, groups: order, shape, rows, columns, block };
    Some((recipe, vec![rows, columns]))
}

/// Bits as the configuration's first group of layers has them.
fn config_bits(parts: &Parts<'_>) -> Option<usize> {
    let groups = parts.config.get("config_groups")?.as_object()?;
    let bits = groups.values().find_map(|group| group.get("weights")?.get("num_bits")?.as_u64())?;
    usize::try_from(bits).ok()
}

fn pair(tensor: &Listed) -> Option<[usize; 2]> {
    tensor.info.shape.as_slice().try_into().ok()
}

/// The whole number that a float is; counts of rows and columns come so.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "checked: the number is whole, not negative and below 2^24"
)]
pub(crate) fn exact(number: f32) -> Option<usize> {
    let whole = (0.0..16_777_216.0).contains(&number) && number.trunc() == number;
    whole.then_some(number as usize)
}

impl Recipe {
    fn others(&self) -> Vec<String> {
        let parts = [Some(&self.scales), self.zeros.as_ref(), self.groups.as_ref(), self.shape.as_ref()];
        parts.into_iter().flatten().map(|part| part.info.name.clone()).collect()
    }

    fn quantisation(&self) -> String {
        match self.way {
            Way::Gptq { .. } => format!("gptq-{}bit", self.bits),
            Way::Awq => format!("awq-{}bit", self.bits),
            Way::CompressedTensors => format!("compressed-tensors-int{}", self.bits),
        }
    }

    /// Scales and zero points, for each row of the weight one for each group of its columns.
    fn grid(&self) -> Result<Grid, Error> {
        let upright = self.way == Way::CompressedTensors;
        let mut scales = self.scales.singles()?;
        let groups = match (upright, self.scales.info.shape.as_slice()) {
            (false, [groups, _]) | (true, [_, groups]) => *groups,
            _ => 1,
        };
        if upright && scales.len() == 1 {
            scales = vec![scales.first().copied().unwrap_or(f32::NAN); self.rows];
        }
        if !upright {
            scales = transposed(&scales, self.rows);
        }
        let columns = match &self.groups {
            Some(order) => groups_of_columns(order)?,
            None => ColumnGroups::Blocks(self.block),
        };
        let rows = RowBlocks { rows: self.rows.max(1), block: 1 };
        let grid = Grid { scales, zeros: self.zeros(groups)?, rows, groups, columns };
        grid.check(self.rows, self.columns)
    }

    fn zeros(&self, groups: usize) -> Result<Zeros, Error> {
        let Some(zeros) = &self.zeros else {
            return Ok(Zeros::One(half_range(self.bits)));
        };
        if self.way == Way::CompressedTensors && zeros.info.dtype != Dtype::I32 {
            // Zero points that are not packed count from the middle.
            let middle = half_range(self.bits);
            return Ok(Zeros::Each(zeros.singles()?.into_iter().map(|zero| zero + middle).collect()));
        }
        let [stored, across] = pair(zeros).unwrap_or([0, 0]);
        let needed = match self.way {
            Way::CompressedTensors => {
                self.rows.saturating_mul(self.bits).div_ceil(32) <= stored && groups == across
            }
            _ => groups == stored,
        };
        if !needed {
            let packing = "zero points whose shape does not fit".to_owned();
            return Err(ErrorKind::UnknownPacking { packing }.into());
        }
        let data = zeros.data()?;
        let (order, along_rows) = match self.way {
            Way::Gptq { .. } => (Order::Rows { row_bytes: across.saturating_mul(4) }, true),
            Way::Awq => (Order::Interleaved { across }, false),
            Way::CompressedTensors => (Order::Columns { across }, false),
        };
        let codes = Codes::packed(data, self.bits, order, None)?;
        let code = |row: usize, group: usize| -> Result<f32, Error> {
            let mut zero = [0.0];
            // Stored along the outputs: a "row" of the codes is a group in GPTQ, and groups are rows in the others.
            let (at, along) = match (self.way, along_rows) {
                (_, true) => (group, row),
                (Way::Awq, _) => (row, group),
                _ => (group, row),
            };
            codes.read(at, along, self.rows, &mut zero)?;
            Ok(self.stored_zero(crate::packing::scaled::single(zero[0])))
        };
        let all = (0..self.rows).flat_map(|row| (0..groups).map(move |group| (row, group)));
        Ok(Zeros::Each(all.map(|(row, group)| code(row, group)).collect::<Result<_, _>>()?))
    }

    fn stored_zero(&self, zero: f32) -> f32 {
        match self.way {
            // One more, within the bits of a code: fifteen wraps to zero.
            Way::Gptq { less_one: true } if zero + 1.0 < 2.0 * half_range(self.bits) => zero + 1.0,
            Way::Gptq { less_one: true } => 0.0,
            _ => zero,
        }
    }
}

/// 2^(bits − 1).
fn half_range(bits: usize) -> f32 {
    i32::try_from(bits).map_or(f32::NAN, |bits| 2_f32.powi(bits.saturating_sub(1)))
}

/// Row-major numbers of `columns` columns, column by column.
fn transposed(numbers: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| numbers.iter().copied().skip(column).step_by(columns.max(1))).collect()
}

/// The group of each column; runs are told from orders of activation, which have none.
fn groups_of_columns(order: &Listed) -> Result<ColumnGroups, Error> {
    let groups = order.singles()?;
    let groups: Option<Vec<usize>> = groups.into_iter().map(exact).collect();
    let groups = groups.ok_or_else(|| {
        let packing = "groups of columns that are no numbers of groups".to_owned();
        Error::from(ErrorKind::UnknownPacking { packing }).of_tensor(&order.info.name)
    })?;
    let block = groups.iter().take_while(|group| **group == 0).count().max(1);
    let runs = groups.iter().enumerate().all(|(column, group)| column.checked_div(block) == Some(*group));
    Ok(if runs { ColumnGroups::Blocks(block) } else { ColumnGroups::Each(groups) })
}

impl Load for Recipe {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let [_, across] = pair(&self.words).unwrap_or([0, 0]);
        let order = match self.way {
            Way::Gptq { .. } => Order::Columns { across },
            Way::Awq => Order::Interleaved { across },
            Way::CompressedTensors => Order::Rows { row_bytes: across.saturating_mul(4) },
        };
        let codes = Codes::packed(self.words.data()?, self.bits, order, None)?;
        let (columns, grid, dtype) = (self.columns, self.grid()?, info.dtype);
        let blocks = Scaled { codes, columns, grid, times: 1.0, dtype };
        Ok(TensorData::packed(info.dtype, info.shape.clone(), Arc::new(blocks)))
    }
}
