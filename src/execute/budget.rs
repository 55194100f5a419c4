//! How long a run may take: a recipe's `max-hours`, measured from when a manager begins with it or goes on.

use std::time::{Duration, Instant};

/// How long a run may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    hours: f64,
    ends: Instant,
}

impl Budget {
    /// Returns a budget of so many hours that begins at `start`, or `None` where its end is too far away to be counted.
    pub fn beginning(start: Instant, hours: f64) -> Option<Self> {
        let length = Duration::try_from_secs_f64(hours * 3600.0).ok()?;
        Some(Self { hours, ends: start.checked_add(length)? })
    }

    /// Returns whether it is spent.
    pub fn is_spent(&self, now: Instant) -> bool {
        now >= self.ends
    }

    /// Says that it is spent.
    pub fn words(&self) -> String {
        match self.hours {
            1.0 => "the recipe's hour is spent".to_owned(),
            hours => format!("the recipe's {hours} hours are spent"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends_when_its_hours_are_over_and_not_before() {
        let start = Instant::now();
        let budget = Budget::beginning(start, 2.5).unwrap();
        let end = start + Duration::from_secs(9000);
        assert!(!budget.is_spent(start) && !budget.is_spent(end - Duration::from_millis(1)) && budget.is_spent(end));
        assert_eq!(budget.words(), "the recipe's 2.5 hours are spent");
        assert_eq!(Budget::beginning(start, 1.0).unwrap().words(), "the recipe's hour is spent");
    }

    #[test]
    fn an_end_nobody_can_count_to_is_none() {
        assert_eq!(Budget::beginning(Instant::now(), 1e300), None);
        assert_eq!(Budget::beginning(Instant::now(), -1.0), None);
    }
}
