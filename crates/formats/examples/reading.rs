//! How fast checkpoints are read: a folder for 5 GB of scratch files in, four figures on standard output out.
//!
//! `cargo run --release -p heavytail-formats --example reading FOLDER`, as root on Linux: the page cache is dropped
//! before each cold reading. `docs/formats.md` has what it printed.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program for the terminal that stops at the first failure"
)]

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use heavytail_formats::{TensorSource, open};

/// Tensors of the large file, and f32 elements of each: 64 × 64 MiB.
const TENSORS: usize = 64;
const ELEMENTS: usize = 16 << 20;
/// Elements that are decoded at a time.
const RUN: usize = 1 << 16;
const ROUNDS: usize = 3;

fn main() {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).expect("usage: reading FOLDER");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    safetensors(&folder);
    q4_k(&folder);
    shards(&folder);
}

/// A cold file of 4 GiB by `read` and by us, in turn.
fn safetensors(folder: &Path) {
    let path = folder.join("large.safetensors");
    if !path.exists() {
        write_large(&path);
    }
    let size = path.metadata().expect("it was written").len();
    let (mut plain, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        drop_caches();
        plain.push(timed(|| read_all(&path)));
        drop_caches();
        ours.push(timed(|| {
            let source = open(&path).expect("reads");
            (0..source.tensors().len()).map(|index| stream(&*source, index)).sum::<f64>()
        }));
    }
    let (plain, ours) = (median(plain), median(ours));
    println!(
        "cold {:.1} GB: cat {:.2} GB/s, tensors to f64 {:.2} GB/s, {:.0} %",
        gigabytes(size),
        rate(size, plain),
        rate(size, ours),
        100.0 * plain.as_secs_f64() / ours.as_secs_f64()
    );
}

fn write_large(path: &Path) {
    let mut header = String::from("{");
    for tensor in 0..TENSORS {
        let (begin, end) = (tensor * ELEMENTS * 4, (tensor + 1) * ELEMENTS * 4);
        let comma = if tensor == 0 { "" } else { "," };
        header += &format!(
            r#"{comma}"t{tensor:02}":{{"dtype":"F32","shape":[4096,4096],"data_offsets":[{begin},{end}]}}"#
        );
    }
    header.push('}');
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).expect("writable"));
    file.write_all(&(header.len() as u64).to_le_bytes()).expect("writable");
    file.write_all(header.as_bytes()).expect("writable");
    let block: Vec<u8> = (0..1_u32 << 18).flat_map(|number| (number as f32).to_le_bytes()).collect();
    for _ in 0..TENSORS * ELEMENTS * 4 / block.len() {
        file.write_all(&block).expect("writable");
    }
    file.into_inner().expect("writable").sync_all().expect("writable");
}

/// As `cat FILE > /dev/null`, with its buffer.
fn read_all(path: &Path) -> f64 {
    let mut file = File::open(path).expect("readable");
    let mut buffer = vec![0; 128 << 10];
    let mut sum = 0;
    loop {
        match file.read(&mut buffer).expect("readable") {
            0 => return sum as f64,
            count => sum += count,
        }
    }
}

/// Decodes a whole tensor run by run and gives its pages back.
fn stream(source: &dyn TensorSource, index: usize) -> f64 {
    let data = source.load(index).expect("loads");
    let mut run = vec![0.0; RUN];
    let mut sum = 0.0;
    for first in (0..data.len()).step_by(RUN) {
        let count = RUN.min(data.len() - first);
        data.decode(first, 1, &mut run[..count]).expect("decodes");
        data.release(first..first + count);
        sum += run[0];
    }
    sum
}

/// 64 Mi elements in Q4_K blocks, from the page cache.
fn q4_k(folder: &Path) {
    let path = folder.join("q4_k.gguf");
    let elements: usize = 64 << 20;
    let mut file = BufWriter::new(File::create(&path).expect("writable"));
    let mut header = b"GGUF\x03\0\0\0".to_vec();
    header.extend([1_u64.to_le_bytes(), 0_u64.to_le_bytes(), 1_u64.to_le_bytes()].concat());
    header.push(b'w');
    header.extend(2_u32.to_le_bytes());
    header.extend([4096_u64.to_le_bytes(), (elements as u64 / 4096).to_le_bytes()].concat());
    header.extend(12_u32.to_le_bytes());
    header.extend(0_u64.to_le_bytes());
    header.resize(header.len().next_multiple_of(32), 0);
    file.write_all(&header).expect("writable");
    let mut state = 1_u32;
    for _ in 0..elements / 256 {
        // Two half-precision factors near one, then scales and codes.
        let mut block = [0_u8; 144];
        for byte in &mut block {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = state.to_be_bytes()[0];
        }
        block[1] = 0x3c;
        block[3] = 0x3c;
        file.write_all(&block).expect("writable");
    }
    file.into_inner().expect("writable").sync_all().expect("writable");
    let source = open(&path).expect("reads");
    stream(&*source, 0);
    let time = median((0..ROUNDS).map(|_| timed(|| stream(&*source, 0))).collect());
    let bytes = elements as u64 * 8;
    println!(
        "Q4_K: {:.2} GB/s of f64 on one core ({:.0} million weights a second)",
        rate(bytes, time),
        elements as f64 / time.as_secs_f64() / 1e6
    );
    std::fs::remove_file(&path).expect("it was written");
}

/// The headers of a model of 1000 shards.
fn shards(folder: &Path) {
    let folder = folder.join("shards");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let mut map = Vec::new();
    for shard in 0..1000 {
        let name = format!("model-{shard:05}-of-01000.safetensors");
        let header =
            format!(r#"{{"layer.{shard}.weight":{{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}}}"#);
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 16]].concat();
        std::fs::write(folder.join(&name), bytes).expect("writable");
        map.push(format!(r#""layer.{shard}.weight":"{name}""#));
    }
    let index = format!(r#"{{"weight_map":{{{}}}}}"#, map.join(","));
    std::fs::write(folder.join("model.safetensors.index.json"), index).expect("writable");
    let times = (0..ROUNDS).map(|_| timed(|| open(&folder).expect("reads").tensors().len() as f64)).collect();
    println!("index of 1000 shards: {:.0} ms", median(times).as_secs_f64() * 1e3);
    std::fs::remove_dir_all(&folder).expect("it was made");
}

fn timed(work: impl FnOnce() -> f64) -> Duration {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

fn rate(bytes: u64, time: Duration) -> f64 {
    gigabytes(bytes) / time.as_secs_f64()
}

fn drop_caches() {
    let dropped = std::fs::write("/proc/sys/vm/drop_caches", "3");
    dropped.expect("dropping the page cache takes root on Linux");
}
