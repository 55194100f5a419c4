//! Conversations: a template makes text of them, and only what the assistant says is learnt.
//!
//! What people say is put in behind the template, so that nothing they say becomes a special token.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, context};

use crate::data::error::DataError;
use crate::data::record::Turn;
use crate::data::tokenizer::Tokenizer;
use crate::recipe::tokenizer::CHATML;

/// ChatML, as OpenAI published it.
const CHATML_TEMPLATE: &str = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}\
    {% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/// Stands for what is said while the template is filled in; private use, so that no text means it.
const OPEN: char = '\u{f8d0}';
const CLOSE: char = '\u{f8d1}';

/// The most steps a template takes for one conversation.
const FUEL: u64 = 10_000_000;

/// How a conversation becomes text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(String);

impl Default for Template {
    fn default() -> Self {
        Self(CHATML_TEMPLATE.to_owned())
    }
}

/// A part of a conversation.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    /// What the template says.
    Template(String),
    /// What somebody says.
    Said(&'a Turn),
}

impl Template {
    /// Returns `chatml`, or the template a text is.
    ///
    /// # Errors
    /// When the text is no template.
    pub fn of(text: &str) -> Result<Self, DataError> {
        if text == CHATML {
            return Ok(Self::default());
        }
        let mut environment = environment();
        environment.add_template("chat", text).map_err(|error| wrong(&error))?;
        Ok(Self(text.to_owned()))
    }

    /// Returns the template's text, as Hugging Face's `chat_template`.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Returns the parts of a conversation, in order.
    fn parts<'a>(&self, turns: &'a [Turn], eos: &str) -> Result<Vec<Part<'a>>, DataError> {
        let holes = turns.iter().enumerate();
        let messages: Vec<_> = holes
            .map(|(i, turn)| context! { role => turn.role.as_str(), content => format!("{OPEN}{i}{CLOSE}") })
            .collect();
        let environment = environment();
        let template = environment.template_from_str(&self.0).map_err(|error| wrong(&error))?;
        let values = context! { messages, add_generation_prompt => false, eos_token => eos, bos_token => "" };
        let text = template.render(values).map_err(|error| wrong(&error))?;
        let mut parts = Vec::new();
        for (n, piece) in text.split(OPEN).enumerate() {
            let (said, rest) = match piece.split_once(CLOSE) {
                Some((number, rest)) if n > 0 => (number.parse::<usize>().ok().and_then(|i| turns.get(i)), rest),
                Some(_) | None => (None, piece),
            };
            parts.extend(said.map(Part::Said));
            parts.push(Part::Template(rest.to_owned()));
        }
        Ok(parts)
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters are no mistake"));
    environment.set_fuel(Some(FUEL));
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment
}

/// A template's own message may hold what was put into it, and is left out.
fn wrong(error: &minijinja::Error) -> DataError {
    let line = error.line().map(|line| format!(" on line {line}")).unwrap_or_default();
    DataError::BadTemplate { message: format!("{}{line}", error.kind()) }
}

impl Tokenizer {
    /// Returns the tokens of a conversation, and for each 1 where the assistant speaks or ends, else 0.
    ///
    /// # Errors
    /// When the template fails, and when a text has no tokens.
    pub fn encode_chat(&self, turns: &[Turn]) -> Result<(Vec<u32>, Vec<u8>), DataError> {
        let eos = self.inner.id_to_token(self.end_of_text).unwrap_or_default();
        let (mut tokens, mut is_learnt) = (Vec::new(), Vec::new());
        let mut is_assistant = false;
        for part in self.template.parts(turns, &eos)? {
            match part {
                Part::Said(turn) => {
                    is_assistant = turn.role == "assistant";
                    tokens.extend(self.encode(&turn.content)?);
                    is_learnt.resize(tokens.len(), u8::from(is_assistant));
                }
                Part::Template(text) => {
                    for (piece, special) in self.with_special(&text) {
                        match special {
                            Some(token) => tokens.push(token),
                            None if is_assistant => {
                                let end = piece.find('\n').map_or(piece.len(), |at| at + 1);
                                tokens.extend(self.encode(&piece[..end])?);
                                is_learnt.resize(tokens.len(), 1);
                                tokens.extend(self.encode(&piece[end..])?);
                                is_assistant = false;
                            }
                            None => tokens.extend(self.encode(piece)?),
                        }
                        is_learnt.resize(tokens.len(), u8::from(is_assistant));
                        // The end of a turn is learnt, a token or a line, and what follows it is not.
                        is_assistant = false;
                    }
                }
            }
        }
        Ok((tokens, is_learnt))
    }

    /// Cuts a text at its special tokens.
    fn with_special<'t>(&self, text: &'t str) -> Vec<(&'t str, Option<u32>)> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while !rest.is_empty() {
            let found = self.special.iter().filter(|(_, token)| !token.is_empty()).filter_map(|(id, token)| {
                rest.find(token.as_str()).map(|at| (at, std::cmp::Reverse(token.len()), *id))
            });
            let Some((at, std::cmp::Reverse(length), id)) = found.min() else {
                pieces.push((rest, None));
                break;
            };
            if at > 0 {
                pieces.push((&rest[..at], None));
            }
            pieces.push((&rest[at..at + length], Some(id)));
            rest = &rest[at + length..];
        }
        pieces
    }
}
