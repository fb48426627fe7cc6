//! This machine in, valgrind or the reason why it can't be used here out.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::{command, read};

/// A call of valgrind, or why there can be none.
///
/// Valgrind shows programs a processor with AVX2 and no AVX-512 whatever the machine has, if it has AVX2: then the same loops
/// run everywhere.
pub(crate) fn valgrind() -> Result<Command, String> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err("counts are those of x86-64 under Linux".to_owned());
    }
    let flags = read(Path::new("/proc/cpuinfo")).unwrap_or_default();
    if !["avx2", "fma"].iter().all(|set| flags.split_whitespace().any(|flag| flag == *set)) {
        return Err("this processor has no AVX2 with FMA, so other loops would run".to_owned());
    }
    let version = command("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match version {
        Ok(status) if status.success() => Ok(command("valgrind")),
        _ => Err("valgrind is not installed".to_owned()),
    }
}
