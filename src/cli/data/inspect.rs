//! `pedigree data inspect`: what is in datasets and Parquet files.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::card::dataset::{Bars, profile};
use crate::cli::arguments::InspectArgs;
use crate::cli::data::found::{Found, Shelf};
use crate::cli::data::report::splits;
use crate::cli::data::sample::row;
use crate::cli::data::tables::{bars, fit, lines, quote, section};
use crate::cli::failure::Complaint;
use crate::cli::format::{bytes, count, plural};
use crate::cli::printer::Printer;
use crate::cli::session::Session;
use crate::data::look::{self, Column, TableFacts, Wanted};
use crate::data::prepare::Profiler;
use crate::data::table;
use crate::error::Exit;
use crate::recipe::dataset::SplitName;

/// The most characters of a cell that is shown.
const MOST_CHARS: usize = 160;

/// What is in something, for programs and for people.
struct Told {
    answer: Value,
    human: String,
}

/// Tells what is in every dataset, run and file that is named.
///
/// # Errors
/// When one of them is not there, or damaged.
pub async fn run(session: &Session, arguments: &InspectArgs) -> anyhow::Result<Exit> {
    let mut all = Vec::new();
    let mut shelf = None;
    for what in &arguments.what {
        if let Some(path) = file(what)? {
            all.push(of_file(&session.printer, &path, arguments)?);
            continue;
        }
        let shelf = match &mut shelf {
            Some(shelf) => shelf,
            None => shelf.insert(Shelf::open(session).await?),
        };
        for prepared in shelf.named(what).await? {
            all.push(of_dataset(&session.printer, &shelf.load(prepared).await?, arguments)?);
        }
    }
    if let Some(shelf) = shelf {
        shelf.close().await;
    }
    let answers: Vec<&Value> = all.iter().map(|told| &told.answer).collect();
    session.printer.answer(&answers, || all.iter().map(|told| told.human.as_str()).collect::<Vec<_>>().join("\n\n\n"));
    Ok(Exit::Done)
}

/// Returns the file that is meant, where a file is meant.
fn file(what: &str) -> Result<Option<PathBuf>, Complaint> {
    let path = PathBuf::from(what);
    let is_named_so = path.extension().is_some_and(|extension| extension == "parquet");
    match (is_named_so || what.starts_with(['/', '.']), path.is_file()) {
        (true, true) => Ok(Some(path)),
        (true, false) => Err(Complaint::input(
            format!("there is no file `{what}`"),
            "datasets are named without a path: `recipe/name`",
        )),
        (false, _) => Ok(None),
    }
}

