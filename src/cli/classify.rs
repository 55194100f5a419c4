//! `pedigree classify`: lets a classifier tell the classes of texts.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::cli::arguments::ClassifyArgs;
use crate::cli::failure::Complaint;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::execute::find_engine;
use crate::id::{StageId, StageKind};
use crate::recipe::run::{DeviceChoice, DeviceChoiceError};

/// Lets a classifier tell the classes of the lines of a file, in their order.
///
/// # Errors
/// When there is no such model or file, when the model is no classifier, and when the engine fails.
pub async fn run(session: &Session, arguments: &ClassifyArgs) -> anyhow::Result<Exit> {
    let texts = texts(&arguments.file)?;
    let request = request(session, arguments, &texts).await?;
    let engine = find_engine(std::env::var_os("PEDIGREE_ENGINE").map(std::path::PathBuf::from).as_deref())?;
    let threads = arguments.threads.to_string();
    let mut child = Command::new(&engine)
        .arg("--classify")
        .envs(["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"].map(|name| (name, threads.as_str())))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", engine.display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // An engine that ends early says itself why.
        let _ = stdin.write_all(request.to_string().as_bytes());
    }
    let stdout = child.stdout.take().context("the engine has no output")?;
    for (line, text) in BufReader::new(stdout).lines().zip(texts.iter().map(Some).chain([None])) {
        let value: Value = serde_json::from_str(&line?).context("the engine's answer is no JSON")?;
        tell(session, &value, text);
    }
    let status = child.wait()?;
    Ok(status.code().and_then(Exit::from_code).unwrap_or(Exit::Failed))
}

fn tell(session: &Session, value: &Value, text: Option<&String>) {
    if session.printer.is_json() {
        session.printer.json_line(value);
        return;
    }
    let (class, probability) = (value.get("class"), value.get("probability"));
    if let (Some(class), Some(probability), Some(text)) =
        (class.and_then(Value::as_str), probability.and_then(Value::as_f64), text)
    {
        session.printer.data(format!("{class}\t{probability:.3}\t{text}"));
    }
}

/// Returns the lines of a file.
fn texts(file: &Path) -> anyhow::Result<Vec<String>> {
    let mut bytes = Vec::new();
    let read = match file == Path::new("-") {
        true => std::io::stdin().read_to_end(&mut bytes),
        false => std::fs::File::open(file).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    let shown = file.display();
    read.map_err(|error| {
        Complaint::input(
            format!("cannot read `{shown}`: {error}"),
            "the texts stand in a file, one a line; `-` reads standard input",
        )
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line =
            1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Complaint::input(format!("`{shown}`, line {line}: not UTF-8"), "convert the texts to UTF-8")
    })?;
    Ok(text.lines().map(str::to_owned).collect())
}

async fn request(session: &Session, arguments: &ClassifyArgs, texts: &[String]) -> anyhow::Result<Value> {
    let ClassifyArgs { model, file: _, device, threads } = arguments;
    let device: DeviceChoice = device.parse().map_err(|error: DeviceChoiceError| {
        Complaint::input(error.to_string(), "`--device auto` takes what there is")
    })?;
    let (_, store, _) = session.reading().await?;
    let model = store.model_by_reference(model).await?;
    let outputs = store.outputs_of(model.run, &StageId::new(StageKind::Train, &model.model)).await?;
    store.close().await;
    let architecture = outputs.get("architecture.json").context("the model has no `architecture.json`")?;
    Ok(json!({
        "model": model.weights,
        "architecture": architecture,
        "tokenizer": model.tokenizer,
        "texts": texts,
        "device": device,
        "threads": threads,
    }))
}
