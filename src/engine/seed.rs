//! Random streams: every use has its own, derived from the run's seed and a name, so that no use disturbs another.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

/// Returns the random stream called `name`.
pub fn stream(seed: u64, name: &str) -> ChaCha8Rng {
    let mut hasher = blake3::Hasher::new_derive_key("pedigree random stream v1");
    hasher.update(&seed.to_le_bytes());
    hasher.update(name.as_bytes());
    ChaCha8Rng::from_seed(*hasher.finalize().as_bytes())
}

/// Returns a seed for the step of a run.
pub fn mix(seed: u64, step: u64) -> u64 {
    stream(seed, &format!("step/{step}")).next_u64()
}

/// Returns the first number of the random stream called `name`: a seed for what else is drawn.
pub fn number(seed: u64, name: &str) -> u64 {
    stream(seed, name).next_u64()
}

/// Returns a number in `[0, 1)`.
pub fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Returns a whole number below `bound`, which is at least 1.
pub fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    // The high half of a 128-bit product: its bias is below 2^-64 times the bound.
    ((u128::from(rng.next_u64()) * bound as u128) >> 64) as usize
}

/// Returns coins that fall on `true` with a chance between 0 and 1, to one part in 65,536.
pub fn coins(rng: &mut ChaCha8Rng, n: usize, chance: f64) -> Vec<bool> {
    let mut coins = vec![false; n];
    toss(rng, chance, &mut coins, |is_true| is_true);
    coins
}

/// Returns a mask for dropout: a share of the numbers is 0, and the others are what keeps the mean.
pub fn mask(rng: &mut ChaCha8Rng, n: usize, share: f64) -> Vec<f32> {
    let kept = (1.0 / (1.0 - share)) as f32;
    let mut mask = vec![0.0; n];
    toss(rng, share, &mut mask, |is_out| if is_out { 0.0 } else { kept });
    mask
}

/// Tosses a coin for every place. Many bytes are drawn at once, which takes a fraction of the time that single numbers do.
fn toss<T>(rng: &mut ChaCha8Rng, chance: f64, places: &mut [T], value: impl Fn(bool) -> T) {
    let bound = (chance * 65_536.0).round() as u32;
    let mut bytes = [0; 8192];
    for places in places.chunks_mut(bytes.len() / 2) {
        // Whole numbers of 64 bits are used up, so that as much is drawn wherever a toss ends.
        let drawn = &mut bytes[..places.len().div_ceil(4) * 8];
        rng.fill_bytes(drawn);
        for (place, bytes) in places.iter_mut().zip(drawn.chunks_exact(2)) {
            *place = value(u32::from(u16::from_le_bytes([bytes[0], bytes[1]])) < bound);
        }
    }
}

/// Returns numbers drawn from a normal distribution around 0 (Box & Muller 1958).
pub fn normals(rng: &mut ChaCha8Rng, n: usize, deviation: f64) -> Vec<f32> {
    let mut values = Vec::with_capacity(n + 1);
    while values.len() < n {
        let radius = (-2.0 * (1.0 - uniform(rng)).ln()).sqrt();
        let angle = std::f64::consts::TAU * uniform(rng);
        values.push((deviation * radius * angle.cos()) as f32);
        values.push((deviation * radius * angle.sin()) as f32);
    }
    values.truncate(n);
    values
}

/// Returns the numbers below `n` in an order of chance (Fisher & Yates).
pub fn permutation(rng: &mut ChaCha8Rng, n: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    for last in (1..n).rev() {
        order.swap(last, below(rng, last + 1));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn streams_of_other_names_are_other_streams() {
        let [a, b, c] = [(1, "x"), (1, "y"), (2, "x")].map(|(seed, name)| stream(seed, name).next_u64());
        assert!(a != b && a != c && b != c);
        assert_eq!(a, stream(1, "x").next_u64());
    }

    #[test]
    fn normals_have_the_deviation_asked_for() {
        let values = normals(&mut stream(7, "n"), 20_001, 0.02);
        let variance = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / 20_001.0;
        assert_eq!(values.len(), 20_001);
        assert!((variance.sqrt() - 0.02).abs() < 0.001, "{variance}");
    }

    #[test]
    fn coins_fall_as_often_as_asked_for() {
        let share = |chance| {
            let coins = coins(&mut stream(7, "c"), 20_001, chance);
            coins.iter().filter(|coin| **coin).count() as f64 / coins.len() as f64
        };
        assert!((share(0.3) - 0.3).abs() < 0.01 && share(0.0) == 0.0);
        let (coins, mask) = (coins(&mut stream(7, "c"), 9_001, 0.2), mask(&mut stream(7, "c"), 9_001, 0.2));
        assert!(coins.iter().zip(mask).all(|(is_out, kept)| kept == if *is_out { 0.0 } else { 1.25 }));
        // They are parts of the stream's numbers, from the lowest on.
        let mut rng = stream(7, "c");
        let expected: Vec<bool> = (0..9_001_usize.div_ceil(4))
            .flat_map(|_| rng.next_u64().to_le_bytes())
            .collect::<Vec<u8>>()
            .chunks_exact(2)
            .map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]) < 13_107)
            .collect();
        assert_eq!(coins, expected[..9_001]);
    }

    proptest! {
        #[test]
        fn a_permutation_names_everything_once(seed in any::<u64>(), n in 0usize..200) {
            let mut order = permutation(&mut stream(seed, "p"), n);
            order.sort_unstable();
            prop_assert_eq!(order, (0..n as u32).collect::<Vec<_>>());
        }
    }
}
