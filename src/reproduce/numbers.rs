//! Two reports, number by number.

use serde_json::Value;

/// Returns the largest relative difference of the numbers of two JSON values, or `None` where anything else differs.
pub fn largest_difference(left: &Value, right: &Value) -> Option<f64> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.as_f64()?, right.as_f64()?);
            let scale = left.abs().max(right.abs());
            Some(if scale == 0.0 { 0.0 } else { (left - right).abs() / scale })
        }
        (Value::Object(left), Value::Object(right)) if left.len() == right.len() => {
            let mut differences = left.iter().map(|(key, value)| largest_difference(value, right.get(key)?));
            differences.try_fold(0.0, |largest: f64, next| Some(largest.max(next?)))
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let mut differences = left.iter().zip(right).map(|(left, right)| largest_difference(left, right));
            differences.try_fold(0.0, |largest: f64, next| Some(largest.max(next?)))
        }
        _ => (left == right).then_some(0.0),
    }
}

/// Returns the first step at which two series of a metric differ, to the bit.
pub fn first_difference(left: &[(u64, f64)], right: &[(u64, f64)]) -> Option<u64> {
    let differs = |((left_step, left), (right_step, right)): (&(u64, f64), &(u64, f64))| {
        (left_step != right_step || left.to_bits() != right.to_bits()).then_some(*left_step.min(right_step))
    };
    let beyond = || {
        let (shorter, longer) = if left.len() < right.len() { (left, right) } else { (right, left) };
        longer.get(shorter.len()).map(|(step, _)| *step)
    };
    left.iter().zip(right).find_map(differs).or_else(beyond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_may_differ_a_little_and_words_not_at_all() {
        assert_eq!(largest_difference(&json!({ "a": 1.0, "b": ["x"] }), &json!({ "a": 0.5, "b": ["x"] })), Some(0.5));
        assert_eq!(largest_difference(&json!({ "a": 1.0 }), &json!({ "b": 1.0 })), None);
        assert_eq!(largest_difference(&json!("x"), &json!("y")), None);
    }

    #[test]
    fn a_series_that_ends_early_differs_where_it_ends() {
        assert_eq!(first_difference(&[(1, 0.5), (2, 0.4)], &[(1, 0.5), (2, 0.4)]), None);
        assert_eq!(first_difference(&[(1, 0.5), (2, 0.4)], &[(1, 0.5), (2, 0.3)]), Some(2));
        assert_eq!(first_difference(&[(1, 0.5)], &[(1, 0.5), (2, 0.3)]), Some(2));
    }
}
