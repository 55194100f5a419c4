//! Reads `task`.

use regex::Regex;

use crate::recipe::code::Code;
use crate::recipe::dataset::SplitName;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::task::{
    AnswerIs, FewShot, FewShotOrder, Filter, Generation, MultipleChoice, Take, Task, WordsKind, default_delimiter,
};
use crate::recipe::template::{Template, TemplateError};

/// Reads a task.
pub(super) fn task(reader: &mut Reader, at: &At<'_>) -> Option<Task> {
    type Read = fn(&mut Reader, &mut Fields<'_>) -> Option<Task>;
    const KINDS: [(&str, Read); 2] = [("multiple-choice", multiple_choice), ("generation", generation)];
    let mut fields = Fields::open(reader, at)?;
    let Some(read) = fields.kind(reader, "task", &KINDS) else {
        fields.abandon();
        return None;
    };
    let task = read(reader, &mut fields);
    fields.finish(reader);
    task
}

fn multiple_choice(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Task> {
    const ANSWERS: [(&str, AnswerIs); 3] =
        [("number", AnswerIs::Number), ("letter", AnswerIs::Letter), ("text", AnswerIs::Text)];
    let prompt = fields.need(reader, "prompt").and_then(|at| template(reader, &at));
    let (choices_at, from_at) = (fields.take("choices"), fields.take("choices-from"));
    let choices = choices(reader, fields, choices_at.as_ref(), from_at.as_ref());
    let answer = fields.need(reader, "answer").and_then(|at| template(reader, &at));
    let answer_is = fields
        .or(reader, "answer-is", AnswerIs::default(), |reader, at| reader.word(at, "way to name a choice", &ANSWERS));
    let frame = frame(reader, fields);
    let (choices, choices_from) = choices?;
    let (description, delimiter, few_shot) = frame?;
    let (prompt, answer, answer_is) = (prompt?, answer?, answer_is?);
    let task = MultipleChoice { prompt, choices, choices_from, answer, answer_is, description, delimiter, few_shot };
    Some(Task::MultipleChoice(task))
}

type Choices = (Option<Vec<String>>, Option<String>);

/// Reads the choices, or the column that holds them.
fn choices(
    reader: &mut Reader,
    fields: &Fields<'_>,
    choices: Option<&At<'_>>,
    from: Option<&At<'_>>,
) -> Option<Choices> {
    let example = Some("`choices-from: choices`, or `choices: [\"{{ first }}\", \"{{ second }}\"]`".to_owned());
    match (choices, from) {
        (Some(at), None) => {
            let choices = reader.some_list(at, template)?;
            if choices.len() < 2 {
                return reader.wrong(at, "expected two choices or more, found one", example);
            }
            Some((Some(choices), None))
        }
        (None, Some(at)) => Some((None, Some(reader.some_text(at)?))),
        (Some(_), Some(at)) => {
            let message = "the choices are either typed or in a column, and not both";
            reader.wrong_of(Code::ConflictingKeys, at, message, example)
        }
        (None, None) => {
            let message = "`choices` or `choices-from` is missing: what is chosen among?";
            reader.wrong_of(Code::MissingKey, fields.at(), message, example)
        }
    }
}

fn generation(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Task> {
    const WORDS: [(&str, WordsKind); 4] = [
        ("13a", WordsKind::Wmt),
        ("zh", WordsKind::Chinese),
        ("intl", WordsKind::International),
        ("none", WordsKind::Spaces),
    ];
    let prompt = fields.need(reader, "prompt").and_then(|at| template(reader, &at));
    let answer = fields.need(reader, "answer").and_then(|at| template(reader, &at));
    let stop = fields.or(reader, "stop", Generation::default_stop(), |reader, at| reader.list(at, some_stop));
    let max_tokens =
        fields.or(reader, "max-tokens", Generation::default_max_tokens(), |reader, at| reader.count(at, 1));
    let filters = fields.or(reader, "filters", Vec::new(), |reader, at| reader.list(at, filter));
    let words = fields.or(reader, "words", WordsKind::default(), |reader, at| reader.word(at, "kind of words", &WORDS));
    let (description, delimiter, few_shot) = frame(reader, fields)?;
    let (prompt, answer, stop) = (prompt?, answer?, stop?);
    let (max_tokens, filters, words) = (max_tokens?, filters?, words?);
    let task = Generation { prompt, answer, stop, max_tokens, filters, words, description, delimiter, few_shot };
    Some(Task::Generation(task))
}

/// Reads a text at which answers end: white space is one, and nothing is none.
fn some_stop(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = reader.text(at)?;
    if text.is_empty() {
        return reader.wrong(at, "expected a text at which answers end, found an empty one", None);
    }
    Some(text)
}

type Around = (String, String, Option<FewShot>);

/// Reads what stands around the items.
fn frame(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Around> {
    let description = fields.or(reader, "description", String::new(), |reader, at| reader.text(at));
    let delimiter = fields.or(reader, "delimiter", default_delimiter(), |reader, at| reader.text(at));
    let few_shot = fields.or(reader, "few-shot", None, |reader, at| few_shot(reader, at).map(Some));
    Some((description?, delimiter?, few_shot?))
}

fn few_shot(reader: &mut Reader, at: &At<'_>) -> Option<FewShot> {
    const ORDERS: [(&str, FewShotOrder); 2] = [("random", FewShotOrder::Random), ("first", FewShotOrder::First)];
    let splits = SplitName::ALL.map(|split| (split.word(), split));
    let mut fields = Fields::open(reader, at)?;
    let count = fields.need(reader, "count").and_then(|at| reader.integer(&at, 1..=1000)).map(|count| count as u32);
    let split = fields.or(reader, "split", FewShot::default_split(), |reader, at| reader.word(at, "split", &splits));
    let order =
        fields.or(reader, "order", FewShotOrder::default(), |reader, at| reader.word(at, "order of examples", &ORDERS));
    let seed = fields.or(reader, "seed", FewShot::default_seed(), |reader, at| reader.large_count(at, 0));
    let separator = fields.or(reader, "separator", FewShot::default_separator(), |reader, at| reader.text(at));
    fields.finish(reader);
    Some(FewShot { count: count?, split: split?, order: order?, seed: seed?, separator: separator? })
}

fn filter(reader: &mut Reader, at: &At<'_>) -> Option<Filter> {
    #[derive(Clone, Copy)]
    enum Word {
        Plain(fn() -> Filter),
        Regex,
    }
    const KINDS: [(&str, Word); 5] = [
        ("strip", Word::Plain(|| Filter::Strip)),
        ("lowercase", Word::Plain(|| Filter::Lowercase)),
        ("first-line", Word::Plain(|| Filter::FirstLine)),
        ("no-punctuation", Word::Plain(|| Filter::NoPunctuation)),
        ("regex", Word::Regex),
    ];
    let mut fields = Fields::open(reader, at)?;
    let Some(word) = fields.kind(reader, "filter", &KINDS) else {
        fields.abandon();
        return None;
    };
    let filter = match word {
        Word::Plain(filter) => Some(filter()),
        Word::Regex => regex(reader, &mut fields),
    };
    fields.finish(reader);
    filter
}

fn regex(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Filter> {
    const TAKES: [(&str, Take); 2] = [("first", Take::First), ("last", Take::Last)];
    let pattern = fields.need(reader, "pattern").and_then(|at| {
        let text = reader.some_text(&at)?;
        match Regex::new(&text) {
            Ok(_) => Some(text),
            Err(_) => {
                let hint = "the syntax is that of the `regex` crate: no look-around, no back-references".to_owned();
                reader.wrong(&at, "this is no regular expression", Some(hint))
            }
        }
    });
    let take = fields.or(reader, "take", Take::default(), |reader, at| reader.word(at, "match", &TAKES));
    Some(Filter::Regex { pattern: pattern?, take: take? })
}

/// Reads a template over the fields of a record.
fn template(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = reader.some_text(at)?;
    match Template::parse(&text) {
        Ok(_) => Some(text),
        Err(TemplateError::Syntax { line, message }) => {
            let place = if text.trim_end().contains('\n') { format!(" in its line {line}") } else { String::new() };
            let hint = "templates are those of Jinja, such as `{{ question }}`".to_owned();
            reader.wrong(at, format!("this is no template{place}: {message}"), Some(hint))
        }
        Err(error) => reader.wrong(at, error.to_string(), None),
    }
}
