//! Pictures and sounds, spoiled a little: the same record is spoiled in the same way every time.

use std::sync::Arc;

use crate::engine::features::{Draw, FeatureFile};
use crate::engine::seed;
use crate::recipe::robustness::Perturbation;

/// Returns features that are spoiled when they are read.
pub(super) fn spoiled(features: FeatureFile, perturbation: &Perturbation) -> FeatureFile {
    let (shape, perturbation) = (features.shape().to_vec(), perturbation.clone());
    features.spoiled_by(Arc::new(move |values: &[f32], draw: Draw| of(values, &shape, &perturbation, draw.record)))
}

/// Spoils one record.
///
/// # Shapes
/// - values: `[channels, height, width]` or `[frames, mels]`
fn of(values: &[f32], shape: &[usize], perturbation: &Perturbation, record: u64) -> Vec<f32> {
    let rng = |seed: u64| seed::stream(seed, &format!("robustness/{record}"));
    match *perturbation {
        Perturbation::Noise { deviation, seed } => {
            let noise = seed::normals(&mut rng(seed), values.len(), deviation);
            values.iter().zip(noise).map(|(value, noise)| value + noise).collect()
        }
        Perturbation::Shift { pixels, seed } => {
            let (reach, mut rng) = (pixels as usize, rng(seed));
            let mut far = || seed::below(&mut rng, 2 * reach + 1) as isize - reach as isize;
            match *shape {
                [_, height, width] => shifted(values, [height, width], [far(), far()]),
                // A sound is shifted in time, and keeps its bands.
                [frames, mels] => shifted(values, [frames, mels], [far(), 0]),
                _ => values.to_vec(),
            }
        }
        // These are of texts, which have no features.
        Perturbation::SwapCharacters { .. } | Perturbation::DropCharacters { .. } | Perturbation::ChangeCase { .. } => {
            values.to_vec()
        }
    }
}

/// Shifts planes down and to the right; what comes in is what stands at the edge.
fn shifted(values: &[f32], [height, width]: [usize; 2], [down, right]: [isize; 2]) -> Vec<f32> {
    let from = |place: usize, far: isize, side: usize| place.saturating_add_signed(-far).min(side.saturating_sub(1));
    let mut all = Vec::with_capacity(values.len());
    for plane in values.chunks((height * width).max(1)) {
        for row in 0..height {
            let source = &plane[from(row, down, height) * width..][..width];
            all.extend((0..width).map(|column| source[from(column, right, width)]));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_moves_every_plane_and_the_edge_comes_in() {
        let planes = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        assert_eq!(shifted(&planes, [2, 2], [0, 1]), [1.0, 1.0, 3.0, 3.0, 5.0, 5.0, 7.0, 7.0]);
        assert_eq!(shifted(&planes, [2, 2], [-1, 0]), [3.0, 4.0, 3.0, 4.0, 7.0, 8.0, 7.0, 8.0]);
        assert_eq!(shifted(&planes, [2, 2], [9, -9]), [2.0, 2.0, 2.0, 2.0, 6.0, 6.0, 6.0, 6.0]);
    }

    #[test]
    fn a_sound_is_shifted_in_time_alone() {
        let sound: Vec<f32> = (0..12).map(|i| (i / 3) as f32).collect();
        let shift = Perturbation::Shift { pixels: 2, seed: 7 };
        for record in 0..20 {
            let moved = of(&sound, &[4, 3], &shift, record);
            assert!(moved.chunks(3).all(|bands| bands.iter().all(|value| *value == bands[0])));
        }
        assert!((0..20).any(|record| of(&sound, &[4, 3], &shift, record) != sound));
    }

    #[test]
    fn noise_has_its_deviation_and_is_the_same_for_the_same_record() {
        let zeros = vec![0.0; 10_000];
        let noise = Perturbation::Noise { deviation: 0.5, seed: 7 };
        let noisy = of(&zeros, &[1, 100, 100], &noise, 3);
        let variance = noisy.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>() / zeros.len() as f64;
        assert!((variance.sqrt() - 0.5).abs() < 0.02, "{variance}");
        assert_eq!(noisy, of(&zeros, &[1, 100, 100], &noise, 3));
        assert_ne!(noisy, of(&zeros, &[1, 100, 100], &noise, 4));
    }
}
