//! Tests of whole trainings.

mod heard;
mod setting;
mod learning;
mod resumption;
mod backends;
mod ending;
mod adapters;
mod adversarial;
mod classification;
mod divergence;
mod networks;
mod optimizers;
mod pytorch;
mod recompute;

use std::path::Path;

use burn::tensor::Device;

use super::*;
use crate::engine::device;
use crate::engine::model::{Gradients, Parameters, fixture, lora};
use crate::engine::sampler::{Batch, Kind};
use crate::engine::seed;
use crate::engine::tokens::Tokens;
use crate::recipe::model::{AdapterThen, Modality};
use crate::recipe::run::DeviceChoice;
use crate::recipe::training::{
    Attention, Budget, Checkpointing, DataShare, EarlyStop, EarlyStopMetric, Objective, Optimizer, Schedule, Validate,
};
use crate::record::overfitting::Verdict;
use crate::record::{CheckpointRecord, Progress};
use adapters::validation;
use heard::Heard;
use resumption::resumes_bit_for_bit;
use setting::{Setting, VOCAB, adamw, config, data, finish, of, on, run, tokens};
