//! Two weight files, tensor by tensor.

use safetensors::{Dtype, SafeTensors};
use serde::Serialize;

/// How the tensors of two files differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TensorDifference {
    /// Not at all: only the files' layout does.
    None,
    /// A file is no safetensors file.
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
    /// A tensor is only in one of them, or has another type or shape there.
    Shape {
        /// Its name.
        tensor: String,
    },
    /// Values differ.
    Values {
        /// The first tensor that differs, by name.
        tensor: String,
        /// The number of tensors that differ.
        tensors: usize,
        /// The largest difference of two values of the first; `None` where its type is no 32-bit float.
        largest: Option<f64>,
    },
}

/// Compares two safetensors files by content: names, types, shapes and values, not their order in the file.
pub fn compare(left: &[u8], right: &[u8]) -> TensorDifference {
    let (left, right) = match (SafeTensors::deserialize(left), SafeTensors::deserialize(right)) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(error), _) | (_, Err(error)) => return TensorDifference::Unreadable { reason: error.to_string() },
    };
    let mut names: Vec<&str> = left.names().into_iter().chain(right.names()).collect();
    names.sort_unstable();
    names.dedup();
    let mut differing = Vec::new();
    for name in names {
        let (Ok(one), Ok(other)) = (left.tensor(name), right.tensor(name)) else {
            return TensorDifference::Shape { tensor: name.to_owned() };
        };
        if one.dtype() != other.dtype() || one.shape() != other.shape() {
            return TensorDifference::Shape { tensor: name.to_owned() };
        }
        if one.data() != other.data() {
            differing.push((name, largest(one.dtype(), one.data(), other.data())));
        }
    }
    match differing.first() {
        None => TensorDifference::None,
        Some((tensor, largest)) => {
            TensorDifference::Values { tensor: (*tensor).to_owned(), tensors: differing.len(), largest: *largest }
        }
    }
}

fn largest(dtype: Dtype, left: &[u8], right: &[u8]) -> Option<f64> {
    if dtype != Dtype::F32 {
        return None;
    }
    let floats = |bytes: &[u8]| -> Vec<f32> {
        bytes.as_chunks::<4>().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect()
    };
    let pairs = floats(left).into_iter().zip(floats(right));
    pairs.map(|(left, right)| f64::from((left - right).abs())).reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::tensor::TensorView;

    fn file(tensors: &[(&str, [f32; 2])], metadata: Option<&str>) -> Vec<u8> {
        let bytes: Vec<(String, Vec<u8>)> = tensors
            .iter()
            .map(|(name, values)| ((*name).to_owned(), values.iter().flat_map(|value| value.to_le_bytes()).collect()))
            .collect();
        let views =
            bytes.iter().map(|(name, data)| (name.clone(), TensorView::new(Dtype::F32, vec![2], data).unwrap()));
        let metadata = metadata.map(|text| std::collections::HashMap::from([("note".to_owned(), text.to_owned())]));
        safetensors::serialize(views, metadata).unwrap()
    }

    #[test]
    fn other_metadata_is_no_other_model() {
        let (one, other) = (file(&[("a", [1.0, 2.0])], None), file(&[("a", [1.0, 2.0])], Some("x")));
        assert_ne!(one, other);
        assert_eq!(compare(&one, &other), TensorDifference::None);
    }

    #[test]
    fn the_first_differing_tensor_is_named_with_the_largest_difference() {
        let one = file(&[("a", [1.0, 2.0]), ("b", [1.0, 1.0])], None);
        let other = file(&[("a", [1.0, 2.0]), ("b", [1.5, 1.0])], None);
        let expected = TensorDifference::Values { tensor: "b".to_owned(), tensors: 1, largest: Some(0.5) };
        assert_eq!(compare(&one, &other), expected);
    }
}
