//! What can be typed behind commands that look at runs and models, or use them.

use std::path::PathBuf;

use clap::Args;
use clap_complete::engine::ArgValueCandidates;

use crate::cli::candidates;

/// A run.
#[derive(Debug, Args)]
pub struct RunRef {
    /// The run: its id, the end of it, or `latest`
    #[arg(default_value = "latest", add = ArgValueCandidates::new(candidates::runs))]
    pub run: String,
}

/// `pedigree runs`
#[derive(Debug, Args)]
pub struct RunsArgs {
    /// How many of the newest
    #[arg(long, default_value_t = 20)]
    pub limit: u32,
    /// Hold what was expected of them beside what they took
    #[arg(long)]
    pub estimates: bool,
}

/// `pedigree logs`
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// The run: its id, the end of it, or `latest`
    #[arg(default_value = "latest", add = ArgValueCandidates::new(candidates::runs))]
    pub run: String,
    /// The stage, such as `train:general` [default: all of them]
    #[arg(add = ArgValueCandidates::new(candidates::stages))]
    pub stage: Option<String>,
    /// Go on printing until the run ends
    #[arg(short, long)]
    pub follow: bool,
}

/// `pedigree metrics`
#[derive(Debug, Args)]
pub struct MetricsArgs {
    /// The run: its id, the end of it, or `latest`
    #[arg(default_value = "latest", add = ArgValueCandidates::new(candidates::runs))]
    pub run: String,
    /// The stage, such as `train:general` [default: every training]
    #[arg(long, add = ArgValueCandidates::new(candidates::stages))]
    pub stage: Option<String>,
    /// The metric, such as `train/loss`: every point instead of the last
    #[arg(long)]
    pub name: Option<String>,
}

/// `pedigree compare`
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The runs: one or more sweeps, whose variants are ranked, or two or more other runs
    #[arg(required = true, add = ArgValueCandidates::new(candidates::runs))]
    pub runs: Vec<String>,
    /// Rank by this evaluation [default: the first on data the ranked models learned from]
    #[arg(long, value_name = "EVALUATION")]
    pub by: Option<String>,
    /// Rank the variants of this model, as the recipe names it [default: the deepest of the lineage]
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Hold the runs side by side although they are sweeps
    #[arg(long, conflicts_with_all = ["by", "model"])]
    pub side_by_side: bool,
}

/// `pedigree reproduce`
#[derive(Debug, Args)]
pub struct ReproduceArgs {
    /// The run: its id, the end of it, or `latest`
    #[arg(default_value = "latest", add = ArgValueCandidates::new(candidates::runs))]
    pub run: String,
    /// Where to run it again [default: a folder in `.pedigree/reproductions`]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub into: Option<PathBuf>,
    /// The relative difference up to which metrics count as equal
    #[arg(long, default_value_t = 1e-3)]
    pub tolerance: f64,
}

/// `pedigree zoo list`
#[derive(Debug, Args)]
pub struct ZooListArgs {
    /// Only models that have this in their name, tags or recipe
    pub search: Option<String>,
    /// Every version instead of the newest
    #[arg(long)]
    pub all: bool,
}

/// A model.
#[derive(Debug, Args)]
pub struct ModelRef {
    /// The model: `name`, `name@v3` or `name@alias`
    #[arg(add = ArgValueCandidates::new(candidates::models))]
    pub model: String,
}

