//! `pedigree embed`: tells the vectors a model makes of texts, pictures and sounds.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::cli::arguments::EmbedArgs;
use crate::cli::asking::Asked;
use crate::cli::failure::Complaint;
use crate::cli::format::plural;
use crate::cli::session::Session;
use crate::data::table::vectors;
use crate::error::Exit;

/// Tells one vector a record, in their order, or writes them into a file.
///
/// # Errors
/// When there is no such model or file, when the model makes no vectors, when the file cannot be written, and when the engine fails.
pub async fn run(session: &Session, arguments: &EmbedArgs) -> anyhow::Result<Exit> {
    let EmbedArgs { model, records, file, unit, output, device, threads } = arguments;
    let kind = output.as_deref().map(kind).transpose()?;
    let asked = Asked::find(session, model, device, *threads).await?;
    let shown = asked.shown(records, file.as_deref())?;
    let request = json!({ "files": asked.files, "shown": shown, "unit": unit });
    let mut all = Vec::new();
    let exit = asked.ask("--embed", &request, |value| {
        match (output, vector(&value)) {
            (Some(_), Some(one)) => all.push(one),
            (None, Some((record, vector))) if !session.printer.is_json() => {
                let numbers: Vec<String> = vector.iter().map(|number| format!("{number:.6}")).collect();
                session.printer.data(format!("{record}\t{}", numbers.join(" ")));
            }
            (None, _) if session.printer.is_json() => session.printer.json_line(&value),
            (Some(_) | None, _) => {}
        }
        Ok(())
    })?;
    if let (Exit::Done, Some(path), Some(kind)) = (exit, output, kind) {
        match kind {
            Kind::Parquet => vectors::write(path, &all)?,
            Kind::Lines => lines(path, &all).with_context(|| format!("cannot write `{}`", path.display()))?,
        }
        session.printer.say(format!("{} written to `{}`", plural(all.len(), "vector"), path.display()));
    }
    Ok(exit)
}

/// What a file of vectors is.
#[derive(Clone, Copy)]
enum Kind {
    Parquet,
    Lines,
}

fn kind(path: &Path) -> anyhow::Result<Kind> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("parquet") => Ok(Kind::Parquet),
        Some("jsonl") => Ok(Kind::Lines),
        // The names of files are not ours.
        _ => {
            let message = format!("`{}` is no file for vectors", path.display());
            Err(Complaint::input(message, "its name ends with `.parquet` or `.jsonl`").into())
        }
    }
}

fn vector(value: &Value) -> Option<(String, Vec<f32>)> {
    let numbers = value.get("vector")?.as_array()?;
    let numbers = numbers.iter().map(|number| Some(number.as_f64()? as f32)).collect::<Option<_>>()?;
    Some((value.get("record")?.as_str()?.to_owned(), numbers))
}

fn lines(path: &Path, all: &[(String, Vec<f32>)]) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for (record, vector) in all {
        writeln!(file, "{}", json!({ "record": record, "vector": vector }))?;
    }
    file.flush()
}
