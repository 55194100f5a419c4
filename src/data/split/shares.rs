//! How many of so many go to each share.

/// Returns how many of `n` each share gets: the largest remainders decide (Hare's method), so that each differs from its exact part by
/// less than 1; and where `n` is enough, each share above 0 gets one at least, taken from the largest.
pub(super) fn apportion<const N: usize>(n: usize, shares: [f64; N]) -> [usize; N] {
    let sum: f64 = shares.iter().sum();
    if sum <= 0.0 {
        return [0; N];
    }
    let exact = shares.map(|share| share / sum * n as f64);
    let mut counts = exact.map(|part| part.floor() as usize);
    let mut order: Vec<usize> = (0..N).filter(|i| shares[*i] > 0.0).collect();
    order.sort_by(|one, other| {
        let left = |i: &usize| exact[*i] - exact[*i].floor();
        left(other).total_cmp(&left(one)).then(one.cmp(other))
    });
    let mut rest = n.saturating_sub(counts.iter().sum());
    for i in order.iter().cycle().take(rest.min(N * n.max(1))) {
        counts[*i] += 1;
        rest -= 1;
    }
    debug_assert_eq!(rest, 0);
    if n >= order.len() {
        while let Some(poor) = (0..N).find(|i| shares[*i] > 0.0 && counts[*i] == 0) {
            let rich = (0..N).rev().max_by_key(|i| counts[*i]).expect("there is a share");
            counts[rich] -= 1;
            counts[poor] += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_classes_have_one_of_each_where_there_are_enough() {
        assert_eq!(apportion(0, [0.8, 0.1, 0.1]), [0, 0, 0]);
        assert_eq!(apportion(2, [0.8, 0.1, 0.1]), [2, 0, 0]);
        assert_eq!(apportion(3, [0.98, 0.01, 0.01]), [1, 1, 1]);
        assert_eq!(apportion(7, [0.5, 0.0, 0.5]), [4, 0, 3]);
        assert_eq!(apportion(100, [0.29, 0.7, 0.01]), [29, 70, 1]);
        assert_eq!(apportion(5, [0.0; 3]), [0, 0, 0]);
    }

    proptest! {
        #[test]
        fn all_are_dealt_and_every_share_is_met(n in 0_usize..3000, train in 0_u32..10, validation in 0_u32..10, test in 1_u32..10) {
            let shares = [f64::from(train), f64::from(validation), f64::from(test)];
            let sum: f64 = shares.iter().sum();
            let counts = apportion(n, shares);
            prop_assert_eq!(counts.iter().sum::<usize>(), n);
            let n_splits = shares.iter().filter(|share| **share > 0.0).count();
            let exact = shares.map(|share| share / sum * n as f64);
            let is_large = (0..3).all(|i| shares[i] == 0.0 || exact[i] >= 1.0);
            for i in 0..3 {
                prop_assert!(shares[i] > 0.0 || counts[i] == 0);
                prop_assert!(shares[i] == 0.0 || n < n_splits || counts[i] > 0);
                prop_assert!(!is_large || (counts[i] as f64 - exact[i]).abs() < 1.0 + 1e-9);
            }
        }
    }
}
