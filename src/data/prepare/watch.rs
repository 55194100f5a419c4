//! Who is told how far the work is, and may stop it.

use crate::data::error::DataError;

/// Is told how far the work is; called from every thread.
pub trait Watch: Sync {
    /// Tells what is being done, how much of it is done, of how much; returns whether to go on.
    fn go_on(&self, what: &'static str, done: u64, total: u64) -> bool;
}

/// Nobody looks, and nobody stops it.
impl Watch for () {
    fn go_on(&self, _: &'static str, _: u64, _: u64) -> bool {
        true
    }
}

/// Why work ended without a result.
#[derive(Debug)]
pub(super) enum Halt {
    /// It was asked to stop.
    Stopped,
    /// It cannot go on.
    Failed(DataError),
}

impl From<DataError> for Halt {
    fn from(error: DataError) -> Self {
        Self::Failed(error)
    }
}
