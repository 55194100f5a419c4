//! Reads `extract: { type: template }`, and templates wherever they stand.

use crate::recipe::code::Code;
use crate::recipe::dataset::Extract;
use crate::recipe::problem::listed;
use crate::recipe::read::dataset::extract::says::{Says, says};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::letters;
use crate::recipe::read::node::shown;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::template::{Template, TemplateError};

const EXAMPLE: &str = "`prompt: \"{{ question }}\", response: \"{{ answer }}\"`";

/// Reads an extraction by templates.
pub(super) fn template(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Extract> {
    let says = says(reader, fields, EXAMPLE, |reader, at| jinja(reader, at, None));
    let Says { text, prompt, response, label, group } = says?;
    Some(Extract::Template { text, prompt, response, label, group })
}

/// Reads a template that says something of the row; `known` are the names it may use, where those are known.
pub(super) fn jinja(reader: &mut Reader, at: &At<'_>, known: Option<&[&str]>) -> Option<String> {
    let text = reader.some_text(at)?;
    let template = match Template::parse(&text) {
        Ok(template) => template,
        Err(TemplateError::Syntax { line, message }) => {
            let hint =
                "templates are those of Jinja, such as `{{ question }}` or `{% if input %}…{% endif %}`".to_owned();
            let place = if text.trim_end().contains('\n') { format!(" in its line {line}") } else { String::new() };
            return reader.wrong(at, format!("this is no template{place}: {message}"), Some(hint));
        }
        Err(error) => return reader.wrong(at, error.to_string(), None),
    };
    if template.names().is_empty() {
        let hint = match text.contains('{') {
            true => "a field stands in two braces: `{{ question }}`".to_owned(),
            false => format!("a field stands in braces: `{{{{ {} }}}}`", text.trim()),
        };
        return reader.wrong(at, "expected a template that uses a field of the row, found none", Some(hint));
    }
    let unknown = known.and_then(|known| template.names().iter().find(|name| !known.contains(&name.as_str())));
    match unknown {
        None => Some(text),
        Some(name) => {
            let known = known.unwrap_or_default();
            let hint = letters::nearest(name, known.iter().copied())
                .unwrap_or_else(|| format!("it knows {}", listed(known.iter().copied())));
            reader.wrong_of(Code::NoSuchName, at, format!("the template knows no {}", shown(name)), Some(hint))
        }
    }
}
