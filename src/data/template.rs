//! Chat templates: conversations as the text a model reads, and which parts of it the assistant says.
//!
//! Templates are those of Hugging Face tokenizers (Jinja, `messages`, `add_generation_prompt`, `raise_exception`). They come with models
//! from elsewhere: one reads no files, knows no clock, and ends after a bounded number of steps; what a conversation says is a value,
//! never a template.

mod error;
#[cfg(test)]
mod tests;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context};

use crate::data::record::Turn;

pub use error::TemplateError;

/// The template of a model that has none: ChatML, each turn between `<|im_start|>` with its role and `<|im_end|>`.
pub const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}\
     {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/// The most steps a template takes for one conversation; about 64 bytes of text cost one more.
const FUEL: u64 = 20_000_000;

/// A part of the text of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text; never empty.
    pub text: String,
    /// Whether the assistant says it, and a model learns it.
    pub is_answer: bool,
}

/// A chat template, ready to be filled in.
pub struct ChatTemplate {
    environment: Environment<'static>,
    text: String,
}

impl ChatTemplate {
    /// Reads a template; `tokens` are what it may call `bos_token`, `eos_token` and the like.
    ///
    /// # Errors
    /// When it cannot be understood.
    pub fn new(text: &str, tokens: &[(&str, &str)]) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        // As in Hugging Face's own engine, what is not there is printed as nothing.
        environment.set_undefined_behavior(UndefinedBehavior::Lenient);
        environment.set_fuel(Some(FUEL));
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.expect("the usual delimiters are no mistake"));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |message: String| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, format!("{}{message}", error::RAISED)))
        });
        environment.remove_global("debug");
        for (name, token) in tokens {
            environment.add_global((*name).to_owned(), (*token).to_owned());
        }
        environment.add_template_owned("chat", text.to_owned()).map_err(|error| TemplateError::syntax(&error))?;
        Ok(Self { environment, text: text.to_owned() })
    }

    /// Returns the text of a conversation; with `add_generation_prompt` it ends where the assistant is to go on.
    ///
    /// # Errors
    /// When the template refuses the conversation, fails, or takes too many steps.
    pub fn render(&self, turns: &[Turn], add_generation_prompt: bool) -> Result<String, TemplateError> {
        let of = |error| TemplateError::rendering(&error, &self.text);
        let messages: Vec<Value> = turns.iter().map(|Turn { role, content }| context! { role, content }).collect();
        let template = self.environment.get_template("chat").map_err(of)?;
        template.render(context! { messages, add_generation_prompt }).map_err(of)
    }

    /// Returns the text of a conversation in pieces, with those the assistant says marked: its content and what ends its turn, and
    /// not what begins it.
    ///
    /// What a turn adds is found by rendering the conversation up to it and with it: `add_generation_prompt` tells where an answer
    /// begins. Where an answer does not begin as the prompt for it ends, what begins the turn counts as said too.
    ///
    /// # Errors
    /// When the template cannot render the conversation or a beginning of it, or when the text of the first turns depends on later
    /// ones: then nobody knows what belongs to whom.
    pub fn pieces(&self, turns: &[Turn], add_generation_prompt: bool) -> Result<Vec<Piece>, TemplateError> {
        let whole = self.render(turns, add_generation_prompt)?;
        let (mut pieces, mut end) = (Pieces::default(), 0);
        for (i, _) in turns.iter().enumerate().filter(|(_, turn)| turn.role == "assistant") {
            let unstable = || TemplateError::Unstable { turn: i + 1 };
            let after = self.render(&turns[..=i], false)?;
            if !whole.starts_with(&after) {
                return Err(unstable());
            }
            let start = match self.begins(&turns[..i], true, &after)? {
                Some(start) => start,
                None => self.begins(&turns[..i], false, &after)?.ok_or_else(unstable)?,
            };
            // Turns of the assistant in a row may share what begins them.
            let start = start.max(end);
            pieces.push(whole.get(end..start).ok_or_else(unstable)?, false);
            pieces.push(whole.get(start..after.len()).ok_or_else(unstable)?, true);
            end = after.len();
        }
        pieces.push(&whole[end..], false);
        Ok(pieces.0)
    }

    /// Returns where the next turn begins in `after`; `None` where `after` begins otherwise.
    ///
    /// A template may refuse to render no turn at all: then a first turn begins at once.
    fn begins(&self, turns: &[Turn], prompt: bool, after: &str) -> Result<Option<usize>, TemplateError> {
        match self.render(turns, prompt) {
            Ok(before) => Ok(after.starts_with(&before).then_some(before.len())),
            Err(_) if turns.is_empty() => Ok((!prompt).then_some(0)),
            // Some templates want an answer behind every question, and end where it is to begin all the same.
            Err(TemplateError::Refused { .. }) if !prompt => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Returns the text of a conversation in pieces by a template without tokens of its own; see [`ChatTemplate::pieces`].
///
/// # Errors
/// When the template cannot be understood, or cannot render the conversation.
pub fn chat(template: &str, turns: &[Turn], add_generation_prompt: bool) -> Result<Vec<Piece>, TemplateError> {
    ChatTemplate::new(template, &[])?.pieces(turns, add_generation_prompt)
}

/// Pieces, each of another kind than the one before.
#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn push(&mut self, text: &str, is_answer: bool) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.is_answer == is_answer => last.text.push_str(text),
            Some(_) | None => self.0.push(Piece { text: text.to_owned(), is_answer }),
        }
    }
}
