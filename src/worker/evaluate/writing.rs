//! Answers in words: what a model writes behind a prompt, held against the right answer.
//!
//! The likeliest token is always taken. A prompt leaves room for the answer: what is too long loses its beginning, as in
//! lm-evaluation-harness.

use regex::Regex;

use crate::data::tokenizer::Tokenizer;
use crate::engine::generate::generate;
use crate::engine::metric::{bleu, bootstrap, exact_match, mean, rouge};
use crate::recipe::evaluation::{Metric, Sampling};
use crate::recipe::robustness::Perturbation;
use crate::recipe::task::{Filter, Frame, Generation, Take, WordsKind};
use crate::record::FailureClass;
use crate::record::report::EvaluationReport;
use crate::worker::evaluate::Subject;
use crate::worker::evaluate::items::{Items, fill, template};
use crate::worker::failure::Failure;

/// What an answer scores.
struct Scored {
    exact: f64,
    rouge: [f64; 3],
    bleu: bleu::Counts,
}

/// Measures a model; items are drawn again for the interval.
pub(super) fn measure(
    subject: &Subject<'_>,
    task: &Generation,
    spoiling: Option<&Perturbation>,
) -> Result<EvaluationReport, Failure> {
    let Generation { description, delimiter, few_shot, .. } = task;
    let frame = Frame { description, delimiter, few_shot: few_shot.as_ref() };
    let (prompt, answer, tokenizer) = (template(&task.prompt)?, template(&task.answer)?, subject.tokenizer()?);
    let filters = task.filters.iter().map(Ready::new).collect::<Result<Vec<_>, _>>()?;
    let items = Items::read(subject, frame, spoiling)?;
    let (mut scored, mut tokens) = (Vec::new(), 0);
    for (index, record) in items.records.iter().enumerate() {
        if subject.work.tokens > 0 && tokens >= subject.work.tokens {
            break;
        }
        let solved = |record: &_| Ok((fill(&prompt, "prompt", record)?, fill(&answer, "answer", record)?));
        let before = items.before(index, frame, solved)?;
        let (own, right) = solved(record)?;
        let (written, read) = write(subject, &tokenizer, &format!("{before}{own}"), task)?;
        tokens += read;
        let written = filters.iter().try_fold(written, |text, filter| filter.of_answer(&text));
        let right = filters.iter().fold(right, |text, filter| filter.of_right(text));
        scored.push(score(written.as_deref(), &right, task.words));
    }
    let n = scored.len();
    let all: Vec<usize> = (0..n).collect();
    let metrics = [Metric::ExactMatch, Metric::Rouge1, Metric::Rouge2, Metric::RougeL, Metric::Bleu];
    let numbers: std::collections::BTreeMap<_, _> =
        metrics.into_iter().map(|metric| (metric, of(metric, &scored, &all))).collect();
    let metric = subject.work.metric;
    let value = *numbers.get(&metric).ok_or_else(|| subject.foreign("asked to write"))?;
    let draw = |drawn: &[usize]| of(metric, &scored, drawn);
    let interval = bootstrap::interval(n, bootstrap::RESAMPLES, bootstrap::SEED, draw);
    let report = EvaluationReport::new(metric, value, 0.0, tokens);
    Ok(EvaluationReport { interval, records: Some(n as u64), numbers, ..report })
}

/// Returns a number of some of the answers, each perhaps several times.
fn of(metric: Metric, scored: &[Scored], drawn: &[usize]) -> f64 {
    let mean_of = |of: fn(&Scored) -> f64| mean(drawn.iter().map(|place| of(&scored[*place])));
    match metric {
        Metric::ExactMatch => mean_of(|one| one.exact),
        Metric::Rouge1 => mean_of(|one| one.rouge[0]),
        Metric::Rouge2 => mean_of(|one| one.rouge[1]),
        Metric::RougeL => mean_of(|one| one.rouge[2]),
        // The corpus is scored as one.
        _ => drawn.iter().map(|place| scored[*place].bleu).sum::<bleu::Counts>().score(),
    }
}

