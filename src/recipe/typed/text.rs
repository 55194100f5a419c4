//! Kinds of text: names, devices, text that is not empty, templates.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::id::Name;
use crate::recipe::run::DeviceChoice;

/// Returns the pattern of a name, without anchors.
pub(super) fn name_pattern() -> &'static str {
    "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
}

/// The pattern of text that is more than white space.
pub(super) const SOME_TEXT: &str = r"\S";

/// Implements a schema that does not depend on anything.
macro_rules! schema_of {
    ($type:ident, inline: $inline:literal, $schema:expr) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                $inline
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

/// Text that is more than white space.
pub struct SomeText;
schema_of!(SomeText, inline: true, json_schema!({ "type": "string", "pattern": SOME_TEXT }));

/// One ASCII character that can stand between two fields.
pub struct DelimiterText;
schema_of!(DelimiterText, inline: true, json_schema!({ "type": "string", "pattern": r#"^[\t -!#-~]$"# }));

/// A model of the recipe, of the zoo, of the catalogue, or of Hugging Face.
pub struct ModelReference;
schema_of!(
    ModelReference,
    inline: true,
    json_schema!({
        "type": "string",
        "pattern": format!("^({0}|zoo/{0}(@{0})?|hf/{0}/{0}@[0-9a-f]{{40}})$", name_pattern()),
    })
);

/// Text with at least one placeholder of an extraction.
pub struct Template;
schema_of!(Template, inline: true, json_schema!({ "type": "string", "pattern": r"\{(doc|signature|body)\}" }));

/// Where a class stands: a word, or a pattern of file names with `{label}`.
pub struct LabelText;
schema_of!(LabelText, inline: true, json_schema!({ "type": "string", "pattern": r"^(folder|none|.*\{label\}.*)$" }));
/// A path into JSON (RFC 9535).
pub struct JsonPathText;
schema_of!(JsonPathText, inline: true, json_schema!({ "type": "string", "pattern": r"^\$" }));
/// A SHA-256 or BLAKE3 digest.
pub struct HexDigest;
schema_of!(HexDigest, inline: true, json_schema!({ "type": "string", "pattern": "^[0-9a-fA-F]{64}$" }));

/// The name of a git commit.
pub struct CommitId;
schema_of!(CommitId, inline: true, json_schema!({ "type": "string", "pattern": "^[0-9a-f]{40}$" }));

/// Where a secret stands, and never the secret itself.
pub struct SecretReference;
schema_of!(SecretReference, inline: true, json_schema!({ "type": "string", "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:/.+)$" }));

/// An address of the web.
pub struct WebAddress;
schema_of!(WebAddress, inline: true, json_schema!({ "type": "string", "pattern": "^https?://[^@/]+(/.*)?$" }));

/// Text, a number or a truth value.
pub struct Scalar;
schema_of!(Scalar, inline: true, json_schema!({ "type": ["string", "number", "boolean"] }));

schema_of!(
    Name,
    inline: false,
    json_schema!({
        "description": "A name: 1 to 64 of `a-z A-Z 0-9 . _ -`, beginning with a letter or a digit.",
        "type": "string",
        "pattern": format!("^{}$", name_pattern()),
    })
);

schema_of!(
    DeviceChoice,
    inline: true,
    json_schema!({ "anyOf": [
        { "type": "string", "enum": ["auto", "cpu", "flex", "cuda:0"] },
        { "type": "string", "pattern": "^cuda:[0-9]+$" },
    ] })
);
