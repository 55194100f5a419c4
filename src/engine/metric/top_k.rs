//! Whether what is right is among the k likeliest; with k = 1, accuracy. A share; higher is better.

/// Returns whether the class is among the `k` with the highest scores; of equal scores, the first counts as the higher.
///
/// Scores that are no numbers tell nothing: then it is not.
///
/// # Panics
/// When there is no score for the class.
pub fn is_within(scores: &[f32], class: usize, k: usize) -> bool {
    let own = scores[class];
    let beats = |(other, score): &(usize, &f32)| **score > own || (**score == own && *other < class);
    own.is_finite() && scores.iter().enumerate().filter(beats).count() < k
}
