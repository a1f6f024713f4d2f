//! Memory that is used no longer.

/// Gives memory back to the system that was used by what is done. The allocator would keep it for the
/// next time, which for a service that has read a whole archive may never come.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    trim();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
fn trim() {
    // SAFETY: the call takes no pointers, and may be made from any thread at any time (malloc_trim(3)).
    unsafe { libc::malloc_trim(0) };
}
