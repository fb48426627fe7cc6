//! Neighbouring layers in, the products of their matrices out: how much one layer's output meets the next one's input.

use crate::{Layer, MatrixView, Product};

/// The product of two layers that follow one another and share a dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct IntraPair {
    /// The second layer, whose id and full name the row has.
    pub second: Layer,
    /// `i X j `, as the reference writes it, trailing blank included.
    pub name: String,
    /// First matrix times second matrix along the shared dimension.
    pub product: Product,
    /// The longer side of the product.
    pub n: usize,
    /// Its shorter side.
    pub m: usize,
}

/// Each layer paired with the one before it; neighbours without a dimension in common make no pair.
///
/// Of a convolution the first kernel position is taken, as the reference does.
#[must_use]
pub fn intra_pairs(layers: &[Layer]) -> Vec<IntraPair> {
    layers.windows(2).filter_map(|neighbours| pair(&neighbours[0], &neighbours[1])).collect()
}

fn pair(first: &Layer, second: &Layer) -> Option<IntraPair> {
    let product = aligned(first.matrices[0].as_stored(), second.matrices[0].as_stored())?;
    let (rows, cols) = product.shape();
    Some(IntraPair {
        second: second.clone(),
        name: format!("{} X {} ", first.id, second.id),
        product,
        n: rows.max(cols),
        m: rows.min(cols),
    })
}

/// W₁ · W₂ along the largest dimension that both have, each transposed only where it must be.
fn aligned(first: MatrixView, second: MatrixView) -> Option<Product> {
    let sides = |view: MatrixView| [view.rows, view.cols];
    let shared = sides(first).into_iter().filter(|side| sides(second).contains(side)).max()?;
    let left = if first.cols == shared { first } else { first.transposed() };
    // The right factor is kept transposed: its columns are the shared dimension.
    let right = if second.rows == shared { second.transposed() } else { second };
    Some(Product { left, right })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LayerKind;

    fn layer(id: i64, rows: usize, cols: usize) -> Layer {
        let view = MatrixView::row_major(0, 0, rows, cols);
        Layer {
            id,
            name: id.to_string(),
            longname: id.to_string(),
            kind: LayerKind::Dense,
            n: view.rows,
            m: view.cols,
            rf: 1,
            slice_id: None,
            matrices: vec![view],
            scale: 1.0,
            tensor: 0,
        }
    }

    #[test]
    fn neighbours_meet_along_the_dimension_they_share() {
        let pairs = intra_pairs(&[layer(1, 160, 120), layer(2, 120, 100), layer(3, 7, 5), layer(4, 50, 7)]);
        assert_eq!(pairs.len(), 2);
        assert_eq!((pairs[0].name.as_str(), pairs[0].n, pairs[0].m), ("1 X 2 ", 160, 100));
        assert_eq!(pairs[0].product.inner(), 120);
        assert_eq!((pairs[1].name.as_str(), pairs[1].n, pairs[1].m), ("3 X 4 ", 50, 5));
        assert_eq!(pairs[1].product.inner(), 7);
    }

    #[test]
    fn square_layers_are_multiplied_as_stored() {
        let product = intra_pairs(&[layer(1, 6, 6), layer(2, 6, 6)])[0].product;
        assert_eq!((product.left.row_step, product.left.col_step), (6, 1));
        assert_eq!((product.right.row_step, product.right.col_step), (1, 6));
    }
}
