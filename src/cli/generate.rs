//! `pedigree generate`: lets a model write, as it comes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::cli::arguments::GenerateArgs;
use crate::cli::failure::Complaint;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::execute::find_engine;
use crate::id::{StageId, StageKind};
use crate::recipe::evaluation::Sampling;
use crate::recipe::run::{DeviceChoice, DeviceChoiceError};

/// Lets a model write.
///
/// # Errors
/// When there is no such model, when an option is out of range, and when the engine fails.
pub async fn run(session: &Session, arguments: &GenerateArgs) -> anyhow::Result<Exit> {
    let request = request(session, arguments).await?;
    let engine = find_engine(std::env::var_os("PEDIGREE_ENGINE").map(std::path::PathBuf::from).as_deref())?;
    let threads = arguments.threads.to_string();
    let mut child = Command::new(&engine)
        .arg("--generate")
        .envs(["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"].map(|name| (name, threads.as_str())))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", engine.display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(request.to_string().as_bytes())?;
    }
    let stdout = child.stdout.take().context("the engine has no output")?;
    if !session.printer.is_json() {
        session.printer.piece(&arguments.prompt);
    }
    for line in BufReader::new(stdout).lines() {
        tell(session, &line?)?;
    }
    let status = child.wait()?;
    Ok(status.code().and_then(Exit::from_code).unwrap_or(Exit::Failed))
}

fn tell(session: &Session, line: &str) -> anyhow::Result<()> {
    let value: Value = serde_json::from_str(line).context("the engine's answer is no JSON")?;
    if session.printer.is_json() {
        session.printer.json_line(&value);
    } else if let Some(text) = value.get("text").and_then(Value::as_str) {
        session.printer.piece(text);
    } else if value.get("done").is_some() {
        session.printer.piece("\n");
        if let Some(cut) = value.get("cut").and_then(Value::as_u64).filter(|cut| *cut > 0) {
            session
                .printer
                .say(format!("the prompt is longer than the model's context: its first {cut} tokens were left out"));
        }
    }
    Ok(())
}

async fn request(session: &Session, arguments: &GenerateArgs) -> anyhow::Result<Value> {
    let GenerateArgs { model, prompt, max_tokens, temperature, top_k, top_p, seed, device, threads } = arguments;
    let device: DeviceChoice = device.parse().map_err(|error: DeviceChoiceError| {
        Complaint::input(error.to_string(), "`--device auto` takes what there is")
    })?;
    if !(0.0..=10.0).contains(temperature) || !(0.0..=1.0).contains(top_p) || *top_p == 0.0 {
        let hint = "`--temperature` goes from 0 to 10, `--top-p` from above 0 to 1";
        return Err(Complaint::input(format!("temperature {temperature}, top-p {top_p}: out of range"), hint).into());
    }
    let (_, store, _) = session.reading().await?;
    let model = store.model_by_reference(model).await?;
    let outputs = store.outputs_of(model.run, &StageId::new(StageKind::Train, &model.model)).await?;
    store.close().await;
    let architecture = outputs.get("architecture.json").context("the model has no `architecture.json`")?;
    let sampling =
        Sampling { max_tokens: *max_tokens, temperature: *temperature, top_k: *top_k, top_p: *top_p, seed: *seed };
    Ok(json!({
        "model": model.weights,
        "architecture": architecture,
        "tokenizer": model.tokenizer,
        "prompt": prompt,
        "sampling": sampling,
        "device": device,
        "threads": threads,
    }))
}
