//! Files that promise what they cannot keep, made on purpose: nothing may panic, and no memory be reserved for a promise.

use crate::recipe::dataset::Columns;

use super::case::{self, Case};
use super::columnar::{batch, ipc_file, ipc_stream, other_parquets, packed_ipc, parquet};

/// Returns every file that comes of setting some neighbouring bytes of a whole file to extreme values.
fn lies(whole: &[u8], width: usize) -> impl Iterator<Item = Vec<u8>> + '_ {
    let values: [u8; 3] = [0xff, 0x7f, 0x80];
    (0..whole.len() - width).step_by(if width == 1 { 2 } else { width }).flat_map(move |at| {
        values.into_iter().map(move |value| {
            let mut bytes = whole.to_vec();
            bytes[at..at + width].fill(value);
            bytes
        })
    })
}

#[test]
fn no_lie_of_a_columnar_file_gets_through_or_panics() {
    let rows = batch(&["one", "two", "three"]);
    let (in_parquet, in_arrow) = (case::parquet(Columns::default()), case::arrow(Columns::default()));
    let parquets = std::iter::once(parquet(&rows)).chain(other_parquets(&rows)).map(|bytes| (&in_parquet, bytes));
    let arrows = [ipc_file, ipc_stream, packed_ipc].map(|write| (&in_arrow, write(&rows)));
    let (mut n_told, mut n_files) = (0, 0);
    for (source, whole) in parquets.chain(arrows) {
        for width in [1, 4] {
            for bytes in lies(&whole, width) {
                let outcome = Case::new("", source, bytes).outcome();
                n_files += 1;
                n_told += usize::from(!outcome.bad.is_empty());
            }
        }
    }
    // The others changed a text, a statistic, or padding.
    assert!(n_files > 5_000 && n_told > n_files / 8, "{n_told} of {n_files} files were refused");
}
