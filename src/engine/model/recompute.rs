//! Activation checkpointing (Chen et al. 2016): of a block only what it reads is kept, and on the way back it is computed once more.
//!
//! What comes out is the same bit by bit: the same kernels run on the same numbers, and what is left out is drawn by name. A block that
//! is computed anew reads a leaf of its own; its gradient is handed on to what it was read from. burn's tape has no such blocks: there
//! they are computed as usual, with the same numbers.

use crate::engine::model::pass::Pass;
use crate::engine::value::Value;

/// What computes a block: of a pass, and of what it reads.
type Block = Box<dyn Fn(&Pass, &Value) -> Value>;

/// A block that is to be computed once more.
pub struct Segment {
    /// What it read, on the tape of what came before.
    read: tch::Tensor,
    /// What it gave, the leaf of a tape.
    gave: tch::Tensor,
    block: Block,
}

impl std::fmt::Debug for Segment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Segment").field("read", &self.read.size()).finish_non_exhaustive()
    }
}

impl Segment {
    /// Computes a block off the tape; returns what it gives as a leaf, and what it takes to go back.
    pub(super) fn new(pass: &Pass, read: &tch::Tensor, block: Block) -> (Value, Self) {
        let Value::Torch(gave) = tch::no_grad(|| block(pass, &Value::Torch(read.detach()))) else {
            unreachable!("all of a network lives on one backend")
        };
        let gave = gave.detach().set_requires_grad(true);
        (Value::Torch(gave.shallow_clone()), Self { read: read.shallow_clone(), gave, block })
    }
}

/// Returns the gradients of a loss by leaves, going back through blocks that are computed once more; what the loss does not depend on has
/// none.
pub fn back(pass: &Pass, loss: &tch::Tensor, leaves: &[tch::Tensor]) -> Vec<Option<tch::Tensor>> {
    let segments = pass.segments();
    let gave = segments.iter().map(|segment| &segment.gave);
    let inputs: Vec<tch::Tensor> = leaves.iter().chain(gave).map(tch::Tensor::shallow_clone).collect();
    let mut sums: Vec<Option<tch::Tensor>> = inputs.iter().map(|_| None).collect();
    add(&mut sums, loss, &inputs);
    // Those that came last are nearest to the loss.
    for (number, Segment { read, gave: _, block }) in segments.into_iter().enumerate().rev() {
        let Some(gradient) = sums[leaves.len() + number].take() else { continue };
        let again = read.detach().set_requires_grad(true);
        let Value::Torch(output) = tch::with_grad(|| block(pass, &Value::Torch(again.shallow_clone()))) else {
            unreachable!("all of a network lives on one backend")
        };
        let own: Vec<tch::Tensor> = leaves.iter().chain([&again]).map(tch::Tensor::shallow_clone).collect();
        let mut handed = sums.split_off(leaves.len());
        sums.push(None);
        add(&mut sums, &along(&output, &gradient), &own);
        let by_read = sums.pop().flatten();
        sums.append(&mut handed);
        if let Some(gradient) = by_read.filter(|_| read.requires_grad()) {
            add(&mut sums, &along(&read, &gradient), &inputs);
        }
    }
    sums.truncate(leaves.len());
    sums
}

/// Returns a number whose gradient by a tensor is the one given.
fn along(output: &tch::Tensor, gradient: &tch::Tensor) -> tch::Tensor {
    tch::with_grad(|| (output * gradient).sum(output.kind()))
}

/// Adds the gradients of a number by some inputs to what there is already.
fn add(sums: &mut [Option<tch::Tensor>], number: &tch::Tensor, inputs: &[tch::Tensor]) {
    let gradients = tch::Tensor::run_backward(&[number], inputs, false, false);
    for (sum, gradient) in sums.iter_mut().zip(gradients).filter(|(_, gradient)| gradient.defined()) {
        *sum = Some(match sum.take() {
            Some(sum) => sum + gradient,
            None => gradient,
        });
    }
}
