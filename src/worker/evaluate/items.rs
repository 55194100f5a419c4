//! The items of a task: records filled into its templates, with examples before them.

use serde_json::{Map, Value};

use crate::data::{Content, Record};
use crate::engine::seed;
use crate::recipe::dataset::SplitName;
use crate::recipe::robustness::Perturbation;
use crate::recipe::task::{FewShot, FewShotOrder, Frame};
use crate::recipe::template::{Template, TemplateError};
use crate::record::FailureClass;
use crate::worker::evaluate::Subject;
use crate::worker::evaluate::spoiled::spoiled;
use crate::worker::failure::Failure;
use crate::worker::records;

/// Returns the records of a split, at most as many as the evaluation reads.
pub(super) fn records_of(subject: &Subject<'_>, split: SplitName, most: Option<usize>) -> Result<Vec<Record>, Failure> {
    let mut all = Vec::new();
    for batch in records::batches(subject.task, &subject.work.dataset, split)? {
        all.extend(batch?);
        if most.is_some_and(|most| all.len() >= most) {
            break;
        }
    }
    all.truncate(most.unwrap_or(usize::MAX));
    Ok(all)
}

/// The records of a task, and those its examples are taken from.
pub(super) struct Items {
    pub(super) records: Vec<Record>,
    examples: Vec<Record>,
    few_shot: Option<FewShot>,
    is_same_split: bool,
}

impl Items {
    /// Reads the records; those that are asked about are spoiled where that is asked for, and examples never.
    ///
    /// # Errors
    /// When there is no record, or there are fewer than the examples that are asked for.
    pub(super) fn read(
        subject: &Subject<'_>,
        frame: Frame<'_>,
        spoiling: Option<&Perturbation>,
    ) -> Result<Self, Failure> {
        let work = subject.work;
        let whole = records_of(subject, work.split, None)?;
        let wrong = |message: String| Failure::new(FailureClass::BadInput, message);
        if whole.is_empty() {
            return Err(wrong(format!("`{}/{}` has no items", work.dataset, work.split.word())));
        }
        let few_shot = frame.few_shot.cloned();
        let is_same_split = few_shot.as_ref().is_some_and(|few_shot| few_shot.split == work.split);
        let examples = match &few_shot {
            None => Vec::new(),
            Some(_) if is_same_split => whole.clone(),
            Some(few_shot) => records_of(subject, few_shot.split, None)?,
        };
        if let Some(few_shot) = &few_shot {
            let there = examples.len() - usize::from(is_same_split);
            if there < few_shot.count as usize {
                let message = format!(
                    "`few-shot` asks for {} examples, and `{}/{}` has {there}",
                    few_shot.count,
                    work.dataset,
                    few_shot.split.word()
                );
                return Err(wrong(message).with_hint("ask for fewer, or take them from another split"));
            }
        }
        let spoil = |record: Record| match spoiling {
            Some(perturbation) => spoiled(record, perturbation),
            None => record,
        };
        Ok(Self { records: whole.into_iter().map(spoil).collect(), examples, few_shot, is_same_split })
    }

    /// Returns the examples that stand before an item; never the item itself.
    pub(super) fn examples(&self, index: usize) -> Vec<&Record> {
        let Some(FewShot { count, order, seed, .. }) = &self.few_shot else { return Vec::new() };
        let own = self.is_same_split.then_some(index);
        let order: Vec<usize> = match order {
            FewShotOrder::First => (0..self.examples.len()).collect(),
            FewShotOrder::Random => {
                let mut rng = seed::stream(*seed, &format!("few-shot/{index}"));
                seed::permutation(&mut rng, self.examples.len()).into_iter().map(|place| place as usize).collect()
            }
        };
        let others = order.into_iter().filter(|place| Some(*place) != own);
        others.take(*count as usize).map(|place| &self.examples[place]).collect()
    }

    /// Returns what stands before an item's own prompt: the description, and the examples with their answers.
    ///
    /// # Errors
    /// When an example cannot be filled in.
    pub(super) fn before(
        &self,
        index: usize,
        frame: Frame<'_>,
        mut solved: impl FnMut(&Record) -> Result<(String, String), Failure>,
    ) -> Result<String, Failure> {
        let mut text = frame.description.to_owned();
        for record in self.examples(index) {
            let (prompt, answer) = solved(record)?;
            let separator = self.few_shot.as_ref().map_or("", |few_shot| &few_shot.separator);
            text.extend([&prompt, frame.delimiter, &answer, separator]);
        }
        Ok(text)
    }
}

/// Reads a template of the task.
pub(super) fn template(text: &str) -> Result<Template, Failure> {
    Template::parse(text).map_err(|error| Failure::new(FailureClass::BadInput, error.to_string()))
}

/// Fills a record into a template.
///
/// # Errors
/// When the record lacks a field; the error names the record, and never what it says.
pub(super) fn fill(template: &Template, key: &str, record: &Record) -> Result<String, Failure> {
    template.render(&fields(record)).map_err(|error| {
        let hint = match &error {
            TemplateError::Missing { .. } => {
                Some("`columns: { keep: [..] }` of the dataset's source keeps further columns")
            }
            TemplateError::Syntax { .. } | TemplateError::OutOfFuel | TemplateError::Failed { .. } => None,
        };
        let failure = bad_item(record, format!("`{key}`: {error}"));
        hint.map_or(failure.clone(), |hint| failure.with_hint(hint))
    })
}

/// Returns a failure that names the record of an item.
pub(super) fn bad_item(record: &Record, message: String) -> Failure {
    Failure::new(FailureClass::BadInput, format!("record `{}`: {message}", record.id))
}

/// Returns what a template knows of a record; a column that was kept as JSON is a list or a mapping again.
pub(super) fn fields(record: &Record) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, text) in &record.fields {
        let list = text.starts_with(['[', '{']).then(|| serde_json::from_str(text).ok()).flatten();
        fields.insert(name.clone(), list.unwrap_or_else(|| Value::String(text.clone())));
    }
    let mut put = |name: &str, text: &str| drop(fields.insert(name.to_owned(), Value::String(text.to_owned())));
    match &record.content {
        Content::Text(text) => put("text", text),
        Content::Pair { prompt, response } => {
            put("prompt", prompt);
            put("response", response);
        }
        Content::Chat(turns) => drop(fields.insert("messages".to_owned(), serde_json::json!(turns))),
        Content::Preference(both) => {
            fields.insert("chosen".to_owned(), serde_json::json!(both.chosen));
            fields.insert("rejected".to_owned(), serde_json::json!(both.rejected));
        }
        Content::Media(media) => put("text", &media.caption),
    }
    if let Some(label) = &record.label {
        fields.insert("label".to_owned(), Value::String(label.clone()));
    }
    fields
}
