//! What all commands share that ask a model: its files, what it is shown, and the engine that answers line by line.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::cli::failure::Complaint;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::execute::find_engine;
use crate::id::{StageId, StageKind};
use crate::recipe::model::{Architecture, Modality};
use crate::recipe::run::{DeviceChoice, DeviceChoiceError};

/// A model that is asked.
pub struct Asked {
    /// Its files and where it computes, as a request has them.
    pub files: Value,
    /// The network.
    pub architecture: Architecture,
    threads: u32,
}

impl Asked {
    /// Finds a model of the zoo.
    ///
    /// # Errors
    /// When there is no such model or device.
    pub async fn find(session: &Session, model: &str, device: &str, threads: u32) -> anyhow::Result<Self> {
        let device: DeviceChoice = device.parse().map_err(|error: DeviceChoiceError| {
            Complaint::input(error.to_string(), "`--device auto` takes what there is")
        })?;
        let (_, store, _) = session.reading().await?;
        let model = store.model_by_reference(model).await?;
        let outputs = store.outputs_of(model.run, &StageId::new(StageKind::Train, &model.model)).await?;
        store.close().await;
        let architecture = outputs.get("architecture.json").context("the model has no `architecture.json`")?;
        let files = json!({
            "weights": model.weights,
            "architecture": architecture,
            "tokenizer": model.tokenizer,
            "device": device,
            "threads": threads,
        });
        Ok(Self { files, architecture: model.architecture, threads })
    }

    /// Asks the engine; every line of its answer is told.
    ///
    /// # Errors
    /// When the engine cannot be started, or answers with something else than JSON.
    pub fn ask(
        &self,
        flag: &str,
        request: &Value,
        mut tell: impl FnMut(Value) -> anyhow::Result<()>,
    ) -> anyhow::Result<Exit> {
        let engine = find_engine(std::env::var_os("PEDIGREE_ENGINE").map(PathBuf::from).as_deref())?;
        let threads = self.threads.to_string();
        let mut child = Command::new(&engine)
            .arg(flag)
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
        for line in BufReader::new(stdout).lines() {
            tell(serde_json::from_str(&line?).context("the engine's answer is no JSON")?)?;
        }
        let status = child.wait()?;
        Ok(status.code().and_then(Exit::from_code).unwrap_or(Exit::Failed))
    }

    /// Returns what the model is shown: texts where it reads them, files of pictures or sounds where it reads those, and both where it
    /// reads both. Without any they stand in a file or on standard input, one a line.
    ///
    /// # Errors
    /// When a file cannot be read, or a text is the name of a file.
    pub fn shown(&self, records: &[String], file: Option<&Path>) -> anyhow::Result<Vec<Value>> {
        let stdin = Path::new("-");
        let lines = match (records, file) {
            ([], None) => lines(stdin)?,
            ([one], None) if one == "-" => lines(stdin)?,
            (records, None) => records.to_vec(),
            (_, Some(file)) => lines(file)?,
        };
        let is_typed = file.is_none() && !records.is_empty();
        lines.into_iter().map(|line| self.one(line, is_typed)).collect()
    }

    fn one(&self, record: String, is_typed: bool) -> anyhow::Result<Value> {
        let path = Path::new(&record);
        let is_there = || path.is_file();
        match self.architecture.modality() {
            Modality::Tokens if is_typed && is_there() => {
                let hint = format!("`--file {record}` reads the texts in it, one a line");
                Err(Complaint::input(format!("`{record}` is a file, and the model reads texts"), hint).into())
            }
            Modality::Tokens => Ok(json!({ "type": "text", "text": record })),
            Modality::Both if !is_there() && !is_media(&record) => Ok(json!({ "type": "text", "text": record })),
            Modality::Features | Modality::Both => file_of(&record),
        }
    }
}

/// Returns a file as a request has it.
///
/// # Errors
/// When the current folder is gone.
pub fn file_of(name: &str) -> anyhow::Result<Value> {
    let path = std::path::absolute(name).with_context(|| format!("cannot find `{name}`"))?;
    Ok(json!({ "type": "file", "path": path, "name": name }))
}

/// Returns whether a name is that of a picture or a sound.
fn is_media(name: &str) -> bool {
    let endings = ["png", "jpg", "jpeg", "wav", "flac", "gz"];
    let whole = name.rsplit_once('#').map_or(name, |(file, _)| file);
    let ending = Path::new(whole).extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| endings.contains(&ending.as_str()) || ending.ends_with("-ubyte"))
}

/// Returns the lines of a file; `-` is standard input.
fn lines(file: &Path) -> anyhow::Result<Vec<String>> {
    let mut bytes = Vec::new();
    let read = match file == Path::new("-") {
        true => std::io::stdin().read_to_end(&mut bytes),
        false => std::fs::File::open(file).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    let shown = file.display();
    read.map_err(|error| {
        Complaint::input(
            format!("cannot read `{shown}`: {error}"),
            "the records stand in a file, one a line; `-` reads standard input",
        )
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line =
            1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Complaint::input(format!("`{shown}`, line {line}: not UTF-8"), "convert the texts to UTF-8")
    })?;
    Ok(text.lines().map(str::to_owned).collect())
}
