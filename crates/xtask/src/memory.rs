//! Two layers of the 7-billion-parameter Llama and its embeddings in, the most memory that their analysis held out; fails above
//! what was allowed.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::bench::make;
use crate::command::{cargo, command, read, start, target};
use crate::venv;

/// What the run is told to hold, and what the process may hold with all else that it needs.
const ALLOWED: (&str, u64) = ("1.5G", 1_500_000_000);

/// Makes the model if it is not there, analyses it, and compares.
pub(crate) fn run() -> Outcome {
    if !cfg!(target_os = "linux") {
        println!("memory left out: only Linux tells what another process held");
        return Ok(());
    }
    let python = venv::with("shapes", &["numpy"])?.python();
    let model = make(&python, "llama", Some("2"))?;
    // The binary that the tests have built: what takes the time is optimised in it, too.
    start(&mut cargo(&["build", "--workspace", "--bin", "heavytail"]))?;
    let mut heavytail = command(target().join("debug/heavytail"));
    heavytail.arg("analyze").arg(&model).args(["--format", "csv", "--quiet", "--memory", ALLOWED.0]);
    let began = Instant::now();
    let child = heavytail.stdout(Stdio::null()).spawn();
    let mut child = child.map_err(|error| format!("start heavytail: {error}"))?;
    let peak = peak(&mut child)?;
    let (seconds, mib) = (began.elapsed().as_secs_f64(), peak >> 20);
    println!("two layers of Llama 7B: {seconds:.0} s, {mib} MiB at most with --memory {}", ALLOWED.0);
    if peak < ALLOWED.1 { Ok(()) } else { Err(format!("{peak} bytes held, {} allowed", ALLOWED.1)) }
}

/// The largest resident size of a process until it ends well, in bytes.
fn peak(child: &mut Child) -> Result<u64, String> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Some(ended) = child.try_wait().map_err(|error| format!("wait for heavytail: {error}"))? {
            return if ended.success() { Ok(peak) } else { Err(format!("heavytail ended with {ended}")) };
        }
        let text = read(status.as_ref()).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = kib.map_or(peak, |kib| kib << 10);
        std::thread::sleep(Duration::from_millis(20));
    }
}
