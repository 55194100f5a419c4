//! Jinja templates that a recipe holds: text with `{{ field }}`, over the fields of one row.
//!
//! **Invariants:** a template reads no files, knows no clock, and takes a bounded number of steps; what a row says is a value and
//! never a template; an error tells what was expected, and never what the row says.

use std::collections::BTreeSet;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

/// The most steps a template takes for one row; about 64 bytes of text cost one more.
const FUEL: u64 = 5_000_000;

/// What is printed though it is nothing.
const NOTHING: &str = "prints a field that holds nothing";
/// What is printed though it is no text.
const NO_TEXT: &str = "prints a list or a mapping";

/// What is wrong with a template, or with a row for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It cannot be understood.
    #[error("line {line} of the template: {message}")]
    Syntax {
        /// The line of the template, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// It takes too many steps.
    #[error("the template takes more than {FUEL} steps")]
    OutOfFuel,
    /// The row has no such fields.
    #[error("the template asks for {}, which the row does not have", quoted(names))]
    Missing {
        /// The fields; none where only a part of one is missing.
        names: Vec<String>,
    },
    /// It does with a row what cannot be done.
    #[error("line {line} of the template {what}")]
    Failed {
        /// The line of the template, from 1.
        line: usize,
        /// What it does there.
        what: &'static str,
    },
}

/// A template, ready to be filled in.
pub struct Template {
    environment: Environment<'static>,
    names: BTreeSet<String>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// When it cannot be understood.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        // `debug` would print the whole row.
        environment.remove_global("debug");
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        environment.set_syntax(syntax.expect("the usual delimiters are no mistake"));
        environment.set_formatter(|out, _state, value| match value.kind() {
            ValueKind::None | ValueKind::Undefined => Err(Error::new(ErrorKind::InvalidOperation, NOTHING)),
            ValueKind::Bool | ValueKind::Number | ValueKind::String => Ok(write!(out, "{value}")?),
            _ => Err(Error::new(ErrorKind::InvalidOperation, NO_TEXT)),
        });
        environment.add_template_owned("row", text.to_owned()).map_err(|error| syntax_error(&error))?;
        let globals: BTreeSet<String> = environment.globals().map(|(name, _)| name.to_owned()).collect();
        let asked = environment.get_template("row").map_err(|error| syntax_error(&error))?.undeclared_variables(false);
        let names = asked.into_iter().filter(|name| !globals.contains(name)).collect();
        Ok(Self { environment, names })
    }

    /// Returns the fields the template asks for.
    pub fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// Fills in the fields of a row.
    ///
    /// # Errors
    /// When the row lacks a field, a field is no text, or the template takes too many steps.
    pub fn render(&self, fields: &serde_json::Map<String, serde_json::Value>) -> Result<String, TemplateError> {
        let template = self.environment.get_template("row").map_err(|error| syntax_error(&error))?;
        template.render(Serde(fields)).map_err(|error| {
            let line = error.line().unwrap_or(1);
            match error.kind() {
                ErrorKind::OutOfFuel => TemplateError::OutOfFuel,
                ErrorKind::UndefinedError => {
                    let names: Vec<String> =
                        self.names.iter().filter(|name| !fields.contains_key(*name)).cloned().collect();
                    TemplateError::Missing { names }
                }
                kind => TemplateError::Failed { line, what: what(kind, error.detail()) },
            }
        })
    }
}

fn syntax_error(error: &Error) -> TemplateError {
    let message = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    TemplateError::Syntax { line: error.line().unwrap_or(1), message }
}

/// Returns what a template did, in words of ours: those of the engine may hold a value.
fn what(kind: ErrorKind, detail: Option<&str>) -> &'static str {
    match (kind, detail) {
        (_, Some(NOTHING)) => NOTHING,
        (_, Some(NO_TEXT)) => NO_TEXT,
        (ErrorKind::UnknownFilter, _) => "uses a filter that does not exist",
        (ErrorKind::UnknownTest, _) => "uses a test that does not exist",
        (ErrorKind::UnknownFunction, _) => "calls a function that does not exist",
        (ErrorKind::UnknownMethod, _) => "calls a method that does not exist",
        (ErrorKind::TooManyArguments | ErrorKind::MissingArgument, _) => {
            "calls something with too few or too many values"
        }
        (ErrorKind::CannotUnpack, _) => "takes a value apart that has other parts",
        // The kinds are theirs, and may grow in number.
        _ => "does with a value what cannot be done with it",
    }
}

