//! On what kind of file system the database lies: the write-ahead log needs memory that all its users share.

use std::path::Path;

/// Returns whether a folder may lie on another machine, where a write-ahead log would lose data.
///
/// A folder nobody can tell anything about counts as one.
#[cfg(target_os = "linux")]
pub(super) fn is_network(folder: &Path) -> bool {
    /// NFS, SMB, CIFS, SMB 2, FUSE, 9p, Lustre, Ceph, AFS, GPFS, BeeGFS: the numbers of Linux's `magic.h` and of the file systems' own headers.
    const NETWORK: [u32; 11] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x6573_5546,
        0x0102_1997,
        0x0bd0_0bd0,
        0x00c3_6400,
        0x5346_414f,
        0x4750_4653,
        0x1983_0326,
    ];
    // The type is signed on some machines and 64 bits wide on others; the numbers are 32 bits wide everywhere.
    nix::sys::statfs::statfs(folder).map_or(true, |disk| NETWORK.contains(&(disk.filesystem_type().0 as u32)))
}

/// Returns whether a folder may lie on another machine, where a write-ahead log would lose data.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_network(folder: &Path) -> bool {
    const LOCAL: [&str; 4] = ["apfs", "hfs", "ufs", "zfs"];
    nix::sys::statfs::statfs(folder).map_or(true, |disk| !LOCAL.contains(&disk.filesystem_type_name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_counts_as_far_away() {
        assert!(is_network(Path::new("/nowhere/at/all")));
    }
}
