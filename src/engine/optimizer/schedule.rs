//! How the learning rate changes.

use crate::recipe::training::{Fall, Schedule};

/// Returns the factor of the learning rate at a step, counted from 0.
pub fn factor(schedule: &Schedule, step: u64, total_steps: u64) -> f64 {
    if let Some(warmup_steps) = schedule.warmup_steps().filter(|steps| step < *steps) {
        return (step + 1) as f64 / warmup_steps as f64;
    }
    match *schedule {
        Schedule::Constant { .. } => 1.0,
        Schedule::Cosine { warmup_steps, final_ratio } => {
            cosine(1.0, final_ratio, progress(step, warmup_steps, total_steps))
        }
        Schedule::Linear { warmup_steps, final_ratio } => {
            1.0 - (1.0 - final_ratio) * progress(step, warmup_steps, total_steps)
        }
        Schedule::Wsd { warmup_steps, decay_share, decay, final_ratio } => {
            let fall = (decay_share * total_steps as f64).round() as u64;
            let start = total_steps.saturating_sub(fall).max(warmup_steps);
            if step < start {
                return 1.0;
            }
            let progress = progress(step, start, total_steps);
            let fallen = match decay {
                Fall::Linear => progress,
                Fall::OneMinusSqrt => progress.sqrt(),
            };
            1.0 - (1.0 - final_ratio) * fallen
        }
        Schedule::OneCycle { warmup_share, start_ratio, final_ratio } => {
            // PyTorch's phases: the last step has the last rate, and the highest lies between steps where it has to.
            let (step, last) = (step as f64, total_steps.saturating_sub(1) as f64);
            let peak = (warmup_share * total_steps as f64 - 1.0).clamp(0.0, last);
            match step < peak {
                true => cosine(start_ratio, 1.0, step / peak),
                false => cosine(1.0, final_ratio, ((step - peak) / (last - peak).max(1.0)).min(1.0)),
            }
        }
    }
}

/// Returns how much of the way from a step to the end is gone.
fn progress(step: u64, start: u64, total_steps: u64) -> f64 {
    let way = total_steps.saturating_sub(start).max(1) as f64;
    ((step - start) as f64 / way).min(1.0)
}

/// Returns what lies between two values along half a cosine.
fn cosine(from: f64, to: f64, progress: f64) -> f64 {
    to + (from - to) * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
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
