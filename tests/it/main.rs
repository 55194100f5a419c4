//! What a user sees, tried on the real programs: real recipes, real processes, real files.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "a test says what it skipped, and the seed that repeats it")]

mod support;

mod adapters;
mod architecture;
mod asking;
mod bad_input;
mod bad_media;
mod bad_recipes;
mod cli_check;
mod cli_clean;
mod cli_estimate;
mod cli_contamination;
mod cli_data;
mod cli_completions;
mod cli_diagnostics;
mod cli_formats;
mod cli_help;
mod cli_keep;
mod cli_language;
mod cli_law;
mod cli_logs;
mod cli_plan;
mod cli_recipes;
mod cli_reproduce;
mod cli_run;
mod cli_schema;
mod cli_status;
mod cli_sweep;
mod cli_zoo;
mod crash;
mod diagnostics_page;
mod fetch;
mod extending;
mod extraction;
mod generated_pages;
mod datasets;
mod json;
mod linkage;
mod media_reference;
mod media_sources;
mod measuring;
mod answering;
mod pictures;
mod recipes;
mod run_options;
mod reference;
mod references;
mod text_recipes;
mod tokenizers;
