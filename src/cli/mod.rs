//! The command line: one thin file a subcommand, one place that prints.

mod arguments;
mod printer;
mod failure;
mod format;
mod session;
mod load;
mod estimate;
mod outside;

mod init;
mod templates;
mod recipes;
mod check;
mod schema;
mod show;
mod plan;
mod why;
mod run;
mod resume;
mod runs;
mod status;
mod logs;
mod stop;
mod metrics;
mod compare;
mod recorded;
mod reproduce;
mod zoo;
mod card;
mod generate;
mod data;
mod classify;
mod embed;
mod asking;
mod gc;
mod fsck;
mod doctor;
mod completions;
mod candidates;
mod man;

mod execution;
mod retry;
mod progress;
mod report;
mod accuracy;

pub use arguments::Cli;

use clap::Parser as _;

use crate::error::Exit;
use arguments::{Command, DataCommand, RecipesCommand, ZooCommand};
use session::Session;

/// Runs the program, and returns its exit code.
pub fn main() -> Exit {
    match completions::answer() {
        Ok(false) => {}
        Ok(true) => return Exit::Done,
        Err(error) => return printer::usage(&error),
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return printer::usage(&error),
    };
    let session = Session::new(&cli);
    install_log(cli.verbose, session.printer.talk_is_coloured());
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failure::report(&session.printer, &anyhow::Error::new(error).context("cannot start")),
    };
    match runtime.block_on(dispatch(&session, cli.command)) {
        Ok(exit) => exit,
        Err(error) => failure::report(&session.printer, &error),
    }
}

async fn dispatch(session: &Session, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Init(arguments) => init::run(session, &arguments),
        Command::Recipes(RecipesCommand::List) => recipes::list(session),
        Command::Recipes(RecipesCommand::Copy(arguments)) => recipes::copy(session, &arguments),
        Command::Check(arguments) => check::run(session, &arguments),
        Command::Show(arguments) => show::run(session, &arguments),
        Command::Schema => schema::run(session),
        Command::Plan(arguments) => plan::run(session, &arguments).await,
        Command::Why(arguments) => why::run(session, &arguments).await,
        Command::Run(arguments) => run::run(session, &arguments).await,
        Command::Resume(arguments) => resume::run(session, &arguments).await,
        Command::Runs(arguments) => runs::run(session, &arguments).await,
        Command::Status(arguments) => status::run(session, &arguments).await,
        Command::Logs(arguments) => logs::run(session, &arguments).await,
        Command::Stop => stop::run(session),
        Command::Metrics(arguments) => metrics::run(session, &arguments).await,
        Command::Compare(arguments) => compare::run(session, &arguments).await,
        Command::Reproduce(arguments) => reproduce::run(session, &arguments).await,
        Command::Zoo(ZooCommand::List(arguments)) => zoo::list(session, &arguments).await,
        Command::Zoo(ZooCommand::Tree) => zoo::tree(session).await,
        Command::Zoo(ZooCommand::Show(arguments)) => zoo::show(session, &arguments).await,
        Command::Card(arguments) => card::run(session, &arguments).await,
        Command::Data(DataCommand::List(arguments)) => data::list::run(session, &arguments).await,
        Command::Data(DataCommand::Inspect(arguments)) => data::inspect::run(session, &arguments).await,
        Command::Data(DataCommand::Report(arguments)) => data::report::run(session, &arguments).await,
        Command::Data(DataCommand::Diff(arguments)) => data::diff::run(session, &arguments).await,
        Command::Data(DataCommand::Sample(arguments)) => data::sample::run(session, &arguments).await,
        Command::Data(DataCommand::Card(arguments)) => data::card::run(session, &arguments).await,
        Command::Classify(arguments) => classify::run(session, &arguments).await,
        Command::Embed(arguments) => embed::run(session, &arguments).await,
        Command::Generate(arguments) => generate::run(session, &arguments).await,
        Command::Gc(arguments) => gc::run(session, &arguments).await,
        Command::Fsck => fsck::run(session).await,
        Command::Doctor(arguments) => doctor::run(session, &arguments),
        Command::Completions(arguments) => completions::run(session, &arguments),
        Command::Man(arguments) => man::run(session, &arguments),
    }
}

/// Sends the log to stderr: warnings by default, more with `-v`, exactly what `PEDIGREE_LOG` says where it is set.
fn install_log(verbose: u8, is_coloured: bool) {
    let default = match verbose {
        0 => "warn",
        1 => "pedigree=info,warn",
        _ => "pedigree=debug,info",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("PEDIGREE_LOG").unwrap_or_else(|_| default.into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(is_coloured)
        .init();
}
