//! Pedigree: one recipe file for a whole fine-tune lineage, planned, run, tracked, reproduced, and kept in a zoo.
//!
//! Two programs share this crate. `pedigree`, the manager, reads recipes, plans, schedules, keeps the database and the zoo.
//! `pedigree-engine`, the worker, does one stage in a task folder and tells what happened in `events.jsonl`. They share nothing
//! but files: a manager that dies comes back and takes over workers that are still running.
//!
//! # What happens in `pedigree run recipes/x.yaml`
//!
//! ```text
//! recipe text ──recipe──▶ Recipe ──plan──▶ Plan (stages, fingerprints, fresh or stale and why)
//!     ──schedule──▶ actions ──execute──▶ executor ──spec.json──▶ pedigree-engine (worker ▶ data | engine)
//!     ◀──events.jsonl── events ──▶ scheduler, store, progress, log   (listeners of one event type)
//!     ──▶ zoo (model versions, lineage) ──▶ card, cli
//! ```
//!
//! # Layers
//!
//! | layer | modules |
//! |---|---|
//! | 0 | [`id`] [`error`] |
//! | 1 | [`recipe`] [`record`] (pure) |
//! | 2 | [`plan`] [`analysis`] (pure) |
//! | 3 | [`schedule`] (pure) [`data`], and `engine` in the worker |
//! | 4 | [`store`] [`artifact`] [`provenance`] [`fetch`] |
//! | 5 | [`zoo`] [`card`] [`reproduce`] |
//! | 6 | [`execute`], and `worker` in the worker |
//! | 7 | [`settings`] [`cli`] |
//!
//! **Invariants.** Each layer imports only lower ones; `schedule`, `data` and `engine` never import each other; `execute` never
//! imports `engine` or `data`; `worker` never imports `store`. Only `engine` names burn and tch, only `store` sqlx, only
//! `provenance` and `fetch` git2, only `fetch` reqwest, object_store and hf_hub, only `cli` clap, only `analysis` plotters. The manager never loads libtorch: `engine` and `worker` are
//! modules of the program `pedigree-engine`, not of this library. A test holds all of this.

pub mod error;
pub mod id;
pub mod recipe;
pub mod record;
pub mod plan;
pub mod analysis;
pub mod schedule;
pub mod data;
pub mod store;
pub mod artifact;
pub mod provenance;
pub mod fetch;
pub mod zoo;
pub mod card;
pub mod reproduce;
pub mod execute;
pub mod settings;
pub mod cli;