fn of_dataset(printer: &Printer, found: &Found, arguments: &InspectArgs) -> anyhow::Result<Told> {
    let facts = &found.facts;
    let tables = found.tables()?;
    let of_tables = tables.iter().map(|(_, path)| look::facts(path)).collect::<Result<Vec<_>, _>>()?;
    let columns = together(&of_tables);
    let rows = of_tables.iter().map(|table| table.rows).sum();
    let picked = look::pick(tables, &Wanted::default(), arguments.n, arguments.seed)?;
    let answer = json!({
        "dataset": facts.reference(),
        "run": found.run(),
        "digest": facts.digest(),
        "description": facts.description,
        "license": facts.license,
        "language": facts.language,
        "source": facts.source,
        "source-digest": facts.source_digest,
        "rows": rows,
        "columns": columns,
        "files": facts.files,
        "splits": facts.report.splits,
        "tokens": facts.tokens,
        "profile": facts.report.profile,
    });
    let samples: Vec<String> = picked.rows.iter().flat_map(|(split, record)| row(*split, record, false)).collect();
    let parts = [
        Some(head(printer, found)),
        schema(printer, &columns, rows),
        Some(splits(printer, found)),
        Some(drawn(printer, &profile(&facts.report.profile))).filter(|text| !text.is_empty()),
        lines(printer.heading("some rows"), &samples),
        lines(printer.heading("tables"), &places(tables)),
    ];
    Ok(Told { answer, human: parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n") })
}

fn head(printer: &Printer, found: &Found) -> String {
    let facts = &found.facts;
    let known = |what: &str, value: &str| (!value.is_empty()).then(|| format!("{what:<13}{value}"));
    let lines = [
        Some(format!(
            "{}  {}  run {}",
            printer.heading(&facts.reference()),
            facts.digest().short(),
            found.run().short()
        )),
        known("what", &facts.description),
        known("licence", facts.license.as_deref().unwrap_or("unknown")),
        known("language", &facts.language.join(", ")),
        known("source", &source(found)),
    ];
    lines.into_iter().flatten().map(|line| fit(&line, 200)).collect::<Vec<_>>().join("\n")
}

fn source(found: &Found) -> String {
    let facts = &found.facts;
    let digest = facts.source_digest.map(|digest| format!(", digest {}", digest.short())).unwrap_or_default();
    format!(
        "{}: {}, {}{digest}",
        facts.source_word(),
        plural(facts.report.files as usize, "file"),
        bytes(facts.report.source_bytes)
    )
}

/// Returns the columns of tables that have the same ones.
fn together(tables: &[TableFacts]) -> Vec<Column> {
    let mut columns = tables.first().map(|table| table.columns.clone()).unwrap_or_default();
    for column in &mut columns {
        let nulls = tables.iter().flat_map(|table| &table.columns).filter(|other| other.name == column.name);
        column.nulls = nulls.map(|other| other.nulls).sum();
    }
    columns
}

fn schema(printer: &Printer, columns: &[Column], rows: u64) -> Option<String> {
    let row = |column: &Column| {
        let nulls = crate::cli::data::tables::percent(column.nulls, rows.max(1));
        vec![fit(&column.name, 24), fit(&column.values, 36), count(column.nulls), nulls]
    };
    let rows: Vec<Vec<String>> = columns.iter().map(row).collect();
    section(printer.heading("columns"), &["column", "values", "missing", ""], &rows, &[2, 3])
}

fn drawn(printer: &Printer, all: &[Bars]) -> String {
    let drawn = all.iter().map(|group| bars(printer.heading(&fit(&group.title, 78)), group));
    drawn.collect::<Vec<_>>().join("\n\n")
}

fn places(tables: &[(SplitName, PathBuf)]) -> Vec<String> {
    tables.iter().map(|(split, path)| format!("  {:<12}{}", split.word(), path.display())).collect()
}

/// Tells what is in a Parquet file: one of ours, or of anybody.
fn of_file(printer: &Printer, path: &Path, arguments: &InspectArgs) -> anyhow::Result<Told> {
    let facts = look::facts(path)?;
    let profile = profile_of(path).unwrap_or_default();
    let rows = look::cells(path, arguments.n, arguments.seed, MOST_CHARS)?;
    let answer = json!({
        "file": path,
        "rows": facts.rows,
        "bytes": facts.bytes,
        "columns": facts.columns,
        "profile": profile,
    });
    let title = printer.heading(&path.display().to_string());
    let head = format!("{title}\n{}, {}", plural(facts.rows as usize, "row"), bytes(facts.bytes));
    let samples: Vec<String> = rows.iter().enumerate().flat_map(|(i, cells)| cells_of(i + 1, cells)).collect();
    let bars = profile.as_ref().map(|found| drawn(printer, &crate::card::dataset::profile(found)));
    let parts = [
        Some(head),
        schema(printer, &facts.columns, facts.rows),
        bars.filter(|text| !text.is_empty()),
        lines(printer.heading("some rows"), &samples),
    ];
    Ok(Told { answer, human: parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n") })
}

/// Returns what the records of a table look like; `None` where it is not one of ours.
fn profile_of(path: &Path) -> anyhow::Result<Option<crate::record::report::Profile>> {
    let batches = table::read(path)?;
    let mut profiler = Profiler::new(batches.n_records());
    for batch in batches {
        // A table of another make has other columns, and is no damage.
        let Ok(batch) = batch else { return Ok(None) };
        batch.iter().for_each(|record| profiler.look(record));
    }
    Ok(Some(profiler.finish()))
}

fn cells_of(number: usize, cells: &[(String, String)]) -> Vec<String> {
    let line = |(name, text): &(String, String)| quote(&format!("{name}: {text}"));
    std::iter::once(format!("  {number}")).chain(cells.iter().map(line)).collect()
}
