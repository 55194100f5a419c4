//! Whether what is near has the same class, by the cosine of embeddings (Wu et al. 2018). A share; higher is better.

use rayon::prelude::*;

/// Returns for every record whether its class is the most frequent one among its `k` nearest others.
///
/// `embeddings` holds them one behind the other, as many as there are classes. Of those that are as near, the first counts as the nearer;
/// of classes that are as frequent, the one that comes first among the neighbours counts. A record without another has none. The time
/// grows with the square of the number of records.
pub fn agree(embeddings: &[f32], classes: &[u32], k: usize) -> Vec<bool> {
    let width = embeddings.len() / classes.len().max(1);
    let unit = |row: &[f32]| {
        let length = row.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        row.iter().map(|value| value / length).collect::<Vec<f32>>()
    };
    let units: Vec<Vec<f32>> = embeddings.chunks(width.max(1)).map(unit).collect();
    let of = |own: usize| most_frequent(&nearest(&units, own, k), classes) == Some(classes[own]);
    (0..classes.len()).into_par_iter().map(of).collect()
}

/// Returns the numbers of the `k` others nearest to a record, the nearest first.
fn nearest(units: &[Vec<f32>], own: usize, k: usize) -> Vec<usize> {
    let cosine = |other: usize| units[own].iter().zip(&units[other]).map(|(a, b)| a * b).sum::<f32>();
    let mut others: Vec<(f32, usize)> =
        (0..units.len()).filter(|other| *other != own).map(|other| (cosine(other), other)).collect();
    let order = |one: &(f32, usize), other: &(f32, usize)| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1));
    if k < others.len() {
        others.select_nth_unstable_by(k, order);
        others.truncate(k);
    }
    others.sort_unstable_by(order);
    others.into_iter().map(|(_, other)| other).collect()
}

fn most_frequent(neighbours: &[usize], classes: &[u32]) -> Option<u32> {
    let n = |class: u32| neighbours.iter().filter(|other| classes[**other] == class).count();
    let told = neighbours.iter().map(|other| classes[*other]);
    told.reduce(|best, next| if n(next) > n(best) { next } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direction_counts_and_length_does_not() {
        let embeddings = [1.0, 0.0, 100.0, 1.0, 0.0, 1.0, 0.1, 3.0];
        assert_eq!(agree(&embeddings, &[0, 0, 1, 1], 1), [true; 4]);
        assert_eq!(agree(&embeddings, &[0, 1, 0, 1], 1), [false; 4]);
    }

    #[test]
    fn of_those_as_near_it_is_the_first_and_never_the_record_itself() {
        let units = vec![vec![1.0]; 4];
        assert_eq!([nearest(&units, 0, 2), nearest(&units, 2, 2)], [vec![1, 2], vec![0, 1]]);
        assert_eq!(nearest(&units, 3, 9), [0, 1, 2]);
        assert_eq!(agree(&[1.0], &[5], 3), [false]);
    }

    #[test]
    fn most_of_the_neighbours_decide_and_the_nearest_of_as_many() {
        assert_eq!(most_frequent(&[0, 1, 2], &[7, 4, 4]), Some(4));
        assert_eq!(most_frequent(&[1, 0, 2], &[7, 4, 9]), Some(4));
        assert_eq!(most_frequent(&[], &[]), None);
    }
}
