//! Pedigree: a declarative experiment and model-zoo manager.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod artifact;
pub mod card;
pub mod cli;
pub mod data;
pub mod error;
pub mod execute;
pub mod id;
pub mod plan;
pub mod provenance;
pub mod recipe;
pub mod record;
pub mod reproduce;
pub mod schedule;
pub mod store;
pub mod zoo;
