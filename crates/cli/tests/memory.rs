//! How much memory a run holds: an embedding far larger than the limit goes through in blocks.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::harness::{Place, noise};

/// The largest resident size of a process so far, in bytes, while it runs.
fn peak_of(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? << 10)
}

#[test]
#[cfg(target_os = "linux")]
fn the_embedding_of_gpt_2_is_analysed_in_less_memory_than_it_fills() {
    const ROWS: usize = 50_257;
    const COLS: usize = 768;
    let place = Place::new();
    let path = place.path("model.safetensors");
    let header = format!(
        r#"{{"wte.weight":{{"dtype":"F32","shape":[{ROWS},{COLS}],"data_offsets":[0,{}]}}}}"#,
        ROWS * COLS * 4
    );
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    for row in 0..ROWS {
        noise(COLS, row as u64).iter().for_each(|x| file.write_all(&x.to_le_bytes()).unwrap());
    }
    file.flush().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_heavytail"))
        .args(["analyze", path.to_str().unwrap(), "--compat", "ww", "--max-n", "100000", "--format", "csv"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak_of(child.id()).unwrap_or(peak);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let output = child.wait_with_output().unwrap();
    let rows = String::from_utf8(output.stdout).unwrap();
    assert_eq!(rows.lines().count(), 2, "{rows}");
    assert!(peak > 1 << 20, "the peak was never seen");
    assert!(peak < 150 << 20, "{} MiB resident", peak >> 20);
}
