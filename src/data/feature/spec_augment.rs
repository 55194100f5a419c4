//! Sounds changed each time a training hears them (SpecAugment, Park et al. 2019): a pure function of the seed, the epoch and the
//! number of the sound.

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use crate::recipe::dataset::SpecAugment;

/// Returns the spectrogram of a sound, changed as `random` decides: shifted in time, then some frames and some bands hidden.
///
/// # Shapes
/// - values: `[frames, mels]`, as written by a dataset -> the same
///
/// What is hidden becomes the mean of the record, and where it was shifted away comes the least of its values, which is silence.
pub(super) fn changed(values: &[f32], mels: usize, how: &SpecAugment, random: &mut ChaCha8Rng) -> Vec<f32> {
    let SpecAugment { time_masks, time_mask_frames, mel_masks, mel_mask_bands, shift_frames, stream: _ } = how;
    let mels = mels.max(1);
    let frames = values.len() / mels;
    let silence = values.iter().copied().fold(f32::INFINITY, f32::min);
    let mean = (values.iter().map(|value| f64::from(*value)).sum::<f64>() / values.len().max(1) as f64) as f32;
    // Everything is drawn always, so that one setting changes none of the others.
    let share: f64 = random.random();
    let shift = (share * f64::from(2 * shift_frames + 1)).floor() as i64 - i64::from(*shift_frames);
    let mut made: Vec<f32> = (0..frames as i64)
        .flat_map(|frame| {
            let from = usize::try_from(frame - shift).ok().filter(|from| *from < frames);
            (0..mels).map(move |mel| from.map_or(silence, |from| values[from * mels + mel]))
        })
        .collect();
    for _ in 0..*time_masks {
        let (start, end) = span(random, frames, *time_mask_frames);
        made[start * mels..end * mels].fill(mean);
    }
    for _ in 0..*mel_masks {
        let (start, end) = span(random, mels, *mel_mask_bands);
        made.chunks_exact_mut(mels).for_each(|frame| frame[start..end].fill(mean));
    }
    made
}

/// Draws where something is hidden: at most `widest` places of `n`, each width and each beginning as likely as any other.
fn span(random: &mut ChaCha8Rng, n: usize, widest: u32) -> (usize, usize) {
    let (width, start): (f64, f64) = (random.random(), random.random());
    let width = (width * (f64::from(widest) + 1.0)).floor() as usize;
    let width = width.min(n);
    let start = (start * (n - width + 1) as f64).floor() as usize;
    (start, start + width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::feature::augment::random;

    const MELS: usize = 4;

    fn sound() -> Vec<f32> {
        (0..40).map(|i| i as f32 - 10.0).collect()
    }

    fn made(how: &SpecAugment, index: u64) -> Vec<f32> {
        changed(&sound(), MELS, how, &mut random(1, how.stream, 0, index))
    }

    #[test]
    fn nothing_asked_is_nothing_done() {
        assert_eq!(made(&SpecAugment::default(), 3), sound());
    }

    #[test]
    fn frames_and_bands_are_hidden_behind_the_mean_within_their_bounds() {
        let how = SpecAugment { time_mask_frames: 3, ..SpecAugment::default() };
        let mut widths = std::collections::BTreeSet::new();
        for index in 0..200 {
            let made = made(&how, index);
            let hidden: Vec<usize> = (0..10).filter(|frame| made[frame * MELS..][..MELS] == [9.5; MELS]).collect();
            assert!((0..40).all(|i| hidden.contains(&(i / MELS)) || made[i] == sound()[i]));
            assert!(hidden.windows(2).all(|pair| pair[1] == pair[0] + 1), "they stand together");
            widths.insert(hidden.len());
        }
        assert_eq!(widths, [0, 1, 2, 3].into());
        let how = SpecAugment { mel_masks: 2, mel_mask_bands: 1, ..SpecAugment::default() };
        let hidden = |index| (0..MELS).filter(|mel| made(&how, index)[*mel] == 9.5).count();
        assert_eq!((0..200).map(hidden).collect::<std::collections::BTreeSet<_>>(), [0, 1, 2].into());
    }

    #[test]
    fn a_shift_brings_silence_in() {
        let how = SpecAugment { shift_frames: 2, ..SpecAugment::default() };
        let mut shifts = std::collections::BTreeSet::new();
        for index in 0..200 {
            let made = made(&how, index);
            let shift = (-2_i64..=2).find(|shift| {
                (0..10).all(|frame| {
                    let from = frame - shift;
                    let expected = if (0..10).contains(&from) {
                        sound()[from as usize * MELS..][..MELS].to_vec()
                    } else {
                        vec![-10.0; 4]
                    };
                    made[frame as usize * MELS..][..MELS] == expected
                })
            });
            shifts.insert(shift.expect("it was shifted by no more than two frames"));
        }
        assert_eq!(shifts, [-2, -1, 0, 1, 2].into());
    }

    #[test]
    fn the_epoch_and_the_number_decide() {
        let how = SpecAugment { time_mask_frames: 4, shift_frames: 3, ..SpecAugment::default() };
        let at = |epoch, index| changed(&sound(), MELS, &how, &mut random(1, 0, epoch, index));
        assert_eq!(at(2, 3), at(2, 3));
        assert!((0..20).any(|index| at(0, index) != at(1, index)));
    }
}
