//! A large table is read without being held: pages that were decoded are given back.

use heavytail_formats::open;
use tempfile::tempdir;

const ROWS: usize = 50_257;
const COLUMNS: usize = 768;
const BLOCK: usize = 1024;

/// Kilobytes of mapped files that are resident, as the kernel counts them.
#[cfg(target_os = "linux")]
fn resident_files() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel tells");
    let line = status.lines().find_map(|line| line.strip_prefix("RssFile:")).expect("it counts files");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

#[cfg(target_os = "linux")]
#[test]
fn an_embedding_of_154_megabytes_never_holds_a_third_of_it() {
    use std::io::Write;
    let folder = tempdir().expect("a fresh folder");
    let path = folder.path().join("model.safetensors");
    let length = ROWS * COLUMNS * 4;
    let header =
        format!(r#"{{"wte":{{"dtype":"F32","shape":[{ROWS},{COLUMNS}],"data_offsets":[0,{length}]}}}}"#);
    let mut file = std::fs::File::create(&path).expect("writable");
    file.write_all(&(header.len() as u64).to_le_bytes()).expect("written");
    file.write_all(header.as_bytes()).expect("written");
    // A hole reads as zeros and occupies memory like any other page once it is looked at.
    file.set_len((8 + header.len() + length) as u64).expect("resized");

    let source = open(&path).expect("reads");
    let data = source.load(0).expect("loads");
    let (before, mut most) = (resident_files(), 0);
    let mut block = vec![f64::NAN; BLOCK * COLUMNS];
    for first in (0..ROWS).step_by(BLOCK) {
        let rows = first..ROWS.min(first + BLOCK);
        let out = &mut block[..rows.len() * COLUMNS];
        data.decode(first * COLUMNS, 1, out).expect("decodes");
        assert!(out.iter().all(|number| *number == 0.0));
        most = most.max(resident_files());
        data.release(first * COLUMNS..rows.end * COLUMNS);
    }
    let held = most.saturating_sub(before) / 1024;
    assert!(held < 50, "{held} MB of the file were resident at once");
}
