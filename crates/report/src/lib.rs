//! A details table in, outputs for people and machines out: text, CSV, JSON, Parquet, findings of a gate; and tables
//! saved earlier read back.

mod csv;
mod error;
mod json;
mod json_value;
mod jsonl;
mod parquet;

pub use self::csv::write_csv;
pub use self::error::{Error, TableFault};
pub use self::json::{SCHEMA_VERSION, write_comparison_json, write_json, write_json_judged};
pub use self::jsonl::write_jsonl;
pub use self::parquet::write_parquet;
