//! Gathers what an estimate is made from: the database, the settings, the measured rates and this machine.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::de::DeserializeOwned;

use crate::artifact::{ArtifactStore, Workspace};
use crate::cli::arguments::CeilingArgs;
use crate::cli::failure::Complaint;
use crate::cli::format::{bytes, seconds};
use crate::cli::session::Session;
use crate::error::Exit;
use crate::id::{Name, StageId, StageKind};
use crate::plan::estimate::known::{Counted, Host};
use crate::plan::estimate::limits::{Broken, Ceilings, Limit, broken};
use crate::plan::estimate::scant::scant;
use crate::plan::{self, Done, Estimate, Known, Ledger, Plan, Sources, Stage, Work};
use crate::provenance;
use crate::recipe::Recipe;
use crate::recipe::dataset::SplitName;
use crate::record::rate::MatrixRates;
use crate::record::report::{DatasetReport, TokensReport};
use crate::settings::{self, DeviceSettings};
use crate::store::Store;

/// How many of the newest runs an estimate looks at.
const N_RUNS: u32 = 30;
/// The most trainings it looks at.
const N_TRAININGS: u32 = 100;

/// Tells which trainings have too little to learn from.
pub fn warn(session: &Session, plan: &Plan) {
    for told in scant(plan) {
        session.printer.warning(&told);
    }
}

/// Puts into a judged plan what it will take.
///
/// # Errors
/// With every mistake in the settings, and when the database cannot be read.
pub async fn put(
    session: &Session,
    recipe: &Recipe,
    plan: &mut Plan,
    ledger: &Ledger,
    sources: Sources,
) -> anyhow::Result<()> {
    let workspace = session.workspace().ok();
    plan.estimate = Some(of(workspace.as_ref(), recipe, plan, ledger, sources).await?);
    Ok(())
}

async fn of(
    workspace: Option<&Workspace>,
    recipe: &Recipe,
    plan: &Plan,
    ledger: &Ledger,
    sources: Sources,
) -> anyhow::Result<Estimate> {
    let mut known = Known { sources, host: host(), ..Known::default() };
    let mut device = DeviceSettings::default();
    if let Some(workspace) = workspace {
        device = settings::device(workspace)?;
        known.rates = rates(workspace);
        known.tokens = tokens(workspace, plan, ledger);
        known.records = records(workspace, plan, ledger);
        if workspace.database().exists() {
            let store = Store::open_reading(workspace).await.context("cannot read the database")?;
            known.trainings = store.past_trainings(N_RUNS, N_TRAININGS).await?;
            known.durations = store.past_durations(&plan.recipe, N_RUNS).await?;
            store.close().await;
        }
    }
    known.device = device.or_of_recipe(recipe.run.accelerator.as_ref());
    (known.watts, known.price) = (device.watts, device.price);
    Ok(plan::estimate::of(plan, &known))
}

/// Returns the measured rates of a workspace; a file that is missing, damaged or of another version has none.
fn rates(workspace: &Workspace) -> Vec<crate::record::rate::MatrixRate> {
    let file = std::fs::read(workspace.rates()).ok();
    match file.and_then(|bytes| serde_json::from_slice::<MatrixRates>(&bytes).ok()) {
        Some(MatrixRates { version: MatrixRates::VERSION, rates }) => rates,
        Some(_) | None => Vec::new(),
    }
}

/// Returns the tokens that earlier runs counted; a report that cannot be read is as none.
fn tokens(workspace: &Workspace, plan: &Plan, ledger: &Ledger) -> BTreeMap<StageId, Counted> {
    let counted = |stage: &Stage| {
        let (done, is_of_this_plan) = last(stage, ledger)?;
        let report: TokensReport = report(workspace, done)?;
        Some((stage.id.clone(), Counted { report, run: done.run, is_of_this_plan }))
    };
    plan.stages.iter().filter(|stage| stage.id.kind() == StageKind::Tokens).filter_map(counted).collect()
}

