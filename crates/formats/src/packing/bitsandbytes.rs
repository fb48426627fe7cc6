//! bitsandbytes' four-bit codes with their state in, weights out (nf4, fp4, nested scales too).
//!
//! The state is a JSON text in a tensor of bytes; it has the shape, the type and the length of a block.

use std::sync::Arc;

use crate::catalogue::{Listed, Load};
use crate::packing::codes::{Codes, Order};
use crate::packing::scaled::{ColumnGroups, Grid, RowBlocks, Scaled, Zeros, single};
use crate::packing::words::exact;
use crate::packing::{Combined, Parts};
use crate::tensor::element_count;
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo};

/// A state has some two hundred bytes.
const STATE_LIMIT: usize = 1 << 16;

/// The weight whose codes this tensor is, if it is that.
pub(crate) fn find(parts: &Parts<'_>, tensor: &Listed) -> Option<Combined> {
    let name = tensor.info.name.as_str();
    let part = |ending: &str| parts.get(&format!("{name}.{ending}")).cloned();
    let states = ["quant_state.bitsandbytes__nf4", "quant_state.bitsandbytes__fp4"];
    let state = states.iter().find_map(|state| part(state))?;
    let found = read_state(&state).and_then(|(text, shape)| {
        let nested = match (part("nested_absmax"), part("nested_quant_map")) {
            (Some(scales), Some(table)) => {
                Some(Nested { scales, table, block: text.nested_blocksize?, offset: text.nested_offset? })
            }
            _ => None,
        };
        let bytes = tensor.info.len();
        let codes = element_count(&shape)?;
        let fits = codes.div_ceil(2) == bytes && (text.nested_blocksize.is_none() || nested.is_some());
        let recipe = Recipe {
            codes: tensor.clone(),
            scales: part("absmax")?,
            table: part("quant_map")?,
            block: text.blocksize,
            nested,
        };
        fits.then_some((recipe, shape, text))
    });
    let Some((recipe, shape, text)) = found else {
        return Some(Combined::unread(tensor, "bitsandbytes codes whose state is broken"));
    };
    let dtype = match text.dtype.as_str() {
        "float16" => Dtype::F16,
        "bfloat16" => Dtype::Bf16,
        _ => Dtype::F32,
    };
    let quantisation = format!("bitsandbytes-{}", text.quant_type);
    let endings = ["absmax", "quant_map", "nested_absmax", "nested_quant_map"];
    let mut others: Vec<String> = endings.iter().map(|ending| format!("{name}.{ending}")).collect();
    others.push(state.info.name);
    Some(Combined::new(name.to_owned(), dtype, shape, quantisation, recipe, others))
}

/// What the state says that a reader needs.
#[derive(serde::Deserialize)]
struct State {
    quant_type: String,
    blocksize: usize,
    dtype: String,
    shape: Vec<u64>,
    nested_blocksize: Option<usize>,
    nested_offset: Option<f64>,
}

fn read_state(state: &Listed) -> Option<(State, Vec<usize>)> {
    let data = state.data().ok()?;
    let bytes = data.plain_bytes().ok()?.filter(|bytes| bytes.len() <= STATE_LIMIT)?;
    let state: State = serde_json::from_slice(bytes).ok()?;
    let shape: Option<Vec<usize>> = state.shape.iter().map(|extent| usize::try_from(*extent).ok()).collect();
    shape.filter(|_| state.blocksize > 0).map(|shape| (state, shape))
}

struct Recipe {
    codes: Listed,
    scales: Listed,
    table: Listed,
    block: usize,
    nested: Option<Nested>,
}

/// Scales that are codes of eight bits under scales of their own.
struct Nested {
    scales: Listed,
    table: Listed,
    block: usize,
    offset: f64,
}

impl Nested {
    fn unpack(&self, codes: Vec<f32>) -> Result<Vec<f32>, Error> {
        let (scales, table) = (self.scales.singles()?, self.table.singles()?);
        let offset = single(self.offset);
        let one = |(place, code): (usize, f32)| {
            let value = exact(code).and_then(|code| table.get(code).copied());
            let scale = place.checked_div(self.block).and_then(|block| scales.get(block).copied());
            value.zip(scale).map(|(value, scale)| value * scale + offset)
        };
        let all: Option<Vec<f32>> = codes.into_iter().enumerate().map(one).collect();
        let packing = "nested scales that do not cover the scales".to_owned();
        all.ok_or_else(|| ErrorKind::UnknownPacking { packing }.into())
    }
}

impl Load for Recipe {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let mut scales = self.scales.singles()?;
        if let Some(nested) = &self.nested {
            scales = nested.unpack(scales)?;
        }
        let table = self.table.singles()?;
        let table = <[f32; 16]>::try_from(table).map_err(|table| {
            let packing = format!("a table of {} values for four bits", table.len());
            Error::from(ErrorKind::UnknownPacking { packing })
        })?;
        // Blocks follow one another through the whole tensor, so that it is one long row.
        let columns = info.len();
        let order = Order::HighFirst { columns };
        let codes = Codes::packed(self.codes.data()?, 4, order, Some(table))?;
        let (groups, rows) = (scales.len(), RowBlocks { rows: 1, block: 1 });
        let group = ColumnGroups::Blocks(self.block);
        let grid = Grid { scales, zeros: Zeros::One(0.0), rows, groups, columns: group }.check(1, columns)?;
        let blocks = Scaled { codes, columns: columns.max(1), grid, times: 1.0, dtype: info.dtype };
        Ok(TensorData::packed(info.dtype, info.shape.clone(), Arc::new(blocks)))
    }
}
