//! Linear layers: how their matrices lie, and what they make of rows.
//!
//! Legend: N rows, I inputs, O outputs, R rank.

use burn::tensor::Tensor;

use crate::engine::model::declare::Declaration;
use crate::engine::model::parameters::Parameters;

/// How the matrix of a linear layer lies, in memory and in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `[outputs, inputs]`, as most networks have it.
    OutputsFirst,
    /// `[inputs, outputs]`, as GPT-2 has it.
    InputsFirst,
}

/// A linear layer of a network's blocks, which an adapter can add to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linear {
    /// Its name; its matrix is `<name>.weight`.
    pub name: String,
    /// The number of values it reads.
    pub inputs: usize,
    /// The number of values it writes.
    pub outputs: usize,
    /// How its matrix lies.
    pub layout: Layout,
}

impl Linear {
    /// Returns the layer a declaration is the matrix of, where it is one of a block.
    pub fn of(declaration: &Declaration, blocks: &str, layout: Layout) -> Option<Self> {
        let name = declaration.name.strip_suffix(".weight").filter(|name| name.starts_with(blocks))?;
        let &[rows, columns] = declaration.shape.as_slice() else { return None };
        let (outputs, inputs) = match layout {
            Layout::OutputsFirst => (rows, columns),
            Layout::InputsFirst => (columns, rows),
        };
        Some(Self { name: name.to_owned(), inputs, outputs, layout })
    }
}

/// Applies a linear layer, with its bias and its low-rank addition where it has them.
///
/// # Shapes
/// - input: `[N, I]` -> `[N, O]`
pub fn apply(parameters: &Parameters, layer: &str, layout: Layout, input_NI: Tensor<2>) -> Tensor<2> {
    let weight = parameters.matrix(&format!("{layer}.weight"));
    let weight_IO = match layout {
        Layout::OutputsFirst => weight.transpose(),
        Layout::InputsFirst => weight,
    };
    let mut output_NO = input_NI.clone().matmul(weight_IO);
    if let Some(bias_O) = parameters.find_vector(&format!("{layer}.bias")) {
        output_NO = output_NO + bias_O.unsqueeze::<2>();
    }
    let half = |half: &str| parameters.find_matrix(&format!("{layer}.lora_{half}.weight"));
    match (parameters.adapter_scale, half("A"), half("B")) {
        (Some(scale), Some(down_RI), Some(up_OR)) => {
            output_NO + input_NI.matmul(down_RI.transpose()).matmul(up_OR.transpose()) * scale
        }
        (None | Some(_), _, _) => output_NO,
    }
}
