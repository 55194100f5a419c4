//! What can be typed.

mod data;
mod results;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};

use crate::cli::candidates;
use crate::plan::estimate::units;

pub use data::{DataCardArgs, DataCommand, DataDiffArgs, DataListArgs, DataReportArgs, DataSampleArgs, InspectArgs};
pub use results::{
    ClassifyArgs, CompareArgs, EmbedArgs, GcArgs, GenerateArgs, LogsArgs, MetricsArgs, ModelRef, ReproduceArgs, RunRef,
    RunsArgs, ZooListArgs,
};

/// Pedigree: one recipe file for a whole fine-tune lineage; every model in the zoo knows where it comes from.
#[derive(Debug, Parser)]
#[command(name = "pedigree", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// The project whose `.pedigree` folder is used [default: the nearest one upwards, else the current folder]
    #[arg(long, global = true, value_name = "DIR", env = "PEDIGREE_WORKSPACE", hide_env = true)]
    pub workspace: Option<PathBuf>,
    /// How answers are printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
    /// Tell more of what happens; twice tells everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For programs
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a workspace here, with a first recipe that runs
    Init(InitArgs),
    /// Look at the recipes that ship with Pedigree, and copy one
    #[command(subcommand)]
    Recipes(RecipesCommand),
    /// Find every mistake in recipes, without running anything
    Check(CheckArgs),
    /// Print a recipe as it is meant: every default filled in
    Show(ShowArgs),
    /// Print the JSON Schema of recipes, for editors
    Schema,
    /// Tell what a run would do: every stage, fresh or stale and why
    Plan(PlanArgs),
    /// Tell what a stage depends on, and what changed since it was last done
    Why(WhyArgs),
    /// Run a recipe: only what is stale
    Run(RunArgs),
    /// Go on with a run that was interrupted or failed
    Resume(RunRef),
    /// List the runs
    Runs(RunsArgs),
    /// Tell how a run stands: stages, lineage, gates, samples
    Status(RunRef),
    /// Print what a stage told while it worked
    Logs(LogsArgs),
    /// Ask the run that is under way to save its state and end
    Stop,
    /// Print the numbers of a run
    Metrics(MetricsArgs),
    /// Rank the variants of a sweep, or hold runs side by side
    Compare(CompareArgs),
    /// Run a recorded recipe again elsewhere, and compare everything that comes out
    Reproduce(ReproduceArgs),
    /// Browse the models
    #[command(subcommand)]
    Zoo(ZooCommand),
    /// Print the card of a model
    Card(ModelRef),
    /// Look at prepared data
    #[command(subcommand)]
    Data(DataCommand),
    /// Let a model write, fill in `[MASK]`, or make pictures
    Generate(GenerateArgs),
    /// Let a model tell the classes of texts, pictures or sounds, or a number of each
    Classify(ClassifyArgs),
    /// Tell the vectors a model makes of texts, pictures or sounds
    Embed(EmbedArgs),
    /// Delete what nothing needs: artifacts, kept preparations, fetched data
    Gc(GcArgs),
    /// Compare every artifact with its digest, and look over the database
    Fsck,
    /// Find out whether everything is there that Pedigree needs
    Doctor(DoctorArgs),
    /// Print what a shell needs to complete commands, models, runs, stages and recipes
    Completions(CompletionsArgs),
    /// Write manual pages
    Man(ManArgs),
}

/// `pedigree recipes …`
#[derive(Debug, Subcommand)]
pub enum RecipesCommand {
    /// List the recipes that ship: what for, which tiers, how large, what data they need
    List,
    /// Copy a recipe that ships into the project
    Copy(CopyArgs),
}

/// `pedigree zoo …`
#[derive(Debug, Subcommand)]
pub enum ZooCommand {
    /// List the models
    List(ZooListArgs),
    /// Show who comes from whom
    Tree,
    /// Tell everything about one model
    Show(ModelRef),
}

/// `pedigree init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The project's folder
    #[arg(default_value = ".", value_hint = clap::ValueHint::DirPath)]
    pub folder: PathBuf,
    /// The recipe to begin with: one of those that `--list` lists
    #[arg(long, value_name = "NAME", default_value = "first", add = ArgValueCandidates::new(candidates::templates))]
    pub template: String,
    /// List the templates, and make nothing
    #[arg(long)]
    pub list: bool,
}

