//! Parameters by name, on a device.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::{Device, Tensor, TensorData};

use crate::engine::error::EngineError;
use crate::engine::model::pass::Updates;
use crate::engine::model::weights::HostTensor;

/// The gradients of the trainable parameters by name, each flat.
pub type Gradients = BTreeMap<String, Tensor<1>>;

/// A parameter: its values lie flat, and are given their shape where they are used.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its values, row by row.
    pub values: Tensor<1>,
    /// Whether it has gradients, by which training changes it.
    pub is_trainable: bool,
    /// Whether it has none, and a pass that learns changes it beside: the running statistics of a norm.
    pub is_buffer: bool,
    /// Whether nothing changes it.
    pub is_frozen: bool,
}

impl Parameter {
    /// Returns whether training changes it, one way or the other.
    pub fn is_changing(&self) -> bool {
        self.is_trainable || (self.is_buffer && !self.is_frozen)
    }

    /// Returns whether weight decay pulls it towards zero: matrices only, not norms and biases.
    pub fn is_decayed(&self) -> bool {
        self.shape.len() > 1
    }
}

/// The parameters of a network by name.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    by_name: BTreeMap<String, Parameter>,
    /// The factor of the low-rank additions; without one there are none.
    pub adapter_scale: Option<f64>,
    /// The share of what the additions read that is left out while they learn.
    pub adapter_dropout: f64,
    /// Whether blocks are computed once more on the way back, instead of keeping what they computed.
    pub is_recomputing: bool,
}

impl Parameters {
    /// Puts tensors on a device, all of them trainable.
    pub fn from_host(tensors: impl IntoIterator<Item = (String, HostTensor)>, device: &Device) -> Self {
        let mut parameters = Self::default();
        tensors.into_iter().for_each(|(name, tensor)| parameters.insert(name, tensor, device));
        parameters
    }

    /// Adds a trainable parameter.
    pub fn insert(&mut self, name: String, tensor: HostTensor, device: &Device) {
        let parameter = Parameter {
            values: to_device(&tensor, device),
            shape: tensor.shape,
            is_trainable: true,
            is_buffer: false,
            is_frozen: false,
        };
        self.by_name.insert(name, parameter);
    }

    /// Makes every parameter untrainable, and every buffer stay as it is.
    pub fn freeze(&mut self) {
        self.by_name.values_mut().for_each(|parameter| {
            (parameter.is_trainable, parameter.is_frozen) = (false, true);
        });
    }

    /// Makes a parameter a buffer.
    pub fn set_buffer(&mut self, name: &str) {
        if let Some(parameter) = self.by_name.get_mut(name) {
            (parameter.is_trainable, parameter.is_buffer) = (false, true);
        }
    }

    /// Freezes parameters and buffers by their names.
    pub fn freeze_where(&mut self, is_meant: impl Fn(&str) -> bool) {
        for (_, parameter) in self.by_name.iter_mut().filter(|(name, _)| is_meant(name)) {
            (parameter.is_trainable, parameter.is_frozen) = (false, true);
        }
    }

    /// Returns the names of the parameters that training does not change.
    pub fn frozen(&self) -> BTreeSet<String> {
        let frozen = self.by_name.iter().filter(|(_, parameter)| !parameter.is_changing());
        frozen.map(|(name, _)| name.clone()).collect()
    }

    /// Returns the values of the buffers that training changes.
    pub fn buffers(&self) -> Updates {
        let changing = self.by_name.iter().filter(|(_, parameter)| parameter.is_buffer && parameter.is_changing());
        changing.map(|(name, parameter)| (name.clone(), parameter.values.clone())).collect()
    }

    /// Gives buffers new values; frozen ones stay.
    pub fn update(&mut self, updates: Updates) {
        for (name, values) in updates {
            if let Some(parameter) = self.by_name.get_mut(&name).filter(|parameter| parameter.is_changing()) {
                parameter.values = values;
            }
        }
    }

    /// Makes a parameter trainable.
    pub fn thaw(&mut self, name: &str) {
        if let Some(parameter) = self.by_name.get_mut(name) {
            (parameter.is_trainable, parameter.is_frozen) = (!parameter.is_buffer, false);
        }
    }

    /// Puts a parameter in.
    pub fn put(&mut self, name: String, parameter: Parameter) {
        self.by_name.insert(name, parameter);
    }

    /// Takes a parameter out.
    pub fn remove(&mut self, name: &str) -> Option<Parameter> {
        self.by_name.remove(name)
    }

    /// Returns the parameters in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Parameter)> {
        self.by_name.iter()
    }

    /// Returns the trainable parameters in the order of their names.
    pub fn trainable_mut(&mut self) -> impl Iterator<Item = (&String, &mut Parameter)> {
        self.by_name.iter_mut().filter(|(_, parameter)| parameter.is_trainable)
    }

    /// Returns the number of values, and how many of them are trainable; buffers do not count.
    pub fn count(&self) -> (u64, u64) {
        let size = |parameter: &Parameter| parameter.shape.iter().product::<usize>() as u64;
        let trainable = self.by_name.values().filter(|parameter| parameter.is_trainable);
        let learnable = self.by_name.values().filter(|parameter| !parameter.is_buffer);
        (learnable.map(size).sum(), trainable.map(size).sum())
    }

    /// Returns a parameter of two dimensions, where there is one.
    ///
    /// # Shapes
    /// - `[rows, columns]`
    pub fn find_matrix(&self, name: &str) -> Option<Tensor<2>> {
        let Parameter { shape, values, .. } = self.by_name.get(name)?;
        Some(values.clone().reshape([shape[0], shape[1]]))
    }

    /// Copies what training changes to the host.
    pub fn trainable_to_host(&self) -> BTreeMap<String, HostTensor> {
        let changing = self.by_name.iter().filter(|(_, parameter)| parameter.is_changing());
        changing.map(|(name, parameter)| (name.clone(), to_host(&parameter.values, &parameter.shape))).collect()
    }

    /// Copies all parameters to the host.
    pub fn to_host(&self) -> BTreeMap<String, HostTensor> {
        let copy =
            |(name, parameter): (&String, &Parameter)| (name.clone(), to_host(&parameter.values, &parameter.shape));
        self.by_name.iter().map(copy).collect()
    }

    /// Replaces the values of what training changes.
    ///
    /// # Errors
    /// When the names or shapes are not those of what training changes.
    pub fn set_trainable(
        &mut self,
        tensors: &BTreeMap<String, HostTensor>,
        device: &Device,
    ) -> Result<(), EngineError> {
        let mut n_set = 0;
        for (name, parameter) in self.by_name.iter_mut().filter(|(_, parameter)| parameter.is_changing()) {
            let tensor = tensors.get(name).filter(|tensor| tensor.shape == parameter.shape);
            let tensor = tensor.ok_or_else(|| EngineError::Weights {
                reason: format!("there is no `{name}` of shape {:?}", parameter.shape),
            })?;
            parameter.values = to_device(tensor, device);
            n_set += 1;
        }
        if n_set != tensors.len() {
            return Err(EngineError::Weights { reason: format!("{} tensor(s) are unknown", tensors.len() - n_set) });
        }
        Ok(())
    }
}

/// Copies a tensor of the host to a device, flat.
pub fn to_device(tensor: &HostTensor, device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::new(tensor.values.clone(), [tensor.values.len()]), device)
}

/// Copies a flat tensor to the host.
pub fn to_host(values: &Tensor<1>, shape: &[usize]) -> HostTensor {
    let values = values.try_to_vec_as::<f32>().expect("parameters are 32-bit floats");
    HostTensor { shape: shape.to_vec(), values }
}
