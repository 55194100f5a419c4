//! No extraction: a row is a record, and its fields say what they are.

use serde_json::{Map, Value as Json};

use crate::data::clean::Counts;
use crate::data::extract::Extractor;
use crate::data::record::{Content, Preference, Record, Turn};
use crate::data::row::{Row, Sample, Value};
use crate::data::source::kind;
use crate::recipe::dataset::{self, Source};

/// Who may speak in a conversation.
const ROLES: [&str; 4] = ["system", "user", "assistant", "tool"];

/// Which fields of a row say what.
pub(super) struct Columns {
    named: dataset::Columns,
}

impl Columns {
    /// Returns the columns a source names.
    pub(super) fn of(source: &Source) -> Self {
        Self { named: source.columns().cloned().unwrap_or_default() }
    }
}

impl Extractor for Columns {
    fn records(&self, row: Row, _: &mut Counts) -> Result<Vec<Record>, String> {
        let Row { id, document, line: _, value, label } = row;
        Ok(vec![match value {
            Value::Text(text) => Record { label, ..Record::new(id, document, Content::Text(text)) },
            Value::Media(Sample { media, fields }) => {
                Record { label, fields, ..Record::new(id, document, Content::Media(media)) }
            }
            Value::Object(fields) => self.record(id, document, label, fields)?,
        }])
    }
}

impl Columns {
    fn record(
        &self,
        id: String,
        document: String,
        label: Option<String>,
        mut row: Map<String, Json>,
    ) -> Result<Record, String> {
        let dataset::Columns { label: class, group, id: key, keep, .. } = &self.named;
        let class = scalar(&row, class.as_deref(), "label")?;
        let group = scalar(&row, group.as_deref(), "group")?;
        let key = scalar(&row, key.as_deref(), "id")?;
        let kept = keep.iter().map(|name| Ok((name.clone(), kept(&row, name)?))).collect::<Result<Vec<_>, String>>()?;
        let id = match key {
            Some(key) => format!("{document}#{key}"),
            None => id,
        };
        let content = self.content(&mut row)?;
        let fields = kept.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let fields = fields.chain(group.map(|group| ("group".to_owned(), group))).collect();
        Ok(Record { id, document, content, label: class.or(label), fields })
    }

    fn content(&self, row: &mut Map<String, Json>) -> Result<Content, String> {
        let dataset::Columns { text, prompt, response, chosen, rejected, messages, .. } = &self.named;
        if let Some(name) = text {
            return Ok(Content::Text(taken(row, name)?));
        }
        let is_named_pair = prompt.is_some() || response.is_some();
        let is_named_preference = chosen.is_some() || rejected.is_some();
        let [prompt, response, chosen, rejected] =
            [(prompt, "prompt"), (response, "response"), (chosen, "chosen"), (rejected, "rejected")]
                .map(|(name, usual)| name.as_deref().unwrap_or(usual));
        // Who names what is asked, and nothing else, may mean two answers as well as one.
        let may_prefer = self.named.may_prefer() && row.contains_key(chosen) && row.contains_key(rejected);
        if is_named_preference || (may_prefer && !(is_named_pair && row.contains_key(response))) {
            return preference(row, prompt, [chosen, rejected]).map(Content::Preference);
        }
        if let Some(name) =
            messages.as_deref().or_else(|| (!is_named_pair && row.contains_key("messages")).then_some("messages"))
        {
            return turns(row.remove(name).ok_or_else(|| missing(name))?, name).map(Content::Chat);
        }
        if is_named_pair || row.contains_key(prompt) {
            return Ok(Content::Pair { prompt: taken(row, prompt)?, response: taken(row, response)? });
        }
        match ["text", "content"].into_iter().find(|name| row.contains_key(*name)) {
            Some(name) => Ok(Content::Text(taken(row, name)?)),
            None => {
                Err("expected a field `text` or `content`, or `prompt` with `response`, or `messages`, or `chosen` with `rejected`, found none: \
                         `columns` names them where they are called otherwise"
                    .to_owned())
            }
        }
    }
}

fn missing(name: &str) -> String {
    format!("field `{name}` is missing")
}

/// Takes a text out of a row.
fn taken(row: &mut Map<String, Json>, name: &str) -> Result<String, String> {
    match row.remove(name) {
        Some(Json::String(text)) => Ok(text),
        Some(other) => Err(format!("expected text in field `{name}`, found {}", kind(&other))),
        None => Err(missing(name)),
    }
}

