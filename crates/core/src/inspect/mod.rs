//! Models in, other tables than that of [`analyze`](crate::analyze) out: distances, traps, laws of the weights, one ESD,
//! the fit of eigenvalues from anywhere.

#[macro_use]
mod declare_columns;

pub mod columns_distance;
pub mod columns_trap_burden;
pub mod columns_trap_shape;
pub mod columns_trap_vectors;
pub mod columns_traps;
pub mod columns_weights;

pub mod distances;
pub mod esd;
pub mod fit;
mod trap_burden;
mod trap_shape;
pub mod traps;
pub mod weight_fits;

pub use distances::{DistanceMethod, distances, mean_distances};
pub use esd::{alpha_against_xmin, esd};
pub use fit::fit;
pub use traps::analyze_traps;
pub use weight_fits::analyze_weights;
