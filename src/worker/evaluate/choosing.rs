//! Multiple choice: the likeliest continuation of a prompt, as lm-evaluation-harness scores it.
//!
//! A choice's score is the log-likelihood of the delimiter and the choice behind the prompt. White space at the end of the prompt
//! goes to the choice; both are encoded together, and the choice is what lies behind the tokens of the prompt alone. What is longer
//! than the context loses its beginning. An empty prompt is the end token.

use crate::data::Record;
use crate::data::tokenizer::Tokenizer;
use crate::engine::evaluate::log_likelihoods;
use crate::engine::metric::{bootstrap, choice, mean};
use crate::recipe::evaluation::Metric;
use crate::recipe::robustness::Perturbation;
use crate::recipe::task::{AnswerIs, Frame, MultipleChoice};
use crate::recipe::template::Template;
use crate::record::FailureClass;
use crate::record::report::EvaluationReport;
use crate::worker::evaluate::Subject;
use crate::worker::evaluate::items::{Items, bad_item, fields, fill, template};
use crate::worker::failure::Failure;

/// The items that are asked about together.
const AT_A_TIME: usize = 64;

/// The templates of a task.
struct Form<'t> {
    task: &'t MultipleChoice,
    prompt: Template,
    choices: Vec<Template>,
    answer: Template,
}

/// An item: what stands before the choices, the choices, and which is right.
struct Item {
    context: String,
    choices: Vec<String>,
    right: usize,
}

/// Measures a model; items are drawn again for the interval.
pub(super) fn measure(
    subject: &Subject<'_>,
    task: &MultipleChoice,
    spoiling: Option<&Perturbation>,
) -> Result<EvaluationReport, Failure> {
    let MultipleChoice { description, delimiter, few_shot, .. } = task;
    let frame = Frame { description, delimiter, few_shot: few_shot.as_ref() };
    let (form, tokenizer) = (Form::new(task)?, subject.tokenizer()?);
    let items = Items::read(subject, frame, spoiling)?;
    let (mut found, mut tokens, mut surprise, mut targets) = (Vec::new(), 0, 0.0, 0);
    for first in (0..items.records.len()).step_by(AT_A_TIME) {
        // The most tokens a measurement reads hold for the items, too; the first are always asked.
        if subject.work.tokens > 0 && tokens >= subject.work.tokens {
            break;
        }
        let (mut asked, mut sequences) = (Vec::new(), Vec::new());
        for index in first..items.records.len().min(first + AT_A_TIME) {
            let record = &items.records[index];
            let before = items.before(index, frame, |record| form.solved(record))?;
            let item = form.item(record, &before)?;
            for choice in &item.choices {
                sequences.push(sequence(&tokenizer, &item.context, &format!("{delimiter}{choice}"))?);
            }
            asked.push(item);
        }
        tokens += sequences.iter().map(|(tokens, _)| tokens.len() as u64).sum::<u64>();
        let scores = log_likelihoods(&subject.network, &subject.parameters, &sequences);
        let mut place = 0;
        for item in asked {
            let scores = &scores[place..place + item.choices.len()];
            surprise -= scores[item.right];
            targets += sequences[place + item.right].1;
            found.push(told(&item, scores));
            place += item.choices.len();
        }
    }
    let column = |of: usize| -> Vec<f64> { found.iter().map(|told| told[of]).collect() };
    let metrics = [Metric::Accuracy, Metric::AccNorm, Metric::AccBytes];
    let of = metrics.iter().position(|metric| *metric == subject.work.metric);
    let of = of.ok_or_else(|| subject.foreign("asked to choose"))?;
    let numbers = metrics.into_iter().enumerate().map(|(i, metric)| (metric, mean(column(i)))).collect();
    let report = EvaluationReport::new(subject.work.metric, mean(column(of)), surprise / targets.max(1) as f64, tokens);
    let interval = bootstrap::of_mean(&column(of));
    Ok(EvaluationReport { interval, records: Some(found.len() as u64), numbers, ..report })
}

/// Returns whether the right choice is the likeliest: as it is, by its characters, and by its bytes.
fn told(item: &Item, scores: &[f64]) -> [f64; 3] {
    let characters: Vec<usize> = item.choices.iter().map(|choice| choice.chars().count()).collect();
    let bytes: Vec<usize> = item.choices.iter().map(String::len).collect();
    let all = [scores.to_vec(), choice::normalised(scores, &characters), choice::normalised(scores, &bytes)];
    all.map(|scores| f64::from(u8::from(choice::likeliest(&scores) == Some(item.right))))
}

