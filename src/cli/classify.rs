//! `pedigree classify`: lets a model tell the classes of texts, pictures and sounds, or a number of each.

use serde_json::{Value, json};

use crate::cli::arguments::ClassifyArgs;
use crate::cli::asking::Asked;
use crate::cli::session::Session;
use crate::error::Exit;

/// Lets a model tell the classes of records, in their order.
///
/// # Errors
/// When there is no such model or file, when the model tells nothing of records, and when the engine fails.
pub async fn run(session: &Session, arguments: &ClassifyArgs) -> anyhow::Result<Exit> {
    let ClassifyArgs { model, records, file, classes, top_k, device, threads } = arguments;
    let asked = Asked::find(session, model, device, *threads).await?;
    let shown = asked.shown(records, file.as_deref())?;
    let request = json!({ "files": asked.files, "shown": shown, "classes": classes });
    asked.ask("--classify", &request, |value| {
        tell(session, value, *top_k);
        Ok(())
    })
}

fn tell(session: &Session, mut value: Value, top_k: Option<usize>) {
    let likeliest = top_k.and_then(|k| likeliest(&value, k));
    if session.printer.is_json() {
        if let (Some(likeliest), Some(fields)) = (likeliest, value.as_object_mut()) {
            let class = |(class, share): (String, f64)| json!({ "class": class, "probability": share });
            fields.remove("probabilities");
            fields.insert("likeliest".to_owned(), likeliest.into_iter().map(class).collect());
        }
        session.printer.json_line(&value);
        return;
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let number = |name: &str| value.get(name).and_then(Value::as_f64);
    let Some(record) = text("record") else { return };
    match (likeliest, text("class"), number("probability"), number("value")) {
        (Some(all), ..) => {
            let all: Vec<String> = all.into_iter().map(|(class, share)| format!("{class} {share:.3}")).collect();
            session.printer.data(format!("{}\t{record}", all.join(", ")));
        }
        (None, Some(class), Some(probability), _) => {
            session.printer.data(format!("{class}\t{probability:.3}\t{record}"));
        }
        (None, _, _, Some(value)) => session.printer.data(format!("{value:.4}\t{record}")),
        (None, _, _, None) => {}
    }
}

/// Returns the likeliest classes of an answer, the likeliest first; nothing where it has none.
fn likeliest(value: &Value, k: usize) -> Option<Vec<(String, f64)>> {
    let shares = value.get("probabilities")?.as_object()?;
    let share = |(class, share): (&String, &Value)| Some((class.clone(), share.as_f64()?));
    let mut all: Vec<(String, f64)> = shares.iter().filter_map(share).collect();
    all.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    all.truncate(k.max(1));
    Some(all)
}
