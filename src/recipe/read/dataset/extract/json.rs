//! Reads `extract: { type: json }`.

use serde_json_path::JsonPath;

use crate::recipe::dataset::Extract;
use crate::recipe::read::dataset::extract::says::{Says, says};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::node::shown;
use crate::recipe::read::reader::{At, Reader};

const EXAMPLE: &str = "`prompt: \"$.question\", response: \"$.answer\"`";

/// Reads an extraction by paths into JSON.
pub(super) fn json(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Extract> {
    let each = fields.or(reader, "each", Extract::default_each(), path);
    let says = says(reader, fields, EXAMPLE, path);
    let Says { text, prompt, response, label, group } = says?;
    Some(Extract::Json { each: each?, text, prompt, response, label, group })
}

fn path(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = reader.some_text(at)?;
    match JsonPath::parse(&text) {
        Ok(_) => Some(text),
        Err(error) => {
            let is_name = text.chars().all(|c| c.is_alphanumeric() || "_.[]".contains(c));
            let hint = match is_name {
                true => format!("a path begins at the root: `$.{}`", text.trim_start_matches('.')),
                false => "paths are those of RFC 9535, such as `$.items[*].text` or `$['the text']`".to_owned(),
            };
            // Where it has no words of its own, the place is all there is to tell.
            let what = match error.message() {
                "parser error" => "it cannot be read",
                message => message,
            };
            let message = format!("{} is no path: {what} from character {} on", shown(&text), error.position() + 1);
            reader.wrong(at, message, Some(hint))
        }
    }
}
