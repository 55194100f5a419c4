//! How surprised a model is: perplexity, bits per byte, log loss. Lower is better.

/// Returns the perplexity of a mean surprise, in nats: its exponential. No unit; 1 where nothing surprises.
pub fn perplexity(loss: f64) -> f64 {
    loss.exp()
}

/// Returns the bits that the model needs for a byte of text: the same for every tokenizer.
///
/// `surprise` is the sum over all tokens, in nats; `bytes` is the length of their text.
pub fn bits_per_byte(surprise: f64, bytes: f64) -> f64 {
    surprise / std::f64::consts::LN_2 / bytes
}

/// Returns the surprise at a class that has this share, in nats.
///
/// A share that is 0 in 32 bits is not impossible: it counts as the smallest normal number. What is not a number stays so.
pub fn surprise(share: f32) -> f64 {
    let share = f64::from(share);
    if share == 0.0 { -f64::from(f32::MIN_POSITIVE).ln() } else { -share.ln() }
}
