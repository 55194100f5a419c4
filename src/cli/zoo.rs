//! `pedigree zoo`: what models there are, where they come from, and whether they are any good.

use crate::cli::arguments::{ModelRef, ZooListArgs};
use crate::cli::format::{bytes, count, short, table, time};
use crate::cli::session::Session;
use crate::error::Exit;
use crate::store::ModelVersion;
use crate::zoo::{TreeNode, forest};

/// Lists the models: the newest version of each, or all.
///
/// # Errors
/// When there is no workspace, or the database cannot be read.
pub async fn list(session: &Session, arguments: &ZooListArgs) -> anyhow::Result<Exit> {
    let (_, store, _) = session.reading().await?;
    let mut models = match &arguments.search {
        Some(text) => store.search(text).await?,
        None => store.models().await?,
    };
    store.close().await;
    if !arguments.all {
        models.dedup_by(|next, newest| next.name == newest.name);
    }
    session.printer.answer(&models, || match models.is_empty() {
        true => "no models: a recipe with `publish` puts its models here".to_owned(),
        false => table(
            &["model", "tier", "parameters", "licence", "from", "aliases", "run"],
            &models.iter().map(row).collect::<Vec<_>>(),
            &[2],
        ),
    });
    Ok(Exit::Done)
}

fn row(model: &ModelVersion) -> Vec<String> {
    vec![
        model.reference(),
        model.tier.word().to_owned(),
        short(model.parameters),
        model.license.clone().unwrap_or_default(),
        model.parents.join(", "),
        aliases(model),
        model.run.short(),
    ]
}

fn aliases(model: &ModelVersion) -> String {
    model.aliases.iter().map(|alias| format!("{}@{alias}", model.entry)).collect::<Vec<_>>().join(", ")
}

/// Shows every model below the one it was trained from.
///
/// # Errors
/// When there is no workspace, or the database cannot be read.
pub async fn tree(session: &Session) -> anyhow::Result<Exit> {
    let (_, store, _) = session.reading().await?;
    let trees = forest(&store.models().await?);
    store.close().await;
    session.printer.answer(&trees, || {
        let mut lines = Vec::new();
        for tree in &trees {
            grow(tree, "", "", &mut lines);
        }
        if lines.is_empty() { "no models yet".to_owned() } else { lines.join("\n") }
    });
    Ok(Exit::Done)
}

fn grow(node: &TreeNode, mark: &str, indent: &str, lines: &mut Vec<String>) {
    let model = &node.model;
    let aliases = if model.aliases.is_empty() { String::new() } else { format!("  ← {}", aliases(model)) };
    lines.push(format!(
        "{mark}{}  {}, {} parameters{aliases}",
        model.reference(),
        model.tier.word(),
        short(model.parameters)
    ));
    for (i, child) in node.children.iter().enumerate() {
        let is_last = i + 1 == node.children.len();
        let (branch, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        grow(child, &format!("{indent}{branch}"), &format!("{indent}{below}"), lines);
    }
}

/// Tells everything about one model.
///
/// # Errors
/// When there is no such model.
pub async fn show(session: &Session, arguments: &ModelRef) -> anyhow::Result<Exit> {
    let (_, store, _) = session.reading().await?;
    let model = store.model_by_reference(&arguments.model).await?;
    let lineage: Vec<String> = store.lineage_of(&model).await?.iter().map(ModelVersion::reference).collect();
    let children: Vec<String> = store.children_of(&model).await?.iter().map(ModelVersion::reference).collect();
    store.close().await;
    let answer = serde_json::json!({ "model": model, "lineage": lineage, "children": children });
    session.printer.answer(&answer, || {
        let facts = [
            ("model", model.reference()),
            ("what for", model.description.clone()),
            ("tier", model.tier.word().to_owned()),
            ("architecture", model.architecture.word().to_owned()),
            ("classes", model.classification.as_ref().map(|own| own.classes.join(", ")).unwrap_or_default()),
            ("parameters", count(model.parameters)),
            ("licence", model.license.clone().unwrap_or_default()),
            ("language", model.tags.language.join(", ")),
            ("domain", model.tags.domain.clone().unwrap_or_default()),
            ("aliases", aliases(&model)),
            ("ancestors", lineage.join(" ← ")),
            ("children", children.join(", ")),
            ("run", model.run.to_string()),
            ("published", format!("{} UTC", time(model.created_at_ms))),
            ("weights", format!("{} ({})", model.weights.digest, bytes(model.weights.bytes))),
            ("tokenizer", model.tokenizer.as_ref().map(|own| own.digest.to_string()).unwrap_or_default()),
        ];
        let known = facts.iter().filter(|(_, value)| !value.is_empty());
        known.map(|(name, value)| format!("{name:<14}{value}")).collect::<Vec<_>>().join("\n")
    });
    Ok(Exit::Done)
}
