//! Layers of recurrent cells, as PyTorch has them: the same names, shapes and order of gates.
//!
//! Legend: B batch, S sequence, E inputs, W width of the state.

use crate::engine::value::{Value, wide};
use crate::recipe::model::Cell;

/// The parameters of one layer.
#[derive(Debug, Clone)]
pub struct CellWeights {
    /// From what is read: `[gates * W, E]`.
    pub input: Value,
    /// From the state: `[gates * W, W]`.
    pub state: Value,
    /// `[gates * W]`.
    pub input_bias: Value,
    /// `[gates * W]`.
    pub state_bias: Value,
}

/// The state of one layer: `[B, W]`, and of long short-term memory its memory.
#[derive(Debug, Clone)]
pub struct CellState {
    /// What the layer gave last.
    pub hidden: Value,
    /// The memory.
    pub memory: Option<Value>,
}

/// Reads a sequence with one layer, from a state or from zeros; returns what it gives at every place, and its last state.
///
/// # Shapes
/// - input: `[B, S, E]` -> `[B, S, W]`
pub fn layer(cell: Cell, weights: &CellWeights, input_BSE: &Value, state: Option<&CellState>) -> (Value, CellState) {
    let (batch, width) = (input_BSE.shape()[0], weights.state.side(-1));
    let zeros = || input_BSE.beside(vec![0.0; batch * width], &[batch, width]);
    let first =
        state.cloned().unwrap_or_else(|| CellState { hidden: zeros(), memory: (cell == Cell::Lstm).then(zeros) });
    if let Value::Torch(input) = input_BSE {
        return on_torch(cell, weights, input, &first);
    }
    step_by_step(cell, weights, input_BSE, first)
}

fn on_torch(cell: Cell, weights: &CellWeights, input: &tch::Tensor, first: &CellState) -> (Value, CellState) {
    let torch = |value: &Value| match value {
        Value::Torch(tensor) => tensor.shallow_clone(),
        Value::Plain(_) => unreachable!("all of a network lives on one backend"),
    };
    let CellWeights { input: from_input, state, input_bias, state_bias } = weights;
    let parameters = [from_input, state, input_bias, state_bias].map(torch);
    let shape = first.hidden.shape();
    let hidden = torch(&first.hidden).unsqueeze(0);
    let last = |tensor: tch::Tensor| Value::Torch(tensor.reshape(wide(&shape).as_slice()));
    match cell {
        Cell::Rnn => {
            let (output, state) = input.rnn_tanh(&hidden, &parameters, true, 1, 0.0, false, false, true);
            (Value::Torch(output), CellState { hidden: last(state), memory: None })
        }
        Cell::Gru => {
            let (output, state) = input.gru(&hidden, &parameters, true, 1, 0.0, false, false, true);
            (Value::Torch(output), CellState { hidden: last(state), memory: None })
        }
        Cell::Lstm => {
            let memory = torch(first.memory.as_ref().expect("it was given one")).unsqueeze(0);
            let (output, state, memory) = input.lstm(&[hidden, memory], &parameters, true, 1, 0.0, false, false, true);
            (Value::Torch(output), CellState { hidden: last(state), memory: Some(last(memory)) })
        }
    }
}

fn step_by_step(cell: Cell, weights: &CellWeights, input_BSE: &Value, first: CellState) -> (Value, CellState) {
    let shape = input_BSE.shape();
    let [batch, sequence, inputs] = shape[..] else { panic!("expected sequences, found {shape:?}") };
    let width = weights.state.side(-1);
    // What does not depend on the state is computed for all places at once.
    let flat = input_BSE.reshape(&[batch * sequence, inputs]).linear(&weights.input, Some(&weights.input_bias));
    let read_BSG = flat.reshape(&[batch, sequence, cell.gates() as usize * width]);
    let (mut state, mut outputs) = (first, Vec::with_capacity(sequence));
    for place in 0..sequence {
        let read_BG = read_BSG.part(1, place, 1).reshape(&[batch, cell.gates() as usize * width]);
        state = step(cell, weights, &read_BG, &state);
        outputs.push(state.hidden.reshape(&[batch, 1, width]));
    }
    (Value::cat(&outputs, 1), state)
}

fn step(cell: Cell, weights: &CellWeights, read_BG: &Value, state: &CellState) -> CellState {
    let recalled_BG = state.hidden.linear(&weights.state, Some(&weights.state_bias));
    match cell {
        Cell::Rnn => CellState { hidden: (read_BG + &recalled_BG).tanh(), memory: None },
        Cell::Lstm => {
            let [input, forget, candidate, output] = (read_BG + &recalled_BG).parts::<4>(-1);
            let memory = state.memory.as_ref().expect("it was given one");
            let memory = forget.sigmoid() * memory + input.sigmoid() * candidate.tanh();
            CellState { hidden: output.sigmoid() * memory.tanh(), memory: Some(memory) }
        }
        Cell::Gru => {
            let [read_reset, read_update, read_candidate] = read_BG.parts::<3>(-1);
            let [reset, update, candidate] = recalled_BG.parts::<3>(-1);
            let (reset, update) = ((read_reset + reset).sigmoid(), (read_update + update).sigmoid());
            let candidate = (read_candidate + reset * candidate).tanh();
            // (1 - update) candidate + update hidden.
            CellState { hidden: &candidate + &update * (&state.hidden - &candidate), memory: None }
        }
    }
}