/// `pedigree recipes copy`
#[derive(Debug, Args)]
pub struct CopyArgs {
    /// The recipe: one of those that `pedigree recipes list` lists
    #[arg(add = ArgValueCandidates::new(candidates::shipped))]
    pub name: String,
    /// The file or the folder to copy it to [default: `recipes/` of the project]
    #[arg(value_name = "DEST", value_hint = clap::ValueHint::AnyPath)]
    pub destination: Option<PathBuf>,
    /// Write over what is there
    #[arg(long)]
    pub force: bool,
}

/// `pedigree completions`
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell; it reads the answer when it starts: `source <(pedigree completions bash)`
    #[arg(value_enum)]
    pub shell: Shell,
}

/// A shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// In `~/.bashrc`: `source <(pedigree completions bash)`
    Bash,
    /// In `~/.zshrc`, behind `compinit`: `source <(pedigree completions zsh)`
    Zsh,
    /// In `~/.config/fish/config.fish`: `pedigree completions fish | source`
    Fish,
}

/// `pedigree man`
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder the pages go to, such as `~/.local/share/man/man1`
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub folder: PathBuf,
}

/// `pedigree check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Recipes, or folders of recipes
    #[arg(required = true, add = ArgValueCompleter::new(candidates::recipes))]
    pub paths: Vec<PathBuf>,
    /// Answer in SARIF 2.1.0, for code scanners and editors
    #[arg(long)]
    pub sarif: bool,
    /// Take warnings for mistakes: exit with 2 where there are any
    #[arg(short = 'D', long)]
    pub deny_warnings: bool,
}

/// A recipe and what is changed in it.
#[derive(Debug, Clone, Args)]
pub struct RecipeArgs {
    /// The recipe
    #[arg(add = ArgValueCompleter::new(candidates::recipes))]
    pub recipe: PathBuf,
    /// Change a value: `models.general.train.budget.steps=50`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
}

/// `pedigree plan`
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The recipe and what is changed in it
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// Print the stages as a graph for another program instead
    #[arg(long, value_enum, value_name = "KIND")]
    pub graph: Option<Graph>,
    /// What a run may take at most
    #[command(flatten)]
    pub ceilings: CeilingArgs,
}

/// The programs a graph can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Graph {
    /// Graphviz
    Dot,
    /// Mermaid, as Markdown pages show it
    Mermaid,
}

/// What a run may take at most.
#[derive(Debug, Clone, Copy, Args)]
pub struct CeilingArgs {
    /// Refuse to start a run that is expected to last longer: `2h`, `30m`, `1h30m`, `90s`
    #[arg(long, value_name = "DURATION", value_parser = units::seconds)]
    pub max_time: Option<f64>,
    /// Refuse to start a run with a training that is expected to need more memory: `8GiB`, `500MB`
    #[arg(long, value_name = "SIZE", value_parser = units::bytes)]
    pub max_memory: Option<u64>,
    /// Refuse to start a run that is expected to cost more, in the currency of the settings
    #[arg(long, value_name = "AMOUNT", value_parser = units::amount)]
    pub max_cost: Option<f64>,
}

/// `pedigree doctor`
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Measure how fast this machine computes, and keep it for the estimates of `pedigree plan`
    #[arg(long)]
    pub measure: bool,
}

/// `pedigree show recipe`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// What to show
    #[arg(value_enum)]
    pub what: Shown,
    /// The recipe and what is changed in it
    #[command(flatten)]
    pub recipe: RecipeArgs,
}

/// What `show` shows.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Shown {
    /// The recipe, resolved
    Recipe,
}

/// `pedigree why`
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// The recipe
    #[arg(add = ArgValueCompleter::new(candidates::recipes))]
    pub recipe: PathBuf,
    /// The stage, such as `train:industry`
    #[arg(add = ArgValueCandidates::new(candidates::stages))]
    pub stage: String,
    /// Change a value
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
}

/// `pedigree run`
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The recipe and what is changed in it
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// Do only this stage and those it needs
    #[arg(long, value_name = "STAGE", add = ArgValueCandidates::new(candidates::stages))]
    pub only: Vec<String>,
    /// Do this stage again although it is fresh
    #[arg(long, value_name = "STAGE", add = ArgValueCandidates::new(candidates::stages))]
    pub force: Vec<String>,
    /// Do only what failed in the newest run of this recipe, and what was skipped because of it
    #[arg(long, conflicts_with_all = ["only", "force"])]
    pub only_failed: bool,
    /// What the run may take at most
    #[command(flatten)]
    pub ceilings: CeilingArgs,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        super::Cli::command().debug_assert();
    }
}
