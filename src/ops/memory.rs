//! How much memory the process keeps.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use std::num::NonZero;
#[cfg(target_os = "linux")]
use std::ops::Range;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
use std::thread;

/// Lets threads share the places where the allocator finds memory: there are as many as threads can compute
/// at a time, and one more. By default nearly each thread has a place of its own, which keeps what it once
/// needed. Places that are there already stay, so this comes before there are threads.
pub fn share() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    limit_arenas(1 + thread::available_parallelism().map_or(1, NonZero::get));
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
fn limit_arenas(most: usize) {
    let most = libc::c_int::try_from(most).unwrap_or(libc::c_int::MAX);
    // SAFETY: the call takes no pointers (mallopt(3)). Where it does nothing, more memory is used.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, most) };
}

/// Gives memory back to the system that was used by what is done. The allocator would keep it for the
/// next time, which for a service that has read a whole archive may never come. And what was needed
/// of the program itself goes from the memory of the process: it comes back from the system's cache
/// as far as it is needed again, in well under a millisecond.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    trim();
    #[cfg(target_os = "linux")]
    own_code().into_iter().for_each(release);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
fn trim() {
    // SAFETY: the call takes no pointers, and may be made from any thread at any time (malloc_trim(3)).
    unsafe { libc::malloc_trim(0) };
}

/// A part of a process's memory (`proc_pid_maps(5)`).
#[cfg(target_os = "linux")]
#[derive(Debug)]
struct Mapping<'a> {
    range: Range<usize>,
    rights: &'a str,
    /// The device, the inode and the path of its file.
    file: Vec<&'a str>,
}

#[cfg(target_os = "linux")]
impl<'a> Mapping<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace();
        let (start, end) = fields.next()?.split_once('-')?;
        let address = |raw| usize::from_str_radix(raw, 16).ok();
        let rights = fields.next()?;
        // The offset in the file comes next.
        let file = fields.skip(1).collect();
        Some(Self { range: address(start)?..address(end)?, rights, file })
    }
}

/// Finds where the program is in memory that was never written to: the mapping that this function is in,
/// if it can only be read and executed, and the one before it, if it is of the same file and can only be
/// read. What follows them holds addresses, which are written when the program begins.
#[cfg(target_os = "linux")]
fn own_code() -> Option<Range<usize>> {
    let here = own_code as *const () as usize;
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let mappings: Vec<Mapping<'_>> = maps.lines().filter_map(Mapping::read).collect();
    let at = mappings.iter().position(|one| one.range.contains(&here) && one.rights == "r-xp")?;
    let (before, code) = (at.checked_sub(1).map(|at| &mappings[at]), &mappings[at]);
    let constants = before.filter(|before| {
        before.rights == "r--p" && before.file == code.file && before.range.end == code.range.start
    });
    Some(constants.unwrap_or(code).range.start..code.range.end)
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn release(code: Range<usize>) {
    let start = code.start as *mut libc::c_void;
    // SAFETY: the range holds private mappings of the program's file that nobody can write to: so there is
    // nothing in it but what stands in the file, from where it is read again when it is needed
    // (madvise(2)). That the file of a running program is not written to is the system's business
    // (ETXTBSY).
    unsafe { libc::madvise(start, code.len(), libc::MADV_DONTNEED) };
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_read_with_its_file() {
        let line = "7f00-7fff r-xp 00001000 fe:00 1234                     /usr/bin/feed mill";
        let mapping = Mapping::read(line).expect("a mapping");
        assert_eq!((mapping.range, mapping.rights), (0x7f00..0x7fff, "r-xp"));
        assert_eq!(mapping.file, ["fe:00", "1234", "/usr/bin/feed", "mill"]);
        assert!(Mapping::read("7f00-7fff").is_none());
    }

    #[test]
    fn the_code_goes_on_after_it_was_given_back() {
        let code = own_code().expect("it is mapped");
        assert!(code.contains(&(give_back as *const () as usize)));
        give_back();
        assert_eq!(own_code(), Some(code));
    }
}
