//! Files that lie: each is refused with its name and what is wrong, and none brings the reader down.

use std::io::Write as _;

use heavytail_report::{is_saved_table, read_table};

use crate::saved_tables::fixture;

/// The error of a file of these bytes, without its path.
fn refused(bytes: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let message = read_table(file.path()).unwrap_err().to_string();
    let path = file.path().display().to_string();
    message.strip_prefix(&format!("{path}: ")).unwrap_or_else(|| panic!("{message}")).to_owned()
}

#[test]
fn what_is_missing_or_wrong_is_told() {
    assert_eq!(
        refused(b"layer_id,name,D\n1,a,0.1\n"),
        "no details table: it has no column `alpha`; its columns are layer_id, name, D"
    );
    assert_eq!(
        refused(b"layer_id,alpha\n1,2.5\n"),
        "no details table: it has no column `name` or `longname`; its columns are layer_id, alpha"
    );
    assert_eq!(refused(b"name,alpha\na,2.5\nb,much\n"), "row 2, column `alpha`: `much` is no number");
    assert_eq!(
        refused(b"name,alpha,N\na,2.5,\x1b[2J1e400\n"),
        "row 1, column `N`: `\\u{1b}[2J1e400` is no whole number"
    );
    assert_eq!(
        refused(b"[{\"name\":\"a\",\"alpha\":[1]}]"),
        "row 1, column `alpha`: a list or an object is no number"
    );
    assert_eq!(refused(b"hello"), "no details table: neither CSV nor JSON nor Parquet");
    assert_eq!(refused(b""), "no details table: neither CSV nor JSON nor Parquet");
    assert_eq!(
        refused(b"{\"schema_version\":9,\"rows\":[{\"alpha\":1}],\"k\":\"alpha\",\"alpha\":1}"),
        "a table of schema version 9; this version reads up to 1"
    );
    assert_eq!(
        refused(b"[\"alpha\"]"),
        "no details table: a row that is no object, where each row should be one"
    );
    assert!(refused(b"name,alpha\na,2.5,3\n").starts_with("no valid CSV: "));
    assert!(refused(b"[{\"alpha\":").starts_with("no valid JSON: "));
    assert!(refused(b"PAR1 and nothing else PAR1").starts_with("no valid Parquet file: "));
}

#[test]
fn deep_nesting_is_refused() {
    let mut bytes = b"{\"alpha\":".to_vec();
    bytes.extend(std::iter::repeat_n(b'[', 100_000));
    assert!(refused(&bytes).starts_with("no valid JSON: "));
}

/// Truncations and flipped bytes all over the file: an answer or an error, never a panic.
#[test]
fn damaged_tables_are_read_or_refused() {
    for name in ["tables/plain.csv", "tables/columns.json", "tables/pages_2.parquet", "tables/none.parquet"] {
        let whole = std::fs::read(fixture(name)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table");
        let mut tried = 0;
        let mut attempt = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let _ = (is_saved_table(&path), read_table(&path));
            tried += 1;
        };
        let step = (whole.len() / 80).max(1);
        for end in (0..whole.len()).step_by(step) {
            attempt(&whole[..end]);
        }
        for (place, flip) in
            (0..whole.len()).step_by((whole.len() / 400).max(1)).zip([0xff, 0x80, 1].iter().cycle())
        {
            let mut damaged = whole.clone();
            damaged[place] ^= flip;
            attempt(&damaged);
        }
        assert!(tried > 400, "{name}: {tried}");
    }
}
