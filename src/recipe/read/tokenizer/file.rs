//! Reads a tokenizer that stands in a file: the files are looked at before anything is read.

use std::collections::BTreeMap;

use crate::id::Digest;
use crate::recipe::code::Code;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::input::{Outside, Refusal, TokenizerFile};
use crate::recipe::read::node::Node;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::tokenizer::{ImportedFile, chatml};

/// The tokenizer files that a recipe names, by their paths; nothing where nobody could look.
#[derive(Debug, Default)]
pub struct Files(BTreeMap<String, Result<Option<TokenizerFile>, Refusal>>);

impl Files {
    /// Looks at every file that an `import` among the tokenizers names.
    pub fn asked(root: &Node, folders: &[String], outside: &dyn Outside) -> Self {
        let tokenizers = root.get("tokenizers").map_or(&[][..], Node::entries);
        let named = tokenizers.iter().filter_map(|(_, node)| {
            let file = node.get("file").filter(|_| node.get("type").and_then(Node::text) == Some("import"))?;
            Some(in_folder(folders, file, file.text()?))
        });
        Self(named.map(|path| (path.clone(), outside.tokenizer(&path))).collect())
    }
}

fn in_folder(folders: &[String], node: &Node, text: &str) -> String {
    match folders.get(node.place.source as usize) {
        Some(folder) if !folder.is_empty() && !text.starts_with('/') => format!("{folder}/{text}"),
        Some(_) | None => text.to_owned(),
    }
}

/// Reads the fields of a tokenizer in a file.
pub(super) fn imported(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<ImportedFile> {
    let file_at = fields.need(reader, "file");
    let file = file_at.as_ref().and_then(|at| local_path(reader, at));
    let digest_at = fields.take("digest");
    let digest = match &digest_at {
        Some(at) => digest(reader, at).map(Some),
        None => Some(None),
    };
    let size_at = fields.take("vocab-size");
    let size = match &size_at {
        Some(at) => reader.integer(at, 1..=1 << 20).map(|size| Some(size as u32)),
        None => Some(None),
    };
    let chat_template = fields.or(reader, "chat-template", chatml(), |reader, at| reader.some_text(at));
    let (file_at, file, digest, size) = (file_at?, file?, digest?, size?);
    let found = match reader.tokenizer_files.0.get(&file).cloned() {
        Some(Ok(found)) => found,
        Some(Err(Refusal { message, hint })) => return reader.wrong_of(Code::Unreadable, &file_at, message, hint),
        None => None,
    };
    let (digest, vocab_size) = match (found, digest, size) {
        (Some(found), digest, size) => {
            if let (Some(at), Some(digest)) = (&digest_at, digest.filter(|digest| *digest != found.digest)) {
                let message =
                    format!("`{file}` has another digest: {}… instead of {}…", found.digest.short(), digest.short());
                let hint = Some(format!("`digest: {}` takes the file as it is now", found.digest));
                return reader.wrong(at, message, hint);
            }
            if let (Some(at), Some(size)) = (&size_at, size.filter(|size| *size != found.vocab_size)) {
                let message = format!("`{file}` has {} tokens, not {size}", found.vocab_size);
                return reader.wrong(at, message, Some("leave `vocab-size` out: the file says it".to_owned()));
            }
            (found.digest, found.vocab_size)
        }
        (None, Some(digest), Some(size)) => (digest, size),
        (None, _, _) => {
            let hint = Some("say `digest` and `vocab-size` where the file is not at hand".to_owned());
            return reader.wrong_of(Code::Unreadable, &file_at, format!("`{file}` cannot be read from here"), hint);
        }
    };
    Some(ImportedFile { file, digest, vocab_size, chat_template: chat_template? })
}

fn local_path(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = reader.some_text(at)?;
    if text.contains("://") || text.starts_with("hf/") {
        let hint = Some("download `tokenizer.json`, and name the file".to_owned());
        return reader.wrong(at, "a tokenizer is imported from a file of this machine", hint);
    }
    reader.path(at)
}

fn digest(reader: &mut Reader, at: &At<'_>) -> Option<Digest> {
    let text = reader.text(at)?;
    match text.parse() {
        Ok(digest) => Some(digest),
        Err(error) => reader.wrong(at, error.to_string(), Some("leave it out to take the file as it is".to_owned())),
    }
}
