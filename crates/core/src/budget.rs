//! The bytes that a caller allows, or none, in; the bytes that an analysis may hold at once out.

use sysinfo::{MemoryRefreshKind, System};

/// What is assumed of a machine that does not tell its memory.
const UNKNOWN_MACHINE: u64 = 4 << 30;

/// As asked; else half of what the machine (or its container) has.
pub(crate) fn memory_budget(asked: Option<u64>) -> u64 {
    asked.unwrap_or_else(|| {
        let mut system = System::new();
        system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        let machine = match system.total_memory() {
            0 => UNKNOWN_MACHINE,
            total => total,
        };
        let container = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory);
        machine.min(container) / 2
    })
}
