//! Pictures changed each time a training sees them: a pure function of the seed, the epoch and the number of the picture.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::recipe::dataset::{Augment, Flip};

/// What an augmentation has to know of the numbers of a picture.
#[derive(Debug, Clone, Copy)]
pub struct Plane<'a> {
    /// Width and height, in pixels.
    pub size: (usize, usize),
    /// What was taken from each channel.
    pub mean: &'a [f64],
    /// What each channel was divided by.
    pub std: &'a [f64],
}

/// What is done to one picture.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Draw {
    is_flipped: bool,
    shift: (i64, i64),
    turn: f64,
    bright: f64,
}

/// Returns the numbers of a picture, changed as `seed`, `epoch` and `index` decide and nothing else.
///
/// # Shapes
/// - values: `[channels, height, width]`, as written by a dataset -> the same
///
/// Black comes in where the picture was shifted or turned away; turned pixels are interpolated linearly.
pub fn augment(values: &[f32], plane: Plane<'_>, how: &Augment, seed: u64, epoch: u64, index: u64) -> Vec<f32> {
    let draw = Draw::new(how, seed, epoch, index);
    let Plane { size: (width, height), mean, std } = plane;
    let (middle_x, middle_y) = ((width as f64 - 1.0) / 2.0, (height as f64 - 1.0) / 2.0);
    let (sin, cos) = draw.turn.to_radians().sin_cos();
    let mut made = Vec::with_capacity(values.len());
    for (channel, (mean, std)) in values.chunks_exact(width * height).zip(mean.iter().zip(std)) {
        let bright_of = |value: f32| ((f64::from(value) * std + mean) * draw.bright).clamp(0.0, 1.0);
        for i in 0..width * height {
            // Where the new pixel comes from: first shifted, then turned, then mirrored, each undone.
            let (x, y) = ((i % width) as f64 - draw.shift.0 as f64, (i / width) as f64 - draw.shift.1 as f64);
            let (x, y) = match draw.turn == 0.0 {
                true => (x, y),
                false => {
                    let (x, y) = (x - middle_x, y - middle_y);
                    (cos * x - sin * y + middle_x, sin * x + cos * y + middle_y)
                }
            };
            let x = if draw.is_flipped { width as f64 - 1.0 - x } else { x };
            let value = between(x, y, |x, y| {
                let is_inside = (0..width as i64).contains(&x) && (0..height as i64).contains(&y);
                if is_inside { bright_of(channel[y as usize * width + x as usize]) } else { 0.0 }
            });
            made.push(((value - mean) / std) as f32);
        }
    }
    made
}

/// Returns the value between pixels, by linear interpolation.
fn between(x: f64, y: f64, at: impl Fn(i64, i64) -> f64) -> f64 {
    let (left, top) = (x.floor(), y.floor());
    let (right_part, lower_part) = (x - left, y - top);
    let (left, top) = (left as i64, top as i64);
    if right_part == 0.0 && lower_part == 0.0 {
        return at(left, top);
    }
    let upper = at(left, top) * (1.0 - right_part) + at(left + 1, top) * right_part;
    let lower = at(left, top + 1) * (1.0 - right_part) + at(left + 1, top + 1) * right_part;
    upper * (1.0 - lower_part) + lower * lower_part
}

/// Returns the random numbers of one look at one record.
pub(super) fn random(seed: u64, stream: u32, epoch: u64, index: u64) -> ChaCha8Rng {
    let mut key = blake3::Hasher::new();
    for number in [seed, u64::from(stream), epoch, index] {
        key.update(&number.to_le_bytes());
    }
    ChaCha8Rng::from_seed(*key.finalize().as_bytes())
}

impl Draw {
    /// Draws what is done; everything is drawn always, so that one setting changes none of the others.
    fn new(how: &Augment, seed: u64, epoch: u64, index: u64) -> Self {
        let Augment { flip, crop_padding, rotate_degrees, brightness, stream } = how;
        let mut random = random(seed, *stream, epoch, index);
        let mut share = || random.random::<f64>();
        let is_flipped = share() < 0.5 && *flip == Flip::Horizontal;
        let steps = f64::from(2 * crop_padding + 1);
        let mut shift = || (share() * steps).floor() as i64 - i64::from(*crop_padding);
        let shift = (shift(), shift());
        let turn = (2.0 * share() - 1.0) * rotate_degrees;
        let bright = 1.0 + (2.0 * share() - 1.0) * brightness;
        Self { is_flipped, shift, turn, bright }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    const PLANE: Plane<'static> = Plane { size: (5, 3), mean: &[0.25, 0.25], std: &[0.5, 0.5] };

    fn picture() -> Vec<f32> {
        let of = |channel: usize| (0..15).map(move |i| (((i * 17 + channel * 5) % 11) as f32 / 11.0 - 0.25) / 0.5);
        (0..2).flat_map(of).collect()
    }

    fn all() -> Augment {
        Augment { flip: Flip::Horizontal, crop_padding: 2, rotate_degrees: 15.0, brightness: 0.3, stream: 0 }
    }

    fn close(a: &[f32], b: &[f32]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6)
    }

