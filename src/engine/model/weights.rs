//! Weights as bytes: safetensors, with the one metadata key `format: pt`, so that the same weights are the same bytes.

use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::engine::error::EngineError;

/// The most tensors a file of weights may have.
const MAX_TENSORS: usize = 20_000;

/// A tensor in the host's memory.
#[derive(Debug, Clone, PartialEq)]
pub struct HostTensor {
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its values, row by row.
    pub values: Vec<f32>,
}

/// Returns tensors as the bytes of a safetensors file.
pub fn write(tensors: &BTreeMap<String, HostTensor>) -> Vec<u8> {
    let bytes: Vec<(&String, &HostTensor, Vec<u8>)> = tensors
        .iter()
        .map(|(name, tensor)| (name, tensor, tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect()))
        .collect();
    let views = bytes.iter().map(|(name, tensor, bytes)| {
        let view = TensorView::new(Dtype::F32, tensor.shape.clone(), bytes).expect("the shape fits the values");
        (name.as_str(), view)
    });
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize(views, Some(metadata)).expect("32-bit floats can be written")
}

/// Reads tensors from the bytes of a safetensors file.
///
/// # Errors
/// When the bytes are no such file, and when a tensor is of another type than 32-bit or 16-bit floats.
pub fn read(bytes: &[u8]) -> Result<BTreeMap<String, HostTensor>, EngineError> {
    let error = |reason: String| EngineError::Weights { reason };
    let file = SafeTensors::deserialize(bytes).map_err(|cause| error(cause.to_string()))?;
    if file.len() > MAX_TENSORS {
        return Err(error(format!("{} tensors are more than {MAX_TENSORS}", file.len())));
    }
    let convert = |(name, view): (String, TensorView<'_>)| {
        let values = floats(&view).ok_or_else(|| error(format!("`{name}` is of type {:?}", view.dtype())))?;
        Ok((name, HostTensor { shape: view.shape().to_vec(), values }))
    };
    file.tensors().into_iter().map(convert).collect()
}

fn floats(view: &TensorView<'_>) -> Option<Vec<f32>> {
    let data = view.data();
    match view.dtype() {
        Dtype::F32 => Some(data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
        Dtype::BF16 => Some(data.chunks_exact(2).map(|b| half::bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect()),
        Dtype::F16 => Some(data.chunks_exact(2).map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_survive_being_written_and_are_the_same_bytes_again() {
        let tensor = HostTensor { shape: vec![2, 2], values: vec![1.0, -0.0, f32::MIN_POSITIVE, 3.5] };
        let tensors = BTreeMap::from([("b".to_owned(), tensor.clone()), ("a".to_owned(), tensor)]);
        let bytes = write(&tensors);
        assert_eq!(read(&bytes).unwrap(), tensors);
        assert_eq!(write(&read(&bytes).unwrap()), bytes);
        assert!(read(&bytes[..bytes.len() - 1]).is_err());
    }
}
