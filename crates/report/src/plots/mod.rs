//! Details tables in, figures as SVG and PNG files out.
//!
//! A figure file decides what is drawn and lists it as marks of a [`scene`]; the scene's writers turn the one list into
//! vectors and into pixels.

mod figure;
mod figure_change;
mod figure_density;
mod figure_depth;
mod figure_histogram;
mod figure_layer;
mod figure_reference;
mod figure_vectors;
mod layer_plots;
mod scene;
mod scene_font;
mod scene_png;
mod scene_svg;
mod write_plots;

pub use self::layer_plots::{LayerPlot, write_layer_plots};
pub use self::write_plots::{PlotOptions, write_plots, write_tuning_plots};