/// Returns the records that earlier runs counted in the training splits of the datasets.
fn records(workspace: &Workspace, plan: &Plan, ledger: &Ledger) -> BTreeMap<Name, u64> {
    let counted = |stage: &Stage| match &stage.work {
        Work::Dataset(work) => {
            let report: DatasetReport = report(workspace, last(stage, ledger)?.0)?;
            Some((work.name.clone(), report.splits.get(&SplitName::Train)?.records))
        }
        Work::Import(_)
        | Work::Tokenizer(_)
        | Work::Tokens(_)
        | Work::Contamination(_)
        | Work::Uncontaminated(_)
        | Work::Train(_)
        | Work::Evaluate(_)
        | Work::Sample(_)
        | Work::Gate(_)
        | Work::Analyse(_)
        | Work::Card(_)
        | Work::Publish(_) => None,
    };
    plan.stages.iter().filter_map(counted).collect()
}

/// Returns the same work of an earlier run and `true`, else what the stage last did and `false`.
fn last<'l>(stage: &Stage, ledger: &'l Ledger) -> Option<(&'l Done, bool)> {
    match ledger.done.get(&stage.fingerprint) {
        Some(done) => Some((done, true)),
        None => ledger.newest.get(&stage.id).map(|done| (done, false)),
    }
}

/// Returns what a stage told of its work; a report that cannot be read is as none.
pub fn report<T: DeserializeOwned>(workspace: &Workspace, done: &Done) -> Option<T> {
    let bytes = ArtifactStore::new(workspace).read(done.outputs.get("report.json")?.digest).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Returns what one core of this machine does at most: fused multiply-adds on its widest registers, two in a cycle.
fn host() -> Host {
    let system = provenance::system();
    let has = |feature: &str| system.cpu_features.iter().any(|found| found == feature);
    let operations_per_cycle = if has("avx512f") {
        64
    } else if has("avx2") && has("fma") {
        32
    } else {
        16
    };
    Host { cpu: system.cpu, operations_per_cycle }
}

/// Returns what a plan would break of what a run may take at most.
///
/// # Errors
/// When there is a ceiling for the cost, and no price.
pub fn over(plan: &Plan, arguments: &CeilingArgs) -> anyhow::Result<Vec<Broken>> {
    let CeilingArgs { max_time, max_memory, max_cost } = *arguments;
    let Some(estimate) = &plan.estimate else { return Ok(Vec::new()) };
    if max_cost.is_some() && estimate.currency.is_none() {
        let hint = "set one in `.pedigree/settings.yaml`: `device: { price-per-hour: 2.50, currency: EUR }`";
        return Err(Complaint::input("`--max-cost` needs a price, and none is set", hint).into());
    }
    Ok(broken(plan, estimate, &Ceilings { seconds: max_time, memory: max_memory, cost: max_cost }))
}

/// Complains of the first ceiling that is broken, with all of them in words.
///
/// # Errors
/// When one is broken.
pub fn refuse(broken: &[Broken], currency: Option<&str>) -> Result<(), Complaint> {
    if broken.is_empty() {
        return Ok(());
    }
    let words: Vec<String> = broken.iter().map(|one| in_words(one, currency)).collect();
    let message = format!("the run is not started: {}", words.join("; "));
    let hint = "raise the limit, lower the budget of the stage, or `--set` another; `pedigree plan` shows every stage";
    Err(Complaint { message, hint: Some(hint.to_owned()), exit: Exit::Resources })
}

/// Returns what is broken, by which stage and by how much.
pub fn in_words(broken: &Broken, currency: Option<&str>) -> String {
    let Broken { limit, stage, alone, needed, allowed } = broken;
    let shown = |value: f64| match limit {
        Limit::Time => seconds(value),
        Limit::Memory => bytes(value as u64),
        Limit::Cost => format!("{value:.2} {}", currency.unwrap_or_default()).trim_end().to_owned(),
    };
    match limit {
        Limit::Memory => format!("{stage} needs {} of memory, over `{limit}` {}", shown(*needed), shown(*allowed)),
        Limit::Time | Limit::Cost => {
            format!(
                "with {stage} ({}) it goes over `{limit}` {}: all of it takes {}",
                shown(*alone),
                shown(*allowed),
                shown(*needed)
            )
        }
    }
}
