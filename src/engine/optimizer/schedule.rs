//! How the learning rate changes.

use crate::recipe::training::Schedule;

/// Returns the factor of the learning rate at a step, counted from 0.
pub fn factor(schedule: &Schedule, step: u64, total_steps: u64) -> f64 {
    match *schedule {
        Schedule::Constant { warmup_steps } => warm_up(step, warmup_steps),
        Schedule::Cosine { warmup_steps, .. } if step < warmup_steps => warm_up(step, warmup_steps),
        Schedule::Cosine { warmup_steps, final_ratio } => {
            let fall = total_steps.saturating_sub(warmup_steps).max(1) as f64;
            let progress = ((step - warmup_steps) as f64 / fall).min(1.0);
            final_ratio + (1.0 - final_ratio) * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
        }
    }
}

fn warm_up(step: u64, warmup_steps: u64) -> f64 {
    if step < warmup_steps { (step + 1) as f64 / warmup_steps as f64 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_rises_peaks_and_falls_to_its_last_share() {
        let schedule = Schedule::Cosine { warmup_steps: 10, final_ratio: 0.1 };
        let at = |step| factor(&schedule, step, 110);
        assert_eq!(at(0), 0.1);
        assert_eq!((at(9), at(10)), (1.0, 1.0));
        assert!((at(60) - 0.55).abs() < 1e-12);
        assert!((at(110) - 0.1).abs() < 1e-12);
        assert!((10..110).all(|step| at(step) > at(step + 1)));
    }

    #[test]
    fn a_constant_stays_after_its_rise() {
        let schedule = Schedule::Constant { warmup_steps: 4 };
        assert_eq!([0, 3, 4, 1000].map(|step| factor(&schedule, step, 10)), [0.25, 1.0, 1.0, 1.0]);
        assert_eq!(factor(&Schedule::Constant { warmup_steps: 0 }, 0, 10), 1.0);
    }
}