/// Returns the tokens of a prompt and its continuation, and how many at the end are the continuation's.
pub(super) fn sequence(tokenizer: &Tokenizer, context: &str, continuation: &str) -> Result<(Vec<u32>, usize), Failure> {
    let kept = context.trim_end();
    let mut tokens = tokenizer.encode(&format!("{context}{continuation}"))?;
    let before = if kept.is_empty() { 0 } else { tokenizer.encode(kept)?.len().min(tokens.len()) };
    // A continuation that is merged into the last token of the prompt is that token.
    let mut n = (tokens.len() - before).max(1);
    let begins = context.is_empty() && tokens.len() > 1 && tokens.first() == Some(&tokenizer.end_of_text());
    if begins {
        n = tokens.len() - 1;
    } else if before == 0 || tokens.len() < 2 {
        tokens.insert(0, tokenizer.end_of_text());
    }
    Ok((tokens, n))
}

impl<'t> Form<'t> {
    fn new(task: &'t MultipleChoice) -> Result<Self, Failure> {
        let choices = task.choices.iter().flatten().map(|text| template(text)).collect::<Result<_, _>>()?;
        Ok(Self { task, prompt: template(&task.prompt)?, choices, answer: template(&task.answer)? })
    }

    fn item(&self, record: &Record, before: &str) -> Result<Item, Failure> {
        let choices = self.choices(record)?;
        let right = self.right(record, &choices)?;
        Ok(Item { context: format!("{before}{}", fill(&self.prompt, "prompt", record)?), choices, right })
    }

    /// Returns the prompt of an example, and its right choice.
    fn solved(&self, record: &Record) -> Result<(String, String), Failure> {
        let mut choices = self.choices(record)?;
        let right = self.right(record, &choices)?;
        Ok((fill(&self.prompt, "prompt", record)?, choices.swap_remove(right)))
    }

    fn choices(&self, record: &Record) -> Result<Vec<String>, Failure> {
        let choices = match &self.task.choices_from {
            None => self.choices.iter().map(|choice| fill(choice, "choices", record)).collect::<Result<Vec<_>, _>>()?,
            Some(column) => {
                let fields = fields(record);
                let list = fields.get(column).and_then(|value| value.as_array());
                let texts = list.and_then(|list| {
                    list.iter()
                        .map(|value| {
                            value.as_str().map(str::to_owned).or_else(|| value.as_f64().map(|_| value.to_string()))
                        })
                        .collect()
                });
                texts.ok_or_else(|| {
                    bad_item(record, format!("`choices-from` expects a list of texts in column `{column}`"))
                        .with_hint("`columns: { keep: [..] }` of the dataset's source keeps further columns")
                })?
            }
        };
        if choices.len() < 2 || choices.iter().any(String::is_empty) {
            return Err(bad_item(record, "expected two choices or more, and none empty".to_owned()));
        }
        Ok(choices)
    }

    /// Returns the place of the right choice.
    fn right(&self, record: &Record, choices: &[String]) -> Result<usize, Failure> {
        let answer = fill(&self.answer, "answer", record)?;
        let answer = answer.trim();
        let (place, expected) = match self.task.answer_is {
            AnswerIs::Number => (answer.parse().ok(), format!("a number from 0 to {}", choices.len() - 1)),
            AnswerIs::Letter => {
                let mut letters = answer.chars();
                let letter = letters.next().filter(|letter| letters.next().is_none() && letter.is_ascii_alphabetic());
                let place = letter.map(|letter| (letter.to_ascii_uppercase() as usize) - ('A' as usize));
                (place, format!("a letter from A on, one for each of {} choices", choices.len()))
            }
            AnswerIs::Text => {
                (choices.iter().position(|choice| choice.trim() == answer), "one of the choices".to_owned())
            }
        };
        place.filter(|place| *place < choices.len()).ok_or_else(|| {
            Failure::new(FailureClass::BadInput, format!("record `{}`: `answer` expects {expected}", record.id))
                .with_hint("`answer-is` says whether it is a `number`, a `letter` or a `text`")
        })
    }
}