/// `pedigree generate`
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// The model: `name`, `name@v3` or `name@alias`
    #[arg(add = ArgValueCandidates::new(candidates::models))]
    pub model: String,
    /// The text the model goes on from, or of which it fills in every `[MASK]`; with `--output`, pictures that an autoencoder makes again
    #[arg(value_name = "TEXT")]
    pub texts: Vec<String>,
    /// The text the model goes on from, where it does not stand behind the model
    #[arg(short, long)]
    pub prompt: Option<String>,
    /// The PNG file that the pictures of a `gan` or an autoencoder go to
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, conflicts_with = "prompt")]
    pub output: Option<PathBuf>,
    /// How many pictures a `gan` makes
    #[arg(long, default_value_t = 64, value_parser = pictures)]
    pub pictures: usize,
    /// The most tokens to write
    #[arg(long, default_value_t = 128)]
    pub max_tokens: u32,
    /// How daring the choice is: 0 always takes the likeliest token
    #[arg(long, default_value_t = 0.0)]
    pub temperature: f64,
    /// Choose among so many of the likeliest tokens, 0 means all; or tell so many of every `[MASK]` [default there: 5]
    #[arg(long, default_value_t = 0)]
    pub top_k: u32,
    /// Choose among the likeliest tokens that together have this probability
    #[arg(long, default_value_t = 1.0)]
    pub top_p: f64,
    /// The seed of the choice
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
    /// Where tensors live: `auto`, `cpu`, `cuda:N`, `flex`
    #[arg(long, default_value = "auto")]
    pub device: String,
    /// The number of threads
    #[arg(long, default_value_t = 2)]
    pub threads: u32,
}

/// `pedigree classify`
#[derive(Debug, Args)]
pub struct ClassifyArgs {
    /// The model: `name`, `name@v3` or `name@alias`
    #[arg(add = ArgValueCandidates::new(candidates::models))]
    pub model: String,
    /// Texts, or files of pictures or sounds, as the model reads them; `pictures-idx3-ubyte.gz#12` is the twelfth of a file of MNIST's
    /// format [default: standard input, one a line]
    #[arg(value_name = "RECORD", value_hint = clap::ValueHint::FilePath)]
    pub records: Vec<String>,
    /// The file with the texts or the names of files, one a line; `-` reads standard input
    #[arg(long, conflicts_with = "records", value_hint = clap::ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Tell which of these texts is nearest to a picture, with a `clip`
    #[arg(long, num_args = 1.., value_name = "TEXT")]
    pub classes: Vec<String>,
    /// Tell so many of the likeliest classes
    #[arg(long, value_name = "N")]
    pub top_k: Option<usize>,
    /// Where tensors live: `auto`, `cpu`, `cuda:N`, `flex`
    #[arg(long, default_value = "auto")]
    pub device: String,
    /// The number of threads
    #[arg(long, default_value_t = 2)]
    pub threads: u32,
}

/// `pedigree embed`
#[derive(Debug, Args)]
pub struct EmbedArgs {
    /// The model: `name`, `name@v3` or `name@alias`
    #[arg(add = ArgValueCandidates::new(candidates::models))]
    pub model: String,
    /// Texts, or files of pictures or sounds, as the model reads them [default: standard input, one a line]
    #[arg(value_name = "RECORD", value_hint = clap::ValueHint::FilePath)]
    pub records: Vec<String>,
    /// The file with the texts or the names of files, one a line; `-` reads standard input
    #[arg(long, conflicts_with = "records", value_hint = clap::ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Scale every vector to a length of 1
    #[arg(long)]
    pub unit: bool,
    /// Write the vectors into a file, `.parquet` or `.jsonl`
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Where tensors live: `auto`, `cpu`, `cuda:N`, `flex`
    #[arg(long, default_value = "auto")]
    pub device: String,
    /// The number of threads
    #[arg(long, default_value_t = 2)]
    pub threads: u32,
}

/// Reads how many pictures are made: 1 to 4096.
fn pictures(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (1..=4096).contains(n)).ok_or_else(|| "expected 1 to 4096 pictures".to_owned())
}

/// `pedigree gc`
#[derive(Debug, Args)]
pub struct GcArgs {
    /// Only tell what would go
    #[arg(long)]
    pub dry_run: bool,
    /// Delete all fetched data too: it has to be fetched again before it is read again
    #[arg(long)]
    pub sources: bool,
}
