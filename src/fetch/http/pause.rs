//! How long to wait before the next attempt.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use crate::fetch::limits::Limits;

/// Returns the pause after so many attempts in a row that brought nothing, from 1: twice as long each time, half of it left to chance,
/// so that many clients do not come back at once. A server that says when to come back is heard, within bounds.
pub fn before_attempt(limits: &Limits, failures: u32, retry_after: Option<Duration>) -> Duration {
    let doubled = limits.first_pause.saturating_mul(1 << failures.saturating_sub(1).min(20));
    let longest = doubled.min(limits.longest_pause);
    let pause = longest / 2 + longest.mul_f64(chance() / 2.0);
    retry_after.map_or(pause, |asked| asked.min(limits.longest_pause).max(pause))
}

/// Reads `Retry-After` in seconds; dates are rare, and the usual pause does for them.
pub fn retry_after(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

/// Returns a number from 0 to 1 that differs between processes and calls.
fn chance() -> f64 {
    (RandomState::new().build_hasher().finish() >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_within_bounds_and_differ() {
        let limits = Limits::of(1);
        for failures in 1..40 {
            let whole = limits.first_pause.saturating_mul(1 << (failures - 1).min(20)).min(limits.longest_pause);
            let pause = before_attempt(&limits, failures, None);
            assert!(pause >= whole / 2 && pause <= whole, "{failures}: {pause:?}");
        }
        let pauses: std::collections::BTreeSet<_> = (0..20).map(|_| before_attempt(&limits, 5, None)).collect();
        assert!(pauses.len() > 10);
        assert_eq!(before_attempt(&limits, 1, retry_after("7")), Duration::from_secs(7));
        assert_eq!(before_attempt(&limits, 1, retry_after("99999")), limits.longest_pause);
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
