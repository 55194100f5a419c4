//! Models that sort the records of a dataset: they tell classes, and are there before the dataset is.

use std::collections::BTreeSet;

use crate::id::Name;
use crate::recipe::classification::Classification;
use crate::recipe::code::Code;
use crate::recipe::dataset::CleanStep;
use crate::recipe::problem::listed;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;

/// Looks at every cleaning step that asks a model.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    let (Some(datasets), Some(models)) = (parts.datasets, parts.models) else { return };
    for (name, dataset) in datasets {
        for (i, step) in dataset.clean.iter().enumerate() {
            let CleanStep::ClassifyByModel { model, keep, field: _, min_confidence: _ } = step else { continue };
            let place = ["datasets", name.as_str(), "clean", &i.to_string()].map(str::to_owned);
            let (classification, modality) = match (models.get(model), reader.imports.get(model)) {
                (Some(model), _) => (model.classification().cloned(), model.architecture.modality()),
                (None, Some(import)) => (import.classification.clone(), import.architecture.modality()),
                // That there is none was told where it is named.
                (None, None) => continue,
            };
            match classification {
                Some(_) if !modality.has_tokens() => {
                    let field = parts.field(&below(&place, &["model"]));
                    let message = format!("`{model}` reads pictures or sounds, and records are sorted by their texts");
                    let hint = Some(
                        "name a classifier of texts; pictures and sounds have the labels of their source".to_owned(),
                    );
                    reader.problem_of(Code::NotMeasured, field.place, &field.path, message, hint);
                }
                Some(classification) => kept(reader, parts, &place, keep, &classification),
                None => {
                    let field = parts.field(&below(&place, &["model"]));
                    let message = format!("`{model}` is a language model, and tells no classes");
                    let hint = Some("name a model whose objective is `classification`".to_owned());
                    reader.problem_of(Code::NotMeasured, field.place, &field.path, message, hint);
                }
            }
            if is_behind(parts, model, name) {
                let field = parts.field(&below(&place, &["model"]));
                let message = format!("`{model}` sorts `{name}`, and learns from it");
                let hint = Some("let it learn from a dataset that is there before".to_owned());
                reader.problem_of(Code::Cycle, field.place, &field.path, message, hint);
            }
        }
    }
}

fn below<'k>(place: &'k [String], keys: &[&'k str]) -> Vec<&'k str> {
    place.iter().map(String::as_str).chain(keys.iter().copied()).collect()
}

/// Classes that stay have to be classes of the model.
fn kept(reader: &mut Reader, parts: &Parts<'_>, place: &[String], keep: &[String], own: &Classification) {
    for (i, class) in keep.iter().enumerate().filter(|(_, class)| !own.classes.contains(class)) {
        let i = i.to_string();
        let field = parts.field(&below(place, &["keep", &i]));
        let message = format!("the model has no class `{class}`");
        let some = listed(own.classes.iter().take(8).map(String::as_str));
        let more = if own.classes.len() > 8 { ", …" } else { "" };
        let hint = Some(format!("the classes are {some}{more}"));
        reader.problem_of(Code::NoSuchName, field.place, &field.path, message, hint);
    }
}

/// Something that is made before something else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing<'n> {
    Dataset(&'n Name),
    Tokenizer(&'n Name),
    Model(&'n Name),
}

/// Returns whether a dataset has to be there before a model is.
fn is_behind(parts: &Parts<'_>, model: &Name, dataset: &Name) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![Thing::Model(model)]);
    while let Some(thing) = open.pop() {
        if !seen.insert(thing) {
            continue;
        }
        match thing {
            Thing::Dataset(name) => {
                let Some(dataset) = parts.datasets.and_then(|datasets| datasets.get(name)) else { continue };
                open.extend(dataset.source.mixed().map(|(name, _)| Thing::Dataset(name)));
                open.extend(dataset.sorters().map(Thing::Model));
            }
            Thing::Tokenizer(name) => {
                let Some(tokenizer) = parts.tokenizers.and_then(|tokenizers| tokenizers.get(name)) else { continue };
                open.extend(tokenizer.train_on().iter().map(Thing::Dataset));
                open.extend(tokenizer.base().map(Thing::Tokenizer));
            }
            Thing::Model(name) => {
                let Some(model) = parts.models.and_then(|models| models.get(name)) else { continue };
                open.extend(model.train.data.iter().map(|share| Thing::Dataset(&share.dataset)));
                open.extend(model.tokenizer.iter().map(Thing::Tokenizer));
                open.extend(model.forebears().map(Thing::Model));
            }
        }
    }
    seen.contains(&Thing::Dataset(dataset))
}
