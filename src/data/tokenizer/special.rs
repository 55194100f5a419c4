//! Special tokens: what they are for, and how they are spelled.

use crate::data::tokenizer::Inner;
use crate::data::tokenizer::parts::Kind;
use crate::recipe::tokenizer::END_OF_TEXT;

/// What a special token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ends a document and a response.
    EndOfText,
    /// Begins a document.
    BeginOfText,
    /// Fills a row up.
    Pad,
    /// Stands for what has no token.
    Unknown,
    /// Stands between two texts.
    Separator,
    /// Stands for a whole text.
    Class,
    /// Hides a token.
    Mask,
}

impl Role {
    /// Returns how others spell it; ours first.
    fn spellings(self) -> &'static [&'static str] {
        match self {
            Self::EndOfText => {
                &[END_OF_TEXT, "</s>", "<eos>", "<|end_of_text|>", "<|eos|>", "<|im_end|>", "[EOS]", "[SEP]"]
            }
            Self::BeginOfText => &["<|bos|>", "<s>", "<bos>", "<|begin_of_text|>", "[BOS]", "[CLS]"],
            Self::Pad => &["<|pad|>", "[PAD]", "<pad>", "<|padding|>"],
            Self::Unknown => &["<|unk|>", "[UNK]", "<unk>"],
            Self::Separator => &["<|sep|>", "[SEP]", "<sep>", "</s>"],
            Self::Class => &["<|cls|>", "[CLS]", "<cls>", "<s>"],
            Self::Mask => &["<|mask|>", "[MASK]", "<mask>"],
        }
    }

    /// Returns the token with this role, where there is one.
    pub(super) fn find(self, inner: &Inner) -> Option<u32> {
        self.spellings().iter().find_map(|spelling| inner.token_to_id(spelling))
    }
}

/// Returns the spellings of a role for people.
pub(super) fn listed(role: Role) -> String {
    let quoted: Vec<_> = role.spellings().iter().map(|spelling| format!("`{spelling}`")).collect();
    quoted.join(", ")
}

/// Returns the special tokens of a tokenizer of some kind, the end-of-text token first.
pub(super) fn of_recipe(kind: Kind, typed: &[String]) -> Vec<String> {
    let mut all = vec![END_OF_TEXT.to_owned()];
    let implied: &[&str] = match kind {
        Kind::WordPiece => &["unk"],
        // The library wants one, and bytes stand in for whatever would be it.
        Kind::Unigram => &["unk"],
        Kind::ByteBpe | Kind::Bpe | Kind::Character => &[],
    };
    let typed = typed.iter().map(String::as_str);
    for text in implied.iter().copied().chain(typed).map(|text| spelled(kind == Kind::WordPiece, text)) {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

/// Returns how a special token is spelled: a role by its own rule, and anything else as it stands.
pub(super) fn spelled(is_bracketed: bool, text: &str) -> String {
    match text {
        "eos" | "end-of-text" => END_OF_TEXT.to_owned(),
        "pad" | "unk" | "bos" | "sep" | "cls" | "mask" if is_bracketed => format!("[{}]", text.to_uppercase()),
        "pad" | "unk" | "bos" | "sep" | "cls" | "mask" => format!("<|{text}|>"),
        _ => text.to_owned(),
    }
}
