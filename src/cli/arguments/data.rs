//! What can be typed behind `pedigree data`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use clap_complete::engine::ArgValueCandidates;

use crate::cli::candidates;
use crate::recipe::dataset::SplitName;

/// `pedigree data …`
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// List the datasets this project has prepared
    List(DataListArgs),
    /// Tell what is in a dataset, in all of a run, or in a Parquet file: columns, splits, lengths, languages, some rows
    Inspect(InspectArgs),
    /// Tell what every step of the preparation did, and what it left out and why
    Report(DataReportArgs),
    /// Compare the rows of two datasets, or of one dataset in two runs
    Diff(DataDiffArgs),
    /// Print some rows, picked by chance
    Sample(DataSampleArgs),
    /// Write a dataset's card and its Croissant description, with the tables: a folder that Hugging Face's `datasets` opens
    Card(DataCardArgs),
}

/// `pedigree data list`
#[derive(Debug, Args)]
pub struct DataListArgs {
    /// Only the datasets of this recipe
    pub recipe: Option<String>,
}

/// A dataset.
#[derive(Debug, Args)]
pub struct DataRef {
    /// The dataset: `name`, `recipe/name`, or `run/name`, where a run is its id, the end of it, or `latest`
    #[arg(add = ArgValueCandidates::new(candidates::datasets))]
    pub dataset: String,
}

/// `pedigree data inspect`
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Datasets (`name`, `recipe/name`, `run/name`), runs (all their datasets), or Parquet files
    #[arg(required = true, add = ArgValueCandidates::new(candidates::datasets))]
    pub what: Vec<String>,
    /// How many rows to show
    #[arg(short, long, default_value_t = 3)]
    pub n: usize,
    /// The seed of their choice
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
}

/// `pedigree data report`
#[derive(Debug, Args)]
pub struct DataReportArgs {
    /// The dataset
    #[command(flatten)]
    pub dataset: DataRef,
    /// Write the report as one self-contained web page
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub html: Option<PathBuf>,
}

/// `pedigree data diff`
#[derive(Debug, Args)]
pub struct DataDiffArgs {
    /// The first dataset: `name`, `recipe/name`, `run/name`
    #[arg(add = ArgValueCandidates::new(candidates::datasets))]
    pub a: String,
    /// The second dataset
    #[arg(add = ArgValueCandidates::new(candidates::datasets))]
    pub b: String,
    /// Exit with 1 where they differ
    #[arg(long)]
    pub exit_code: bool,
}

/// `pedigree data sample`
#[derive(Debug, Args)]
pub struct DataSampleArgs {
    /// The dataset
    #[command(flatten)]
    pub dataset: DataRef,
    /// Only rows of this split [default: all of them]
    #[arg(long, value_enum)]
    pub split: Option<SplitWord>,
    /// How many rows
    #[arg(short, long, default_value_t = 10)]
    pub n: usize,
    /// The seed of the choice
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Only rows with this label
    #[arg(long)]
    pub label: Option<String>,
    /// Only rows whose further field has this value; every one that is given has to fit
    #[arg(long = "where", value_name = "FIELD=VALUE", value_parser = field)]
    pub fields: Vec<(String, String)>,
    /// Print rows whole, private data included; with `--format json` they always are
    #[arg(long)]
    pub raw: bool,
}

/// `pedigree data card`
#[derive(Debug, Args)]
pub struct DataCardArgs {
    /// The dataset
    #[command(flatten)]
    pub dataset: DataRef,
    /// The folder for `README.md`, `croissant.json` and the tables [default: print the card]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// Write over what is there
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// A split, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SplitWord {
    /// What models learn from
    Train,
    /// What early stopping and tuning look at
    Validation,
    /// What only evaluations look at
    Test,
}

impl From<SplitWord> for SplitName {
    fn from(word: SplitWord) -> Self {
        match word {
            SplitWord::Train => Self::Train,
            SplitWord::Validation => Self::Validation,
            SplitWord::Test => Self::Test,
        }
    }
}

fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("expected `field=value`".to_owned()),
    }
}
