//! Tells the classes of records, or a number of each.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::asked::{self, Wanted};
use crate::engine::confusion::likeliest;
use crate::recipe::head::Head;
use crate::recipe::model::Architecture;
use crate::record::FailureClass;
use crate::worker::ask::{line, request};
use crate::worker::failure::Failure;
use crate::worker::loaded::{Files, Loaded, refusal};
use crate::worker::shown::{Shown, Told};

/// A request for classes, as JSON on standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClassifyRequest {
    /// The model.
    pub files: Files,
    /// What the model tells the classes of.
    pub shown: Vec<Shown>,
    /// Texts of which the nearest is told, for a model that compares pictures with texts.
    #[serde(default)]
    pub classes: Vec<String>,
}

/// Answers a request: for every record a line `{"record": …, "class": …, "probability": …, "probabilities": {…}}`, or of a model that
/// tells numbers `{"record": …, "value": …}`, in their order, and at the end `{"done": true, "records": …}`.
///
/// # Errors
/// When the request is none, when the model tells neither classes nor numbers, when a file is missing or damaged, and when nobody reads
/// the answer.
pub fn classify(input: impl Read, output: &mut impl Write) -> Result<(), Failure> {
    let ClassifyRequest { files, shown, classes } = request(input)?;
    let about = files.about()?;
    let is_near = matches!(about.architecture, Architecture::Clip(_)) && !classes.is_empty();
    let wanted = match asked::answer_of(&about.head()) {
        Some(wanted) => wanted,
        None if is_near => Wanted::UnitVector,
        None => return Err(refusal(&about, "it tells no classes of its own")),
    };
    if !classes.is_empty() && !is_near {
        return Err(Failure::new(FailureClass::BadInput, "the model has classes of its own")
            .with_hint("`--classes` is for a `clip`; leave it out"));
    }
    let loaded = files.load(about)?;
    let all = match loaded.about.head() {
        Head::Classes(own) => of_shares(output, &own.classes, loaded.told(&shown, wanted)?)?,
        _ if is_near => {
            let told = nearness(&loaded, &shown, &classes)?;
            of_shares(output, &classes, told)?
        }
        Head::Value(_) | Head::Language | Head::Decoder { .. } | Head::Projection { .. } | Head::None => {
            let told = loaded.told(&shown, wanted)?;
            for Told { record, values } in &told {
                line(output, &json!({ "record": record, "value": values[0] }))?;
            }
            told.len()
        }
    };
    line(output, &json!({ "done": true, "records": all }))
}

fn of_shares(output: &mut impl Write, classes: &[String], told: Vec<Told>) -> Result<usize, Failure> {
    let n = told.len();
    for Told { record, values } in told {
        let best = likeliest(&values);
        let (class, probability) = (&classes[best], values[best]);
        let all: serde_json::Map<String, serde_json::Value> =
            classes.iter().cloned().zip(values.into_iter().map(|share| json!(share))).collect();
        line(output, &json!({ "record": record, "class": class, "probability": probability, "probabilities": all }))?;
    }
    Ok(n)
}

/// Returns how likely each text belongs to each picture: the shares of their scaled nearness (Radford et al. 2021).
fn nearness(loaded: &Loaded, shown: &[Shown], classes: &[String]) -> Result<Vec<Told>, Failure> {
    let texts: Vec<Shown> = classes.iter().map(|text| Shown::Text { text: text.clone() }).collect();
    let texts = loaded.told(&texts, Wanted::UnitVector)?;
    let scale = asked::scale(&loaded.network, &loaded.parameters);
    let mut told = loaded.told(shown, Wanted::UnitVector)?;
    for one in &mut told {
        let near = |text: &Told| scale * text.values.iter().zip(&one.values).map(|(a, b)| a * b).sum::<f32>();
        one.values = softmax(&texts.iter().map(near).collect::<Vec<_>>());
    }
    Ok(told)
}

fn softmax(values: &[f32]) -> Vec<f32> {
    let highest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = values.iter().map(|value| (value - highest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}
