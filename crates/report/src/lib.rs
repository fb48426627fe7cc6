//! A details table in, outputs for people and machines out: text, CSV, JSON, Parquet, pages, figures, findings of a
//! gate; and tables saved earlier read back.

// Tables for machines.
mod csv;
mod error;
mod json;
mod json_columns;
mod json_tuning;
mod json_value;
mod jsonl;
mod parquet;
mod parquet_footer;
mod parquet_pages;
mod parquet_rle;
mod parquet_thrift;

// Tables saved earlier.
mod saved;
mod saved_csv;
mod saved_json;
mod saved_parquet;
mod saved_rows;

// Pages that need nothing else, and figures as vectors and pixels.
mod page;
mod page_curves;
mod page_data;
mod page_tuning;
mod plots;
mod script_json;

// Gates of pipelines.
mod baseline;
mod junit;
mod policy;
mod sarif;

// Text for people.
mod bins;
mod escape;
mod grid;
mod histogram;
mod number;
mod side_by_side;
mod style;
mod text;
mod text_compare;
mod text_coverage;
mod text_tuning;
mod text_verdict;
mod wrap;

pub use self::baseline::write_baseline;
pub use self::csv::write_csv;
pub use self::error::{Error, PolicyFault, TableFault};
pub use self::escape::escaped;
pub use self::histogram::{histogram, norm_overlay, overlay};
pub use self::json::{SCHEMA_VERSION, write_comparison_json, write_findings_json};
pub use self::json::{write_json, write_json_judged};
pub use self::json_columns::write_columns_json;
pub use self::json_tuning::write_tuning_json;
pub use self::jsonl::write_jsonl;
pub use self::junit::write_junit;
pub use self::page::{FileDigest, PageInput, PageModel, write_page};
pub use self::parquet::write_parquet;
pub use self::plots::{LayerPlot, write_layer_plots};
pub use self::plots::{PlotOptions, write_plots, write_tuning_plots};
pub use self::policy::Policy;
pub use self::sarif::write_sarif;
pub use self::saved::{is_saved_table, read_table};
pub use self::style::{Sort, TextOptions};
pub use self::text::{layer_columns, table};
pub use self::text_compare::{comparison, summaries};
pub use self::text_coverage::{coverage, coverage_summary};
pub use self::text_tuning::tuning;
pub use self::text_verdict::{roles, verdict_text};
