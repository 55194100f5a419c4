//! What a classifier says of what a generator makes: how much of it is one of the classes, and how many classes there are. Shares;
//! higher is better.

use crate::engine::confusion::likeliest;

/// How likely a class has to be for a record to be recognised as one of it.
pub const CERTAINTY: f32 = 0.8;

/// What each class has to make up of what is recognised, as a share of its even share, to be there.
const LEAST_SHARE: f64 = 0.1;

/// Returns what every record is recognised as, by how likely each class is; nothing of one of which no class is likely enough.
pub fn recognised(shares: &[Vec<f32>]) -> Vec<Option<usize>> {
    let of = |shares: &Vec<f32>| {
        let best = likeliest(shares);
        shares.get(best).filter(|share| **share >= CERTAINTY).map(|_| best)
    };
    shares.iter().map(of).collect()
}

/// Returns the share of the records that are recognised; not a number where there is none.
pub fn share(recognised: &[Option<usize>]) -> f64 {
    recognised.iter().flatten().count() as f64 / recognised.len() as f64
}

/// Returns the share of so many classes that are there.
pub fn coverage(recognised: &[Option<usize>], n_classes: usize) -> f64 {
    let mut counts = vec![0_u64; n_classes];
    recognised.iter().flatten().for_each(|class| counts[*class] += 1);
    let least = LEAST_SHARE * counts.iter().sum::<u64>() as f64 / n_classes as f64;
    let is_there = |count: &&u64| **count > 0 && **count as f64 >= least;
    counts.iter().filter(is_there).count() as f64 / n_classes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_class_is_likely_enough_for_is_not_recognised() {
        let shares = [vec![0.8, 0.2], vec![0.79, 0.21], vec![0.05, 0.95], vec![0.1, 0.9]];
        let told = recognised(&shares);
        assert_eq!(told, [Some(0), None, Some(1), Some(1)]);
        assert_eq!((share(&told), coverage(&told, 2)), (0.75, 1.0));
    }

    #[test]
    fn a_class_that_hardly_occurs_is_not_there() {
        let mut told = vec![Some(0); 97];
        told.extend([Some(1), Some(2), Some(2)]);
        // The even share of three classes is a third of 100, and a tenth of that more than 2.
        assert_eq!(coverage(&told, 3), 1.0 / 3.0);
        assert_eq!(coverage(&[None, None], 3), 0.0);
    }
}