/// Returns a single value as text: it has to be there where it is named, and may be missing under its usual name.
pub(super) fn scalar(row: &Map<String, Json>, named: Option<&str>, usual: &str) -> Result<Option<String>, String> {
    let name = named.unwrap_or(usual);
    let value = kept_or_missing(row, name)?;
    match (value, named) {
        (None, Some(name)) => Err(missing(name)),
        (Some(Some(text)), _) if !text.is_empty() => Ok(Some(text)),
        (Some(_), Some(name)) => Err(format!("expected text or a number in field `{name}`, found nothing in it")),
        (_, None) => Ok(None),
    }
}

/// Returns a field to keep, and nothing where it holds nothing; a list or a mapping is kept as its JSON.
pub(super) fn kept(row: &Map<String, Json>, name: &str) -> Result<Option<String>, String> {
    if let Some(value @ (Json::Array(_) | Json::Object(_))) = row.get(name) {
        return Ok(Some(value.to_string()));
    }
    kept_or_missing(row, name)?.ok_or_else(|| missing(name))
}

fn kept_or_missing(row: &Map<String, Json>, name: &str) -> Result<Option<Option<String>>, String> {
    Ok(match row.get(name) {
        None => None,
        Some(Json::Null) => Some(None),
        Some(Json::String(text)) => Some(Some(text.clone())),
        Some(Json::Bool(value)) => Some(Some(value.to_string())),
        Some(Json::Number(number)) if number.is_f64() && number.as_f64().is_some_and(|value| value.abs() >= EXACT) => {
            return Err(format!("the number in field `{name}` is out of range: expected one that is exact"));
        }
        Some(Json::Number(number)) => Some(Some(number.to_string())),
        Some(other @ (Json::Array(_) | Json::Object(_))) => {
            return Err(format!("expected text or a number in field `{name}`, found {}", kind(other)));
        }
    })
}

/// From here on, a floating-point number does not tell neighbouring whole numbers apart (2^53).
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads two answers, of which one is preferred, with what is asked where it stands apart: texts, or lists of turns, as TRL has them.
fn preference(row: &mut Map<String, Json>, asking: &str, [chosen, rejected]: [&str; 2]) -> Result<Preference, String> {
    let prompt = row.remove(asking).filter(|prompt| !prompt.is_null());
    if row.get(chosen).is_some_and(Json::is_array) {
        let asked = prompt.map(|prompt| turns(prompt, asking)).transpose()?.unwrap_or_default();
        let mut answer = |name: &str| {
            let mut all = asked.clone();
            all.extend(turns(row.remove(name).ok_or_else(|| missing(name))?, name)?);
            match all.last().is_some_and(|turn| turn.role == "assistant") {
                true => Ok(all),
                false => Err(format!("expected the assistant to speak last in field `{name}`")),
            }
        };
        return Ok(Preference { chosen: answer(chosen)?, rejected: answer(rejected)? });
    }
    let asked = match prompt {
        None => None,
        Some(Json::String(text)) => Some(Turn { role: Preference::PROMPT.to_owned(), content: text }),
        Some(other) => {
            return Err(format!("expected text in field `{asking}`, as in `{chosen}`, found {}", kind(&other)));
        }
    };
    let mut answer = |name: &str| {
        let content = taken(row, name)?;
        let response = Turn { role: Preference::RESPONSE.to_owned(), content };
        Ok::<_, String>(asked.iter().cloned().chain([response]).collect())
    };
    Ok(Preference { chosen: answer(chosen)?, rejected: answer(rejected)? })
}

/// Reads a conversation.
fn turns(value: Json, name: &str) -> Result<Vec<Turn>, String> {
    let Json::Array(list) = value else {
        return Err(format!("expected a list of turns in field `{name}`, found {}", kind(&value)));
    };
    if list.is_empty() {
        return Err(format!("expected at least one turn in field `{name}`, found none"));
    }
    let turns = list.into_iter().enumerate();
    turns
        .map(|(i, turn)| self::turn(turn).map_err(|reason| format!("turn {} of field `{name}`: {reason}", i + 1)))
        .collect()
}

fn turn(value: Json) -> Result<Turn, String> {
    let Json::Object(mut turn) = value else { return Err(format!("expected an object, found {}", kind(&value))) };
    let role = taken(&mut turn, "role")?;
    let content = taken(&mut turn, "content")?;
    match ROLES.contains(&role.as_str()) {
        true => Ok(Turn { role, content }),
        false => Err(format!("expected one of `{}` in `role`, found another word", ROLES.join("`, `"))),
    }
}
