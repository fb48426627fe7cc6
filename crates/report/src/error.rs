//! What keeps a table from being written or read, with the facts that a person needs to mend it.

use std::path::PathBuf;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system refuses to take the bytes.
    #[error("can't be written: {0}")]
    Write(#[source] std::io::Error),
    /// A table can't be put into the Parquet format.
    #[error("can't be written as Parquet: {0}")]
    ParquetWrite(#[source] parquet::errors::ParquetError),
    /// The system refuses to give the bytes.
    #[error("{}: can't be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        #[source]
        source: std::io::Error,
    },
    /// A file that should be a saved table is none.
    #[error("{}: {fault}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        fault: TableFault,
    },
    /// A policy or its baseline is wrong.
    #[error("{}: {fault}", path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        fault: PolicyFault,
    },
}

/// What is wrong with a policy or a baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyFault {
    /// The file breaks the rules of TOML, or has an entry that no policy has.
    #[error("{0}")]
    Toml(#[source] Box<toml::de::Error>),
    /// A pattern of layer names is no glob.
    #[error("{0}")]
    Glob(#[source] globset::Error),
    /// A limit that can't be.
    #[error("{0}")]
    Limit(#[source] heavytail::Error),
    /// A baseline allows what no rule finds.
    #[error("there is no rule `{rule}`")]
    UnknownRule {
        /// The rule's name.
        rule: String,
    },
}

/// What is wrong with a saved table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableFault {
    /// Neither CSV nor JSON nor Parquet.
    #[error("no details table: neither CSV nor JSON nor Parquet")]
    UnknownFormat,
    /// More bytes than any table of layers has.
    #[error("the file has {bytes} bytes; a table may have {limit}")]
    TooLarge {
        /// Size of the file.
        bytes: u64,
        /// The most that is read.
        limit: u64,
    },
    /// A column that every table needs is not there.
    #[error("no details table: it has no column `{missing}`; its columns are {found}")]
    MissingColumn {
        /// The column, or columns of which one is needed.
        missing: &'static str,
        /// The first columns that it has.
        found: String,
    },
    /// A field can't be a value of its column.
    #[error("row {row}, column `{column}`: {text} is no {wanted}")]
    Value {
        /// The row, from 1.
        row: usize,
        /// The column.
        column: &'static str,
        /// The field as in the file, shortened.
        text: String,
        /// The type of the column.
        wanted: &'static str,
    },
    /// The file breaks the rules of CSV.
    #[error("no valid CSV: {0}")]
    Csv(#[source] csv::Error),
    /// The file breaks the rules of JSON.
    #[error("no valid JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// A JSON document of another shape than a table's.
    #[error("no details table: {found}, where {wanted}")]
    Shape {
        /// What there is.
        found: &'static str,
        /// What should be there.
        wanted: &'static str,
    },
    /// A table of a later version of heavytail.
    #[error("a table of schema version {found}; this version reads up to {known}")]
    LaterVersion {
        /// The version in the file.
        found: u64,
        /// The newest version that is known.
        known: u64,
    },
    /// The file breaks the rules of Parquet.
    #[error("no valid Parquet file: {what}")]
    Parquet {
        /// What is wrong.
        what: &'static str,
    },
    /// A compression that is not unpacked.
    #[error("column `{column}` is compressed with {codec}; save it with snappy or without compression")]
    Codec {
        /// A column that is compressed so.
        column: &'static str,
        /// The codec's name.
        codec: &'static str,
    },
    /// An encoding that is not read.
    #[error("column `{column}` is encoded with {encoding}; save it with plain or dictionary encoding")]
    Encoding {
        /// A column that is encoded so.
        column: &'static str,
        /// The encoding's name.
        encoding: &'static str,
    },
    /// A column that is nested, repeated or of a type that no table has.
    #[error("column `{column}` has a type that no details table has")]
    ColumnType {
        /// The column.
        column: &'static str,
    },
}
