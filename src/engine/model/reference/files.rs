//! The files of references, and what stands in them.

use std::collections::BTreeMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;

use super::{Case, Found, Ints, Mode, Reference};
use crate::engine::model::HostTensor;
use crate::recipe::model::Architecture;
use crate::recipe::objective::Objective;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$((
            $name,
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/reference/networks/made/", $name, ".safetensors")),
        )),*]
    };
}

/// Every file by its name.
pub const ALL: [(&str, &[u8]); 46] = files![
    "autoencoder",
    "autoencoder_shallow",
    "bert",
    "bert_averaged",
    "bert_classes",
    "bert_number",
    "clip",
    "cnn",
    "cnn_dense",
    "cnn_residual",
    "cnn_residual_dense",
    "cnn_sound",
    "cnn_views",
    "gan",
    "gpt2",
    "gpt2_classes",
    "gpt2_number",
    "gpt2_preference",
    "gpt2_untied",
    "gru",
    "gru_classes",
    "gru_tied",
    "llama",
    "llama_bias",
    "llama_bias_window",
    "llama_classes",
    "llama_distilled",
    "llama_number",
    "llama_window",
    "lstm",
    "lstm_classes",
    "lstm_number",
    "lstm_tied",
    "mlp",
    "mlp_gelu",
    "mlp_number",
    "mlp_tanh",
    "mlp_views",
    "rnn",
    "rnn_classes",
    "rnn_tied",
    "vit",
    "vit_masked",
    "vit_masked_sound",
    "vit_sound",
    "vit_views",
];

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Told {
    #[serde(rename = "made-with")]
    _made_with: String,
    architecture: Architecture,
    vocab_size: u32,
    cases: BTreeMap<String, ToldCase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ToldCase {
    objective: Objective,
    mode: Mode,
    loss: f64,
    without: Vec<String>,
}

/// Reads a file.
pub fn open(name: &str) -> Reference {
    let (name, bytes) = ALL.into_iter().find(|(other, _)| *other == name).expect("there is such a file");
    let file = SafeTensors::deserialize(bytes).expect("it is a safetensors file");
    let (_, header) = SafeTensors::read_metadata(bytes).expect("it has a header");
    let told = &header.metadata().as_ref().expect("it has metadata")["reference"];
    let told: Told = serde_json::from_str(told).unwrap_or_else(|error| panic!("{name}: {error}"));
    let tensors: BTreeMap<String, TensorView<'_>> = file.tensors().into_iter().collect();
    let of = |prefix: &str| {
        let found = tensors.iter().filter_map(|(key, view)| Some((key.strip_prefix(prefix)?.to_owned(), view)));
        found.collect::<BTreeMap<_, _>>()
    };
    let floats = |prefix: &str| {
        let floats = of(prefix).into_iter().filter(|(_, view)| view.dtype() == Dtype::F32);
        floats.map(|(key, view)| (key, numbers(view))).collect::<BTreeMap<_, _>>()
    };
    let cases = told.cases.into_iter().map(|(case, told)| {
        let mut weights = floats("weights/");
        told.without.iter().for_each(|name| assert!(weights.remove(name).is_some(), "{name}"));
        let inputs = format!("{case}/inputs/");
        let whole = of(&inputs).into_iter().filter(|(_, view)| view.dtype() == Dtype::I64);
        let made = Case {
            objective: told.objective,
            mode: told.mode,
            weights,
            ints: whole.map(|(key, view)| (key, ints(view))).collect(),
            numbers: floats(&inputs),
            guide: floats(&format!("{case}/guide/")),
            expected: Found {
                loss: told.loss,
                outputs: floats(&format!("{case}/outputs/")),
                gradients: floats(&format!("{case}/gradients/")),
                after: floats(&format!("{case}/after/")),
            },
        };
        (case, made)
    });
    let cases = cases.collect();
    Reference { architecture: told.architecture, vocab_size: told.vocab_size, cases }
}

fn numbers(view: &TensorView<'_>) -> HostTensor {
    let (values, _) = view.data().as_chunks::<4>();
    HostTensor { shape: view.shape().to_vec(), values: values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect() }
}

fn ints(view: &TensorView<'_>) -> Ints {
    let (values, _) = view.data().as_chunks::<8>();
    Ints { shape: view.shape().to_vec(), values: values.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect() }
}
