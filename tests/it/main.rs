//! The tests of the programs as they are: real recipes, real processes, real files.

mod support;

mod architecture;
mod bad_input;
mod bad_recipes;
mod cli_check;
mod cli_help;
mod cli_keep;
mod cli_logs;
mod cli_plan;
mod cli_reproduce;
mod cli_run;
mod cli_status;
mod cli_zoo;
mod crash;
mod json;
mod linkage;
mod recipes;
