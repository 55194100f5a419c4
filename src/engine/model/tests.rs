//! What holds for every network: its size is the planned one, and it is the function that was published.

mod planned;

use std::collections::BTreeMap;

use burn::tensor::Device;

use super::*;
use crate::engine::device;
use crate::engine::model::fixture;
use crate::engine::model::linear::Linear;
use crate::engine::objective::language;
use crate::engine::sampler::{Batch, Row};
use crate::engine::value::Ints;
use crate::recipe::model::{Architecture, Gpt2};
use crate::recipe::run::DeviceChoice;

#[test]
fn an_adapter_adds_to_every_matrix_of_the_blocks_and_to_nothing_else() {
    for (architecture, layers_per_block) in [(fixture::llama(), 7), (fixture::gpt2(), 4)] {
        let (network, parameters) = fixture::network(&architecture, &Device::flex());
        let layers = network.linear_layers();
        assert_eq!(layers.len(), 2 * layers_per_block);
        for Linear { name, inputs, outputs, .. } in layers {
            let shape = parameters.find_matrix(&format!("{name}.weight")).unwrap().dims();
            assert_eq!(shape[0] * shape[1], inputs * outputs, "{name}");
        }
    }
}

/// GPT-2 number by number, in 64 bits, straight from the paper and its published program.
struct Paper<'a> {
    shape: &'a Gpt2,
    weights: BTreeMap<String, HostTensor>,
}

impl Paper<'_> {
    fn values(&self, name: &str) -> Vec<f64> {
        self.weights[name].values.iter().map(|value| f64::from(*value)).collect()
    }

    fn row(&self, name: &str, row: usize) -> Vec<f64> {
        let width = self.shape.width as usize;
        self.values(name)[row * width..(row + 1) * width].to_vec()
    }

    fn linear(&self, name: &str, input: &[f64]) -> Vec<f64> {
        let (weight, mut output) = (self.values(&format!("{name}.weight")), self.values(&format!("{name}.bias")));
        let n_outputs = output.len();
        for (i, input) in input.iter().enumerate() {
            output.iter_mut().enumerate().for_each(|(o, sum)| *sum += input * weight[i * n_outputs + o]);
        }
        output
    }

    fn norm(&self, name: &str, input: &[f64]) -> Vec<f64> {
        let n = input.len() as f64;
        let mean = input.iter().sum::<f64>() / n;
        let variance = input.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        let (weight, bias) = (self.values(&format!("{name}.weight")), self.values(&format!("{name}.bias")));
        let scaled = input
            .iter()
            .zip(weight)
            .map(|(value, weight)| (value - mean) / (variance + self.shape.norm_epsilon).sqrt() * weight);
        scaled.zip(bias).map(|(value, bias)| value + bias).collect()
    }

    fn attention(&self, block: &str, normed: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let (width, head) = (self.shape.width as usize, self.shape.head_width() as usize);
        let all: Vec<Vec<f64>> = normed.iter().map(|row| self.linear(&format!("{block}.attn.c_attn"), row)).collect();
        let mixed = (0..normed.len()).map(|place| {
            let column = |c: usize| {
                let first = c / head * head;
                let score = |other: usize| {
                    let products = (first..first + head).map(|i| all[place][i] * all[other][width + i]);
                    (products.sum::<f64>() / (head as f64).sqrt()).exp()
                };
                let total: f64 = (0..=place).map(score).sum();
                (0..=place).map(|other| score(other) / total * all[other][2 * width + c]).sum()
            };
            (0..width).map(column).collect::<Vec<f64>>()
        });
        mixed.map(|row| self.linear(&format!("{block}.attn.c_proj"), &row)).collect()
    }

    fn logits(&self, tokens: &[usize]) -> Vec<f64> {
        let add = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(a, b)| a + b).collect::<Vec<f64>>();
        let embedded = tokens.iter().enumerate().map(|(place, token)| {
            add(&self.row("transformer.wte.weight", *token), &self.row("transformer.wpe.weight", place))
        });
        let mut hidden: Vec<Vec<f64>> = embedded.collect();
        for block in (0..self.shape.layers).map(|n| format!("transformer.h.{n}")) {
            let normed: Vec<_> = hidden.iter().map(|row| self.norm(&format!("{block}.ln_1"), row)).collect();
            let attended = self.attention(&block, &normed);
            hidden = hidden.iter().zip(&attended).map(|(row, more)| add(row, more)).collect();
            for row in &mut hidden {
                let inner = self.linear(&format!("{block}.mlp.c_fc"), &self.norm(&format!("{block}.ln_2"), row));
                let inner: Vec<f64> = inner.into_iter().map(gelu).collect();
                *row = add(row, &self.linear(&format!("{block}.mlp.c_proj"), &inner));
            }
        }
        let vocab = self.weights["transformer.wte.weight"].shape[0];
        let last = hidden.iter().map(|row| self.norm("transformer.ln_f", row));
        last.flat_map(|row| (0..vocab).map(move |token| (token, row.clone())).collect::<Vec<_>>())
            .map(|(token, row)| self.row("transformer.wte.weight", token).iter().zip(row).map(|(a, b)| a * b).sum())
            .collect()
    }
}

