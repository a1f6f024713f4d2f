//! The memory of a process.

use std::fs;
use std::io;

/// Gives a size that the system tells of a process by its name (`proc_pid_status(5)`), in KiB.
pub(crate) fn kib(process: u32, name: &str) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let told = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = told.and_then(|told| told.trim().strip_suffix(" kB")?.parse().ok());
    kib.ok_or_else(|| io::Error::other("the system does not tell of its memory"))
}
