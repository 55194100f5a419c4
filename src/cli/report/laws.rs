//! What the analyses of a run have found: the law, how well it holds, a plot, and where the figure lies.

use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use crate::analysis::ScalingLaw;
use crate::analysis::figure::formula;
use crate::analysis::law::{Estimate, FAR, Prediction};
use crate::analysis::plot::plot;
use crate::analysis::ticks;
use crate::artifact::{ArtifactStore, Workspace};
use crate::cli::format::{metric, plural, short, table};
use crate::cli::printer::Printer;
use crate::id::{Name, StageId, StageKind};
use crate::recipe::Recipe;
use crate::store::StageRunRow;

/// A law a run has found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LawView {
    /// The analysis.
    pub name: Name,
    /// The evaluation whose loss it is one of.
    pub evaluation: Name,
    /// The law.
    pub law: ScalingLaw,
    /// Where the figure lies.
    pub figure: PathBuf,
}

/// Reads the laws of a run, and puts their figures where people can open them.
///
/// # Errors
/// When an artifact cannot be read, or a figure cannot be written.
pub fn load(
    workspace: &Workspace,
    artifacts: &ArtifactStore,
    recipe: &Recipe,
    stages: &[StageRunRow],
) -> anyhow::Result<Vec<LawView>> {
    let mut laws = Vec::new();
    for (name, analysis) in &recipe.analyses {
        let id = StageId::new(StageKind::Analyse, name);
        let Some(outputs) = stages.iter().find(|stage| stage.stage == id).map(|stage| &stage.outputs) else { continue };
        let (Some(law), Some(figure)) = (outputs.get("law.json"), outputs.get("law.svg")) else { continue };
        let law = serde_json::from_slice(&artifacts.read(law.digest)?).context("`law.json` cannot be read")?;
        let folder = workspace.folder().join("analyses");
        // The name says what is in it: a figure that was put there is never changed.
        let path = folder.join(format!("{}-{name}-{}.svg", recipe.name, &figure.digest.short()[..8]));
        if !path.exists() {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(&path, artifacts.read(figure.digest)?)?;
        }
        let shown = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok().map(PathBuf::from));
        let evaluation = analysis.evaluation().clone();
        laws.push(LawView { name: name.clone(), evaluation, law, figure: shown.unwrap_or(path) });
    }
    Ok(laws)
}

/// Returns a law as people read it.
pub fn human(printer: &Printer, view: &LawView) -> String {
    let LawView { name, evaluation, law, figure } = view;
    let title = format!("scaling law {name}");
    let mut parts = vec![format!(
        "{}  {} with C = 6·N·D, fitted to {} on {evaluation}",
        printer.heading(&title),
        formula(law),
        plural(n_models(law), "model"),
    )];
    parts.push(coefficients(law));
    parts.push(String::new());
    parts.push(plot(law));
    parts.push(String::new());
    parts.push(points(law));
    for prediction in &law.predictions {
        parts.push(predicted(prediction));
        if prediction.is_far() {
            let far = ticks::short(prediction.beyond, 2);
            let warning =
                format!("  warning: that is {far} times beyond the trainings; past a factor of {FAR} a law is a guess");
            parts.push(printer.verdict(false, &warning));
        }
    }
    parts.push(format!("figure  {}", figure.display()));
    parts.join("\n")
}

fn n_models(law: &ScalingLaw) -> usize {
    law.points.iter().map(|point| &point.model).collect::<std::collections::BTreeSet<_>>().len()
}

fn coefficients(law: &ScalingLaw) -> String {
    let floor = match law.floor_rule.words() {
        None => with_error(law.floor),
        Some(why) => format!("0 ({why})"),
    };
    let residual = law.residual.map_or_else(|| "unknown".to_owned(), |share| format!("{:.2} %", share * 100.0));
    let explained = law.r_squared.map_or_else(|| "unknown".to_owned(), |share| format!("{share:.4}"));
    format!(
        "  α = {}   A = {}   E = {floor}\n  losses around the law: {residual} · R² = {explained} · n = {}",
        with_error(law.exponent),
        with_error(law.scale),
        law.points.len()
    )
}

fn with_error(Estimate { value, error }: Estimate) -> String {
    let error = error.map(|error| format!(" ± {}", ticks::short(error, 2))).unwrap_or_default();
    format!("{}{error}", ticks::short(value, 4))
}

fn points(law: &ScalingLaw) -> String {
    let row = |point: &crate::analysis::law::Point| {
        vec![
            point.model.to_string(),
            short(point.parameters),
            short(point.tokens),
            ticks::short(point.compute, 3),
            metric(point.loss),
            metric(point.fitted),
            format!("{:+.2} %", (point.loss / point.fitted - 1.0) * 100.0),
        ]
    };
    let header = ["model", "parameters", "tokens", "FLOP", "loss", "law", "off by"];
    table(&header, &law.points.iter().map(row).collect::<Vec<_>>(), &[1, 2, 3, 4, 5, 6])
}

fn predicted(prediction: &Prediction) -> String {
    let Prediction { parameters, tokens, compute, loss, low, high, beyond: _ } = prediction;
    let interval = low.zip(*high).map(|(low, high)| format!(" (95 %: {} to {})", metric(low), metric(high)));
    format!(
        "predicted  {} parameters on {} tokens ({} FLOP): loss {}{}",
        short(*parameters),
        short(*tokens),
        ticks::short(*compute, 3),
        metric(*loss),
        interval.unwrap_or_default()
    )
}
