//! Whether a text is the expected one, to the character. A share; higher is better.

/// Returns whether an answer is one of those that are right.
pub fn is_one_of<T: AsRef<str>>(answer: &str, right: &[T]) -> bool {
    right.iter().any(|right| right.as_ref() == answer)
}
