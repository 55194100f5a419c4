//! `tokenizers`: how text becomes numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::id::{Digest, Name};
use crate::recipe::typed::{SomeText, defaults};

/// The token that ends a document and a response.
pub const END_OF_TEXT: &str = "<|endoftext|>";

/// A tokenizer and what it is trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Tokenizer {
    /// Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): every text can be encoded, and comes back.
    ByteBpe(Trained),
    /// Byte-pair encoding of characters; characters that are not in the vocabulary are encoded as their bytes.
    Bpe(Trained),
    /// WordPiece (Schuster & Nakajima 2012; Devlin et al. 2019): words are taken apart from the left. White space does not come back, and
    /// words with characters that were never seen become `[UNK]`.
    WordPiece(Trained),
    /// A unigram language model of pieces (Kudo 2018); characters that are not in the vocabulary are encoded as their bytes.
    Unigram(Trained),
    /// A token for each character; characters that are not in the vocabulary are encoded as their bytes.
    Character(Trained),
    /// A `tokenizer.json` of Hugging Face's `tokenizers`, as it is. It needs a token that ends a text: `<|endoftext|>`, `</s>`, `<eos>`,
    /// `<|end_of_text|>`, `<|im_end|>` or `[SEP]`.
    Import(ImportedFile),
    /// Another tokenizer with more tokens, which are put behind those it has: no token changes its number.
    Extend(Extended),
    /// The tokenizer of a model outside of the recipe, which has the same name; nobody types it.
    #[schemars(skip)]
    Imported {
        /// The number of tokens, special tokens included.
        vocab_size: u32,
        /// The digest of `tokenizer.json`, where it is on this machine.
        #[serde(default)]
        digest: Option<Digest>,
    },
}

/// How a tokenizer is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!({ "min-frequency": Trained::MIN_FREQUENCY })]))]
pub struct Trained {
    /// The number of tokens, special tokens included, and bytes where they are tokens. A text that has not enough pieces makes fewer.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "tokens"), example = 4096)]
    pub vocab_size: u32,
    /// The datasets whose training splits it is trained on.
    #[schemars(length(min = 1), example = ["prose", "rust"])]
    pub train_on: Vec<Name>,
    /// How often a pair has to stand in the text to become a token; for `unigram` and `character`, a character.
    #[serde(default = "Trained::min_frequency")]
    #[schemars(range(min = 1), extend("x-unit" = "times"), example = 5)]
    pub min_frequency: u32,
    /// More special tokens, which no text becomes: `pad`, `unk`, `bos`, `sep`, `cls` and `mask` are spelled `<|pad|>` and so on, for
    /// `word-piece` `[PAD]`; anything else is spelled as it stands. `<|endoftext|>` is always there.
    #[serde(default)]
    #[schemars(default, with = "Vec<SomeText>", example = ["pad", "<|im_start|>", "<|im_end|>"])]
    pub special_tokens: Vec<String>,
    /// What is done to a text before, in this order; it does not come back from there.
    #[serde(default)]
    #[schemars(default, example = ["nfkc", "lowercase"])]
    pub normalizer: Vec<Normalizer>,
    /// Whether digits stand together.
    #[serde(default)]
    #[schemars(default, example = &"individually")]
    pub digits: Digits,
    /// What of Chinese can be one token.
    #[serde(default)]
    #[schemars(with = "Option<Chinese>", extend("x-default" = "`characters` for `word-piece`, else `words`"), example = &"characters")]
    pub chinese: Chinese,
    /// Whether the white space a line of code begins with is kept apart from the line end before it and the word behind it, so that the
    /// same indentation is the same tokens everywhere. Texts do not become shorter by it: source code takes some percent more tokens.
    #[serde(default)]
    #[schemars(default, example = true)]
    pub indentation: bool,
    /// How a conversation becomes text: `chatml`, or a Jinja template as Hugging Face's `chat_template`.
    #[serde(default = "chatml")]
    #[schemars(default = "chatml", with = "SomeText", example = &"chatml")]
    pub chat_template: String,
}

impl Trained {
    /// How often a pair has to stand in the text where the recipe says nothing.
    pub const MIN_FREQUENCY: u32 = 2;

    const fn min_frequency() -> u32 {
        Self::MIN_FREQUENCY
    }

    /// Returns training on datasets with everything as it is where the recipe says nothing.
    pub fn on(train_on: Vec<Name>, vocab_size: u32) -> Self {
        Self {
            vocab_size,
            train_on,
            min_frequency: Self::MIN_FREQUENCY,
            special_tokens: Vec::new(),
            normalizer: Vec::new(),
            digits: Digits::default(),
            chinese: Chinese::default(),
            indentation: false,
            chat_template: chatml(),
        }
    }
}

/// The word for the template of ChatML.
pub const CHATML: &str = "chatml";

