//! Two details tables in, which rows are the same layer out.
//!
//! By full name first; then, for what is left, by shape and position among layers of that shape, since the same
//! network saved by two libraries differs in names and not in order.

use std::collections::{BTreeMap, BTreeSet};

use crate::columns_layer::{LAYER_TYPE, M, N};
use crate::details::Details;
use crate::row::Row;
use crate::verdict::layer_name;

/// Rows of two tables that belong together, by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairing {
    /// (row of the first table, row of the second), in the first table's order.
    pub matched: Vec<(usize, usize)>,
    /// Rows of the first table without a partner.
    pub only_first: Vec<usize>,
    /// Rows of the second table without a partner.
    pub only_second: Vec<usize>,
}

/// Pairs the layers of two models. Of several rows with one name (slices) the first pairs with the first.
#[must_use]
pub fn pair_layers(a: &Details, b: &Details) -> Pairing {
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, row) in b.rows.iter().enumerate().rev() {
        by_name.entry(key(row)).or_default().push(index);
    }
    let mut partner: Vec<Option<usize>> =
        a.rows.iter().map(|row| by_name.get_mut(&key(row)).and_then(Vec::pop)).collect();
    by_shape(a, b, &mut partner);
    let taken: BTreeSet<usize> = partner.iter().flatten().copied().collect();
    Pairing {
        matched: partner.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?))).collect(),
        only_first: (0..a.rows.len()).filter(|i| partner[*i].is_none()).collect(),
        only_second: (0..b.rows.len()).filter(|j| !taken.contains(j)).collect(),
    }
}

/// The name without a wrapper's prefix: `transformer.h.0` and `model.h.0` are the `h.0` of one network.
pub(crate) fn key(row: &Row) -> String {
    bare_name(layer_name(row).trim()).to_owned()
}

/// The same of a name.
pub(crate) fn bare_name(name: &str) -> &str {
    let mut rest = name;
    while let Some((first, tail)) = rest.split_once('.') {
        if !matches!(first, "model" | "module" | "transformer" | "state_dict" | "_orig_mod" | "base_model") {
            break;
        }
        rest = tail;
    }
    rest
}

/// Gives partners to the rows that have none.
fn by_shape(a: &Details, b: &Details, partner: &mut [Option<usize>]) {
    let shape = |row: &Row| (row.integer(&N), row.integer(&M), row.text(&LAYER_TYPE).to_owned());
    let taken: BTreeSet<usize> = partner.iter().flatten().copied().collect();
    let mut waiting: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, row) in b.rows.iter().enumerate().rev().filter(|(index, _)| !taken.contains(index)) {
        waiting.entry(shape(row)).or_default().push(index);
    }
    for (row, partner) in a.rows.iter().zip(partner) {
        let wanted = shape(row);
        if partner.is_none() && wanted.0.is_some() {
            *partner = waiting.get_mut(&wanted).and_then(Vec::pop);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns_layer::LONGNAME;

    fn table(layers: &[(&str, usize, usize)]) -> Details {
        let rows = layers
            .iter()
            .map(|(name, n, m)| {
                let mut row = Row::new();
                row.set(&LONGNAME, *name);
                row.set(&N, *n);
                row.set(&M, *m);
                row
            })
            .collect();
        Details { rows, ..Details::default() }
    }

    #[test]
    fn layers_pair_by_name_whatever_their_order() {
        let a = table(&[("x", 4, 4), ("y", 8, 4), ("only_a", 2, 2)]);
        let b = table(&[("y", 8, 4), ("only_b", 2, 2), ("x", 4, 4)]);
        let pairing = pair_layers(&a, &b);
        assert_eq!(pairing.matched, [(0, 2), (1, 0), (2, 1)], "what is left has the same shape");
        let c = table(&[("x", 4, 4), ("y", 8, 4), ("only_c", 2, 1)]);
        let pairing = pair_layers(&c, &b);
        assert_eq!((pairing.only_first, pairing.only_second), (vec![2], vec![1]));
    }

    #[test]
    fn a_wrappers_prefix_does_not_part_them() {
        let pairing = pair_layers(&table(&[("transformer.h.0.c", 4, 4)]), &table(&[("h.0.c", 4, 4)]));
        assert_eq!(pairing.matched, [(0, 0)]);
    }

    #[test]
    fn without_a_common_name_shape_and_position_decide() {
        let a = table(&[("p", 4, 4), ("q", 8, 4), ("r", 4, 4)]);
        let b = table(&[("s", 8, 4), ("t", 4, 4), ("u", 4, 4), ("v", 16, 2)]);
        let pairing = pair_layers(&a, &b);
        assert_eq!(pairing.matched, [(0, 1), (1, 0), (2, 2)]);
        assert_eq!(pairing.only_second, [3]);
    }
}
