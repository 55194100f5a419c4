//! Linear layers: how their matrices lie.

use crate::engine::model::declare::Declaration;

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
