//! libtorch's own kernels and its own gradient tape, where tensors live on libtorch.
//!
//! burn breaks attention, norms and cross-entropy into small operations and keeps what lies between them; libtorch has
//! each as one kernel, forward and backward. The plain modules stay the reference: on every other backend they are what
//! runs, and a test holds loss and every gradient of both against each other.
//!
//! **Invariant:** no tensor with libtorch's tape leaves this folder.

pub mod weights;
pub mod llama;
pub mod gpt2;
pub mod gradients;
pub mod classification;
pub mod adamw;

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
