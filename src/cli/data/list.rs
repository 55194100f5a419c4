//! `pedigree data list`: the datasets this project has prepared.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::arguments::DataListArgs;
use crate::cli::data::found::{Found, Shelf};
use crate::cli::data::tables::{COLUMNS, fit};
use crate::cli::failure::Complaint;
use crate::cli::format::{bytes, count, duration, short, table};
use crate::cli::session::Session;
use crate::error::Exit;
use crate::id::{Digest, RunId};
use crate::recipe::dataset::SplitName;

/// A dataset in the list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Listed {
    dataset: String,
    source: String,
    files: u64,
    source_bytes: u64,
    bad_rows: u64,
    rows_in: u64,
    /// The records that an extraction made of the rows.
    records_extracted: Option<u64>,
    rows_out: u64,
    bytes: u64,
    splits: BTreeMap<SplitName, u64>,
    tokens: BTreeMap<String, u64>,
    digest: Digest,
    fingerprint: Digest,
    run: RunId,
    prepared_at_ms: Option<i64>,
}

/// Lists the datasets, of all recipes or of one.
///
/// # Errors
/// When there is no workspace, when the database cannot be read, and when the recipe has prepared nothing.
pub async fn run(session: &Session, arguments: &DataListArgs) -> anyhow::Result<Exit> {
    let shelf = Shelf::open(session).await?;
    let mut newest = shelf.newest().await?;
    if let Some(recipe) = &arguments.recipe {
        newest.retain(|one| one.recipe.as_str() == recipe);
        if newest.is_empty() {
            let hint = "a recipe is named by its `name`; `pedigree data list` lists the datasets of all";
            return Err(Complaint::input(format!("recipe `{recipe}` has prepared no dataset"), hint).into());
        }
    }
    let mut datasets = Vec::new();
    for prepared in newest {
        datasets.push(listed(&shelf.load(prepared).await?));
    }
    shelf.close().await;
    session.printer.answer(&datasets, || match datasets.is_empty() {
        true => "no datasets yet: `pedigree run recipes/…` prepares those of a recipe".to_owned(),
        false => human(&datasets),
    });
    Ok(Exit::Done)
}

fn listed(found: &Found) -> Listed {
    let facts = &found.facts;
    Listed {
        dataset: facts.reference(),
        source: facts.source_word().to_owned(),
        files: facts.report.files,
        source_bytes: facts.report.source_bytes,
        bad_rows: facts.report.bad_rows,
        rows_in: facts.rows_in(),
        records_extracted: facts.extracted(),
        rows_out: facts.rows_out(),
        bytes: facts.bytes_out(),
        splits: facts.report.splits.iter().map(|(name, split)| (*name, split.records)).collect(),
        tokens: facts.tokens.iter().map(|(name, report)| (name.clone(), report.tokens.values().sum())).collect(),
        digest: facts.digest(),
        fingerprint: facts.fingerprint,
        run: found.run(),
        prepared_at_ms: found.prepared.prepared_at_ms,
    }
}

/// Returns a table with a line of details below each row.
fn human(datasets: &[Listed]) -> String {
    let now = jiff::Timestamp::now().as_millisecond();
    let row = |one: &Listed| {
        let age = one.prepared_at_ms.map(|at| duration((now - at).max(0) as u64)).unwrap_or_default();
        vec![
            fit(&one.dataset, 24),
            fit(&one.source, 12),
            short(one.files),
            format!("{} → {}", short(one.rows_in), short(one.rows_out)),
            bytes(one.bytes),
            one.run.short(),
            age,
        ]
    };
    let header = ["dataset", "source", "files", "rows", "size", "run", "age"];
    let rows = table(&header, &datasets.iter().map(row).collect::<Vec<_>>(), &[2, 3, 4, 6]);
    let (head, rows) = rows.split_once('\n').unwrap_or((&rows, ""));
    let lines = rows.lines().zip(datasets).map(|(row, one)| format!("{row}\n{}", details(one)));
    format!("{head}\n{}", lines.collect::<Vec<_>>().join("\n"))
}

fn details(one: &Listed) -> String {
    let filled = one.splits.iter().filter(|(_, n)| **n > 0);
    let splits = filled.map(|(name, n)| format!("{} {}", name.word(), count(*n))).collect::<Vec<_>>().join(", ");
    let (digest, most) = (one.digest.short(), COLUMNS - 3);
    let first = format!("   {}", fit(&format!("{digest} · {splits}"), most));
    // A tokenizer is told where there is room for it, and else on a line of its own.
    one.tokens.iter().fold(first, |mut lines, (name, n)| {
        let tokens = fit(&format!("{} tokens of {name}", short(*n)), most);
        let width = console::measure_text_width(lines.lines().last().unwrap_or_default());
        let has_room = width + 3 + console::measure_text_width(&tokens) <= COLUMNS;
        lines.push_str(if has_room { " · " } else { "\n   " });
        lines + &tokens
    })
}