    #[test]
    fn the_order_and_the_threads_make_no_difference() {
        let made = |i: u64| augment(&picture(), PLANE, &all(), 42, i % 3, i);
        let one_by_one: Vec<_> = (0..64).map(made).collect();
        let mut backwards: Vec<_> = (0..64).rev().map(made).collect();
        backwards.reverse();
        let together: Vec<_> = (0..64_u64).into_par_iter().map(made).collect();
        assert!(one_by_one == backwards && one_by_one == together);
    }

    #[test]
    fn the_seed_the_stream_the_epoch_and_the_index_each_change_what_is_drawn() {
        let how = all();
        let other = Augment { stream: 1, ..all() };
        let draws = [
            Draw::new(&how, 1, 0, 0),
            Draw::new(&how, 2, 0, 0),
            Draw::new(&other, 1, 0, 0),
            Draw::new(&how, 1, 1, 0),
            Draw::new(&how, 1, 0, 1),
        ];
        for (i, draw) in draws.iter().enumerate() {
            assert!(draws[..i].iter().all(|earlier| earlier != draw), "{i}");
        }
    }

    #[test]
    fn what_is_drawn_never_changes() {
        let Draw { is_flipped, shift, turn, bright } = Draw::new(&all(), 42, 3, 7);
        insta::assert_snapshot!(format!("{is_flipped} {shift:?} {turn:.6} {bright:.6}"), @"true (-1, 0) -1.697903 0.820746");
    }

    #[test]
    fn nothing_asked_is_nothing_done() {
        assert!(close(&augment(&picture(), PLANE, &Augment::default(), 1, 2, 3), &picture()));
    }

    #[test]
    fn mirroring_changes_left_and_right_in_half_of_the_pictures() {
        let how = Augment { flip: Flip::Horizontal, ..Augment::default() };
        let mirrored: Vec<f32> = picture().chunks(5).flat_map(|row| row.iter().rev().copied()).collect();
        let n = (0..1000).filter(|i| close(&augment(&picture(), PLANE, &how, 1, 0, *i), &mirrored)).count();
        assert!((430..570).contains(&n), "{n}");
    }

    #[test]
    fn a_shift_stays_within_its_bounds_and_brings_black_in() {
        let how = Augment { crop_padding: 1, ..Augment::default() };
        let white = [1.0, 1.0].map(|value: f32| vec![value; 15]).concat();
        let plane = Plane { mean: &[0.0, 0.0], std: &[1.0, 1.0], ..PLANE };
        for i in 0..200 {
            let made = augment(&white, plane, &how, 1, 0, i);
            let Draw { shift: (x, y), .. } = Draw::new(&how, 1, 0, i);
            assert!(x.abs() <= 1 && y.abs() <= 1);
            let black = made.iter().filter(|value| **value == 0.0).count();
            assert_eq!(black as i64, 2 * (15 - (5 - x.abs()) * (3 - y.abs())));
        }
    }

    #[test]
    fn brighter_pictures_stay_within_white_and_black() {
        let how = Augment { brightness: 1.0, ..Augment::default() };
        for i in 0..100 {
            let made = augment(&picture(), PLANE, &how, 1, 0, i);
            let pixels = made.iter().map(|value| value * 0.5 + 0.25);
            assert!(pixels.into_iter().all(|pixel| (-1e-6..=1.0 + 1e-6).contains(&pixel)));
        }
    }

    #[test]
    fn a_quarter_turn_brings_the_right_side_up() {
        let plane = Plane { size: (3, 3), mean: &[0.0], std: &[1.0] };
        let mut how = Augment { rotate_degrees: 90.0, ..Augment::default() };
        // No draw is exactly 90 degrees: the largest of many comes near.
        let (i, turn) =
            (0..20_000).map(|i| (i, Draw::new(&how, 1, 0, i).turn)).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        how.rotate_degrees = 90.0 * 90.0 / turn;
        let right_side = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0];
        let made = augment(&right_side, plane, &how, 1, 0, i);
        let upper_side = [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert!(made.iter().zip(upper_side).all(|(a, b): (&f32, f32)| (a - b).abs() < 1e-5), "{made:?}");
    }
}
