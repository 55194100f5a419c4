//! `pedigree generate`: lets a model write as it comes, fill in what is hidden, or make pictures.

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::cli::arguments::GenerateArgs;
use crate::cli::asking::{Asked, file_of};
use crate::cli::failure::Complaint;
use crate::cli::format::plural;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::recipe::evaluation::Sampling;
use crate::recipe::model::Architecture;

/// Lets a model write, fill in, or make pictures.
///
/// # Errors
/// When there is no such model, when an option is out of range, and when the engine fails.
pub async fn run(session: &Session, arguments: &GenerateArgs) -> anyhow::Result<Exit> {
    let GenerateArgs { model, texts, prompt, output, device, threads, .. } = arguments;
    let sampling = sampling(arguments)?;
    let asked = Asked::find(session, model, device, *threads).await?;
    if let Some(output) = output {
        let shown = texts.iter().map(|file| file_of(file)).collect::<anyhow::Result<Vec<_>>>()?;
        let path = std::path::absolute(output).with_context(|| format!("cannot find `{}`", output.display()))?;
        let request = json!({
            "files": asked.files,
            "shown": shown,
            "pictures": arguments.pictures,
            "seed": arguments.seed,
            "output": path,
        });
        return asked.ask("--paint", &request, |value| {
            if session.printer.is_json() {
                session.printer.json_line(&value);
            } else if let Some(n) = value.get("pictures").and_then(Value::as_u64) {
                session.printer.say(format!("{} written to `{}`", plural(n as usize, "picture"), output.display()));
            }
            Ok(())
        });
    }
    let prompt = match (prompt, texts.as_slice(), &asked.architecture) {
        (Some(prompt), [], _) => prompt,
        (None, [prompt], _) => prompt,
        (None, [], Architecture::Gan(_) | Architecture::Autoencoder(_)) => {
            let hint = "`--output pictures.png` names the file that its pictures go to";
            return Err(Complaint::input("this model makes pictures, and no text", hint).into());
        }
        (None, [], _) => {
            let hint = "write it behind the model: `pedigree generate MODEL \"Once upon a time\"`";
            return Err(Complaint::input("there is no text to go on from", hint).into());
        }
        (Some(_), [_, ..], _) | (None, [_, _, ..], _) => {
            return Err(Complaint::input("there is more than one text", "put quotation marks around it").into());
        }
    };
    let request = json!({
        "files": asked.files,
        "prompt": prompt,
        "sampling": sampling,
        "likeliest": if arguments.top_k == 0 { 5 } else { arguments.top_k },
    });
    let fills_in = matches!(asked.architecture, Architecture::Bert(_));
    let mut is_begun = false;
    asked.ask("--generate", &request, |value| {
        if !is_begun && !fills_in && !session.printer.is_json() {
            session.printer.piece(prompt);
        }
        is_begun = true;
        tell(session, &value);
        Ok(())
    })
}

fn tell(session: &Session, value: &Value) {
    let text = value.get("text").and_then(Value::as_str);
    if session.printer.is_json() {
        session.printer.json_line(value);
    } else if let Some(tokens) = value.get("tokens").and_then(Value::as_array) {
        let told = |token: &Value| {
            Some(format!("{:?} {:.3}", token.get("token")?.as_str()?, token.get("probability")?.as_f64()?))
        };
        let tokens: Vec<String> = tokens.iter().filter_map(told).collect();
        session.printer.data(tokens.join(", "));
    } else if value.get("done").is_some() {
        session.printer.piece(text.unwrap_or_default());
        session.printer.piece("\n");
        if let Some(cut) = value.get("cut").and_then(Value::as_u64).filter(|cut| *cut > 0) {
            session
                .printer
                .say(format!("the prompt is longer than the model's context: its first {cut} tokens were left out"));
        }
    } else if let Some(text) = text {
        session.printer.piece(text);
    }
}

fn sampling(arguments: &GenerateArgs) -> anyhow::Result<Sampling> {
    let GenerateArgs { max_tokens, temperature, top_k, top_p, seed, .. } = arguments;
    if !(0.0..=10.0).contains(temperature) || !(0.0..=1.0).contains(top_p) || *top_p == 0.0 {
        let hint = "`--temperature` goes from 0 to 10, `--top-p` from above 0 to 1";
        return Err(Complaint::input(format!("temperature {temperature}, top-p {top_p}: out of range"), hint).into());
    }
    Ok(Sampling { max_tokens: *max_tokens, temperature: *temperature, top_k: *top_k, top_p: *top_p, seed: *seed })
}