fn score(written: Option<&str>, right: &str, kind: WordsKind) -> Scored {
    let exact = written.is_some_and(|written| exact_match::is_one_of(written, &[right]));
    let written = written.unwrap_or("");
    let (of_bleu, of_rouge) = match kind {
        WordsKind::Wmt => (bleu::Words::Wmt, rouge::Words::Latin),
        WordsKind::Chinese => (bleu::Words::Chinese, rouge::Words::Characters),
        WordsKind::International => (bleu::Words::International, rouge::Words::Latin),
        WordsKind::Spaces => (bleu::Words::Spaces, rouge::Words::Latin),
    };
    let (reference, text) = (rouge::words(right, of_rouge), rouge::words(written, of_rouge));
    Scored {
        exact: f64::from(u8::from(exact)),
        rouge: [
            rouge::rouge_n(&reference, &text, 1),
            rouge::rouge_n(&reference, &text, 2),
            rouge::rouge_l(&reference, &text),
        ],
        bleu: bleu::counts(written, &[right], of_bleu),
    }
}

/// Returns what the model writes behind a prompt until a stop text, and how many tokens it read and wrote.
fn write(
    subject: &Subject<'_>,
    tokenizer: &Tokenizer,
    prompt: &str,
    task: &Generation,
) -> Result<(String, u64), Failure> {
    let Subject { network, parameters, .. } = subject;
    let mut ids = tokenizer.encode(prompt)?;
    let room = network.context().saturating_sub(task.max_tokens as usize).max(1);
    ids.drain(..ids.len().saturating_sub(room));
    let sampling = Sampling { max_tokens: task.max_tokens, temperature: 0.0, ..Sampling::default() };
    let (mut tokens, mut outcome) = (Vec::new(), Ok(String::new()));
    let written = generate(network, parameters, &ids, tokenizer.end_of_text(), &sampling, |token| {
        tokens.push(token);
        outcome = tokenizer.decode(&tokens);
        outcome.as_ref().is_ok_and(|text| !task.stop.iter().any(|stop| text.contains(stop.as_str())))
    });
    let read = (ids.len() + written.tokens.len()) as u64;
    let text = outcome?;
    let end = task.stop.iter().filter_map(|stop| text.find(stop.as_str())).min().unwrap_or(text.len());
    Ok((text[..end].to_owned(), read))
}

/// A filter, ready to be used.
enum Ready {
    Strip,
    Lowercase,
    FirstLine,
    NoPunctuation,
    Regex(Regex, Take),
}

impl Ready {
    fn new(filter: &Filter) -> Result<Self, Failure> {
        Ok(match filter {
            Filter::Strip => Self::Strip,
            Filter::Lowercase => Self::Lowercase,
            Filter::FirstLine => Self::FirstLine,
            Filter::NoPunctuation => Self::NoPunctuation,
            Filter::Regex { pattern, take } => {
                let wrong = |_| Failure::new(FailureClass::BadInput, "a filter is no regular expression");
                Self::Regex(Regex::new(pattern).map_err(wrong)?, *take)
            }
        })
    }

    /// Returns what becomes of an answer; nothing where it is wrong whatever is right.
    fn of_answer(&self, text: &str) -> Option<String> {
        match self {
            Self::FirstLine => Some(text.lines().next().unwrap_or("").to_owned()),
            Self::Regex(pattern, take) => {
                let mut all = pattern.captures_iter(text);
                let found = match take {
                    Take::First => all.next(),
                    Take::Last => all.last(),
                }?;
                found.get(1).or_else(|| found.get(0)).map(|part| part.as_str().to_owned())
            }
            Self::Strip | Self::Lowercase | Self::NoPunctuation => Some(self.of_right(text.to_owned())),
        }
    }

    /// Returns what becomes of the right answer.
    fn of_right(&self, text: String) -> String {
        match self {
            Self::Strip => text.trim().to_owned(),
            Self::Lowercase => text.to_lowercase(),
            Self::NoPunctuation => text.chars().filter(|letter| !letter.is_ascii_punctuation()).collect(),
            Self::FirstLine | Self::Regex(..) => text,
        }
    }
}