/// Returns the template where the recipe says nothing.
pub fn chatml() -> String {
    CHATML.to_owned()
}

/// What is done to a text before it is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Normalizer {
    /// Unicode's composed form: what looks the same is written the same.
    Nfc,
    /// Unicode's compatible composed form: full-width letters become letters.
    Nfkc,
    /// Capital letters become small ones.
    Lowercase,
}

/// Whether digits stand together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Digits {
    /// Several digits can be one token.
    #[default]
    Together,
    /// Each digit is a token.
    Individually,
}

/// What of Chinese can be one token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Chinese {
    /// Up to four Han characters: words, and no phrases.
    #[default]
    Words,
    /// One Han character.
    Characters,
}

/// A tokenizer in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImportedFile {
    /// The file; a relative path starts at the recipe's folder.
    #[schemars(with = "SomeText", example = &"tokenizer.json")]
    pub file: String,
    /// The BLAKE3 digest of the file; it is refused when it contains anything else.
    #[schemars(with = "Option<SomeText>", extend("x-default" = "that of the file"), example = &"af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262")]
    pub digest: Digest,
    /// The number of tokens, special tokens included: one more than the highest number of a token.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576), extend("x-unit" = "tokens", "x-default" = "that of the file"), example = 50_257)]
    pub vocab_size: u32,
    /// How a conversation becomes text: `chatml`, or a Jinja template as Hugging Face's `chat_template`.
    #[serde(default = "chatml")]
    #[schemars(default = "chatml", with = "SomeText", example = &"chatml")]
    pub chat_template: String,
}

/// A tokenizer with more tokens than another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Extended {
    /// The tokenizer whose tokens stay as they are.
    #[schemars(example = &"bytes")]
    pub base: Name,
    /// Texts that become tokens wherever they stand.
    #[serde(default)]
    #[schemars(default, with = "Vec<SomeText>", example = ["async fn", "神经网络"])]
    pub add: Vec<String>,
    /// More special tokens, which no text becomes; spelled as for other tokenizers.
    #[serde(default)]
    #[schemars(default, with = "Vec<SomeText>", example = ["<|im_start|>", "<|im_end|>"])]
    pub special_tokens: Vec<String>,
    /// The datasets whose training splits more tokens are learnt from; it needs `vocab-size`.
    #[serde(default)]
    #[schemars(default, example = ["news"])]
    pub train_on: Vec<Name>,
    /// The number of tokens in the end.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576), extend("x-unit" = "tokens", "x-default" = "those of `base` and those that are added"), example = 8192)]
    pub vocab_size: u32,
    /// How a conversation becomes text: `chatml`, or a Jinja template as Hugging Face's `chat_template`.
    #[serde(default = "chatml")]
    #[schemars(default = "chatml", with = "SomeText", example = &"chatml")]
    pub chat_template: String,
}

impl Tokenizer {
    /// Returns the number of tokens, special tokens included.
    pub fn vocab_size(&self) -> u32 {
        match self {
            Self::Import(file) => file.vocab_size,
            Self::Extend(extended) => extended.vocab_size,
            Self::Imported { vocab_size, .. } => *vocab_size,
            Self::ByteBpe(trained)
            | Self::Bpe(trained)
            | Self::WordPiece(trained)
            | Self::Unigram(trained)
            | Self::Character(trained) => trained.vocab_size,
        }
    }

    /// Returns the datasets the tokenizer is trained on.
    pub fn train_on(&self) -> &[Name] {
        match self {
            Self::Import(_) | Self::Imported { .. } => &[],
            Self::Extend(extended) => &extended.train_on,
            Self::ByteBpe(trained)
            | Self::Bpe(trained)
            | Self::WordPiece(trained)
            | Self::Unigram(trained)
            | Self::Character(trained) => &trained.train_on,
        }
    }

    /// Returns the tokenizer whose tokens this one has, too.
    pub fn base(&self) -> Option<&Name> {
        match self {
            Self::Extend(extended) => Some(&extended.base),
            Self::Import(_)
            | Self::Imported { .. }
            | Self::ByteBpe(_)
            | Self::Bpe(_)
            | Self::WordPiece(_)
            | Self::Unigram(_)
            | Self::Character(_) => None,
        }
    }

    /// Returns how a conversation becomes text; the tokenizer of a model outside has ChatML.
    pub fn chat_template(&self) -> &str {
        match self {
            Self::Import(file) => &file.chat_template,
            Self::Extend(extended) => &extended.chat_template,
            Self::Imported { .. } => CHATML,
            Self::ByteBpe(trained)
            | Self::Bpe(trained)
            | Self::WordPiece(trained)
            | Self::Unigram(trained)
            | Self::Character(trained) => &trained.chat_template,
        }
    }
}