fn quoted(names: &[String]) -> String {
    match names {
        [] => "a part of a field".to_owned(),
        _ => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(template: &str, row: serde_json::Value) -> Result<String, String> {
        let template = Template::parse(template).map_err(|error| error.to_string())?;
        template.render(row.as_object().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn data_is_never_a_template_and_lines_of_blocks_leave_nothing_behind() {
        let row = json!({ "q": "{{ 7*7 }} {% raw %} <b>", "n": 4, "w": [1, 2], "empty": "" });
        assert_eq!(told("{{ q }}", row.clone()).unwrap(), "{{ 7*7 }} {% raw %} <b>");
        let template = "{% if empty %}\nno\n{% endif %}\n{% for x in w %}\n{{ x }} of {{ n }}\n{% endfor %}\n";
        assert_eq!(told(template, row).unwrap(), "1 of 4\n2 of 4\n");
    }

    #[test]
    fn names_are_known_before_there_is_a_row() {
        let template = Template::parse("{{ a.b }}{% for x in y %}{{ x }}{% endfor %}{{ range(3) | join }}").unwrap();
        assert_eq!(template.names().iter().collect::<Vec<_>>(), ["a", "y"]);
    }

    #[test]
    fn every_mistake_is_told_without_the_row() {
        let row = json!({ "secret": "hunter2", "nothing": null, "list": ["hunter2"], "map": { "hunter2": 1 } });
        let cases = [
            ("{{ missing }}", "the template asks for `missing`, which the row does not have"),
            ("{{ map.missing }}", "the template asks for a part of a field, which the row does not have"),
            ("{% if missing %}{% endif %}", "the template asks for `missing`, which the row does not have"),
            ("\n{{ nothing }}", "line 2 of the template prints a field that holds nothing"),
            ("{{ list }}", "line 1 of the template prints a list or a mapping"),
            ("{{ map }}", "line 1 of the template prints a list or a mapping"),
            ("{{ secret | nope }}", "line 1 of the template uses a filter that does not exist"),
            ("{{ secret is nope }}", "line 1 of the template uses a test that does not exist"),
            ("{{ nope() }}", "line 1 of the template calls a function that does not exist"),
            ("{{ debug() }}", "line 1 of the template calls a function that does not exist"),
            ("{{ secret.nope() }}", "line 1 of the template calls a method that does not exist"),
            ("{{ secret | int }}", "line 1 of the template does with a value what cannot be done with it"),
            ("{{ secret + 1 }}", "line 1 of the template does with a value what cannot be done with it"),
            ("{{ secret | replace('a') }}", "line 1 of the template calls something with too few or too many values"),
            ("{% set a, b = list %}", "line 1 of the template takes a value apart that has other parts"),
            ("{{ 'a' * 100000000000 }}", "the template takes more than 5000000 steps"),
        ];
        for (template, expected) in cases {
            assert_eq!(told(template, row.clone()).unwrap_err(), expected, "{template}");
        }
        for broken in ["{{ a", "{% if a %}", "{% include '/etc/passwd' %}", "{% import 'x' as y %}", "{{ a b }}"] {
            assert!(told(broken, row.clone()).unwrap_err().starts_with("line 1 of the template: "), "{broken}");
        }
    }

    #[test]
    fn a_template_that_goes_on_for_ever_ends() {
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}";
        let doubling =
            "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}";
        for template in [endless, doubling, "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}"] {
            let error = told(template, json!({})).unwrap_err();
            assert!(error.contains("steps") || error.contains("cannot be done"), "{error}");
        }
    }
}
