//! Where burn's tensors and libtorch's meet, and what libtorch does in place.
//!
//! **Invariant:** no tensor with libtorch's tape becomes one of burn's.

pub mod adamw;
pub mod sgd;
pub mod lion;
pub mod muon;
pub mod adafactor;
pub mod average;

#[expect(deprecated, reason = "libtorch is the backend this program is for; when burn drops it, this folder goes")]
use burn_tch::{LibTorch, TchTensor};

use burn::tensor::{Int, Tensor};

/// Returns the libtorch tensor behind a tensor without a tape, sharing its values; on another backend there is none.
#[expect(deprecated, reason = "as above")]
pub(crate) fn raw<const D: usize>(tensor: &Tensor<D>) -> Option<tch::Tensor> {
    tensor.clone().try_into_primitive::<LibTorch>().ok().map(|primitive| primitive.tensor)
}

/// Returns the libtorch tensor behind whole numbers.
#[expect(deprecated, reason = "as above")]
pub(crate) fn raw_int<const D: usize>(tensor: &Tensor<D, Int>) -> Option<tch::Tensor> {
    tensor.clone().try_into_primitive::<LibTorch>().ok().map(|primitive| primitive.tensor)
}

/// Returns a libtorch tensor without a tape as a tensor.
#[expect(deprecated, reason = "as above")]
pub(crate) fn wrap<const D: usize>(tensor: tch::Tensor) -> Tensor<D> {
    Tensor::from_primitive::<LibTorch>(TchTensor::new(tensor))
}
