//! Which of several choices a model finds the likeliest.

/// Returns the first of the largest numbers; `None` where there is none, or one that is not a number.
pub fn likeliest(scores: &[f64]) -> Option<usize> {
    if scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    (0..scores.len()).reduce(|best, next| if scores[next] > scores[best] { next } else { best })
}

/// Returns the log-likelihoods divided by the lengths of the choices, so that a short one has no advantage.
///
/// # Panics
/// When there are more likelihoods than lengths.
pub fn normalised(log_likelihoods: &[f64], lengths: &[usize]) -> Vec<f64> {
    log_likelihoods.iter().enumerate().map(|(i, value)| value / lengths[i] as f64).collect()
}
