//! File systems that do not tell what happens in them.

use std::path::Path;

/// Kinds of file systems whose folders change without this machine doing it, by the number that
/// `statfs(2)` gives them, as in `linux/magic.h` and in the sources of those that are not of Linux.
#[cfg(target_os = "linux")]
const REMOTE: [(u32, &str); 21] = [
    (0x0102_1997, "9p"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x00c3_6400, "Ceph"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
    (0x517b, "SMB"),
    (0x7375_7245, "Coda"),
    (0x6573_5546, "FUSE"),
    (0x0116_1970, "GFS2"),
    (0x4750_4653, "GPFS"),
    (0x0bd0_0bd0, "Lustre"),
    (0x564c, "NCP"),
    (0x6969, "NFS"),
    (0x7461_636f, "OCFS2"),
    (0x5265_4c6b, "OrangeFS"),
    (0x2003_0528, "OrangeFS"),
    (0xaad7_aaea, "PanFS"),
    (0x7c7c_6673, "Parallels"),
    (0x786f_4256, "VirtualBox"),
    (0xbacb_acbc, "VMware"),
];

/// Gives the name of the file system of a folder, if it does not tell of all changes.
#[cfg(target_os = "linux")]
pub(super) fn remote(folder: &Path) -> Option<&'static str> {
    named(rustix::fs::statfs(folder).ok()?.f_type)
}

/// Gives the name of the file system of a folder, if it does not tell of all changes.
#[cfg(not(target_os = "linux"))]
pub(super) fn remote(_: &Path) -> Option<&'static str> {
    None
}

/// Finds a kind by its number, which has other signs and sizes on other processors.
#[cfg(target_os = "linux")]
fn named(kind: impl TryInto<i64>) -> Option<&'static str> {
    let kind = kind.try_into().ok()?;
    let found = REMOTE
        .iter()
        .find(|(number, _)| i64::from(*number) == kind || i64::from(number.cast_signed()) == kind);
    found.map(|(_, name)| *name)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn network_and_fuse_are_remote_and_disks_are_not() {
        assert_eq!(named(0x6969), Some("NFS"));
        assert_eq!(named(0x6573_5546), Some("FUSE"));
        assert_eq!(named(0xff53_4d42_i64), Some("CIFS"));
        assert_eq!(named(0xff53_4d42_u32.cast_signed()), Some("CIFS"));
        for local in [0xef53_i64, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x794c_7630, 0x2fc1_2fc1] {
            assert_eq!(named(local), None, "{local:x}");
        }
    }

    #[test]
    fn what_the_kernel_itself_makes_is_not_remote() {
        assert_eq!(remote(Path::new("/proc")), None);
        assert_eq!(remote(Path::new("/there is no such folder")), None);
    }
}
