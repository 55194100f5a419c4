//! The area under the receiver operating characteristic: how likely a record of a class has a higher score for it than one that is
//! not of it (Hanley & McNeil 1982). A share; higher is better, and 0.5 is chance.

/// Returns the area for one class against the rest; equal scores count half. `None` where one side has no record.
///
/// It is the Mann–Whitney statistic: the mean rank of those that belong to it tells how often they stand above the others.
pub fn binary(scores: &[f32], is_of: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_unstable_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let n_of = is_of.iter().filter(|is| **is).count();
    let n_rest = is_of.len() - n_of;
    if n_of == 0 || n_rest == 0 || scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    let (mut ranks, mut first) = (0.0, 0);
    while first < order.len() {
        let same = order[first..].iter().take_while(|i| scores[**i] == scores[order[first]]).count();
        // Equal scores share the mean of their ranks, which count from 1.
        let rank = first as f64 + (same as f64 + 1.0) / 2.0;
        ranks += rank * order[first..first + same].iter().filter(|i| is_of[**i]).count() as f64;
        first += same;
    }
    let (of, rest) = (n_of as f64, n_rest as f64);
    Some((ranks - of * (of + 1.0) / 2.0) / (of * rest))
}

/// Returns the area of a classifier: of two classes, that of the second; of more, the mean over each against the rest.
///
/// `shares` has a share for every class of every record. A class that no record has, or every one, says nothing and is left out;
/// `None` where none is left.
pub fn of_classes(shares: &[&[f32]], classes: &[usize]) -> Option<f64> {
    let n_classes = shares.first()?.len();
    let one = |class: usize| {
        let scores: Vec<f32> = shares.iter().map(|shares| shares[class]).collect();
        let is_of: Vec<bool> = classes.iter().map(|own| *own == class).collect();
        binary(&scores, &is_of)
    };
    if n_classes == 2 {
        return one(1);
    }
    let areas: Vec<f64> = (0..n_classes).filter_map(one).collect();
    (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
}