fn gelu(x: f64) -> f64 {
    0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
}

#[test]
fn gpt2_is_the_function_that_was_published() {
    let architecture = fixture::gpt2();
    let Architecture::Gpt2(shape) = &architecture else { unreachable!("it is made so") };
    let (network, parameters) = fixture::network(&architecture, &Device::flex());
    let tokens = [3, 30, 7, 7, 0, 12, 25, 1, 19];
    let rows = TokenRows::of(Ints::new(tokens.to_vec(), &[1, tokens.len()], network.device()));
    let found = network.logits(&Pass::measuring(&parameters, network.device()), &rows, None).to_vec();
    let expected = Paper { shape, weights: parameters.to_host() }.logits(&tokens.map(|token| token as usize));
    assert_eq!(found.len(), expected.len());
    let apart = found.iter().zip(&expected).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
    let largest = expected.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    assert!(apart < 1e-5 * largest, "{apart} of {largest}");
}

#[test]
fn a_text_with_hidden_tokens_in_a_row_of_several_is_read_as_if_it_stood_alone() {
    let texts: [&[u32]; 3] = [&[3, 1, 4, 1, 5], &[9, 2], &[6, 5, 3, 5, 8, 9, 7, 9, 3]];
    let bert = |architecture: &Architecture| matches!(architecture, Architecture::Bert(_));
    let architecture = fixture::all(0.0).into_iter().find(bert).unwrap();
    for choice in [DeviceChoice::Flex, DeviceChoice::Cpu] {
        let device = device::open(choice, 1).unwrap();
        let (network, parameters) = fixture::network(&architecture, &device);
        let pass = Pass::measuring(&parameters, &device);
        let logits = |tokens: &[u32], starts: &[usize]| {
            let row = Row {
                tokens: tokens.to_vec(),
                shown: Some(tokens.to_vec()),
                is_target: vec![true; tokens.len()],
                starts: Some(starts.iter().copied().collect()),
                ..Row::default()
            };
            let batch = Batch::of(&[row], tokens.len());
            let all = language::predicted(&network, &pass, &batch).0;
            let places = Ints::new(vec![1, 0], &[2], &device);
            let some = network.logits_at(&pass, &TokenRows::new(&batch, &device), &places).to_vec();
            let all = all.to_vec();
            assert!(some.iter().zip(all[31..62].iter().chain(&all[..31])).all(|(a, b)| (a - b).abs() < 1e-5));
            all
        };
        let packed = logits(&texts.concat(), &[0, 5, 7]);
        let alone: Vec<f32> = texts.into_iter().flat_map(|text| logits(text, &[0])).collect();
        let apart = packed.iter().zip(&alone).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(packed.len() == alone.len() && apart < 1e-5, "{apart}");
    }
}

#[test]
fn a_document_in_a_row_of_several_is_read_as_if_it_stood_alone() {
    let documents: [&[u32]; 3] = [&[3, 1, 4, 1, 5], &[9, 2], &[6, 5, 3, 5, 8, 9, 7, 9, 3]];
    let row = Row {
        tokens: documents.concat().into_iter().chain([0]).collect(),
        is_target: vec![true; 17],
        starts: Some([0, 5, 7].into()),
        ..Row::default()
    };
    for choice in [DeviceChoice::Flex, DeviceChoice::Cpu] {
        let device = device::open(choice, 1).unwrap();
        for architecture in fixture::architectures() {
            let (network, parameters) = fixture::network(&architecture, &device);
            let pass = Pass::measuring(&parameters, &device);
            let logits = |batch: &Batch| language::predicted(&network, &pass, batch).0.to_vec();
            let packed = logits(&Batch::of(std::slice::from_ref(&row), 16));
            let mut start = 0;
            for document in documents {
                let tokens = document.iter().copied().chain([0]).collect();
                let row = Row { tokens, is_target: vec![true; document.len() + 1], ..Row::default() };
                let alone = logits(&Batch::of(&[row], document.len()));
                let here = &packed[start * 31..(start + document.len()) * 31];
                let apart = here.iter().zip(&alone).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(apart < 1e-5, "{apart} of {architecture:?}");
                start += document.len();
            }
        }
    }
}
