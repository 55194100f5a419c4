//! Token shards: every document of a split as one run of tokens, in a safetensors file.
//!
//! | tensor | type | shape | what |
//! |---|---|---|---|
//! | `tokens` | U16 up to a vocabulary of 65,536, else U32 | `[tokens]` | document after document, each ended by end-of-text |
//! | `starts` | U64 | `[documents]` | where each document begins |
//! | `loss_mask` | U8 | `[tokens]` | instruction data only: 1 where a loss is taken |
//! | `numbers` | F32 | `[documents]` | for regressions only: the number that is told of the document |
//! | `labels` | U32 | `[documents]` | for classifiers only: the place of the document's class among the classes |

mod write;

use std::collections::HashMap;

use rayon::prelude::*;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::data::error::DataError;
use crate::data::record::{Content, Preference, Record, Turn};
use crate::data::tokenizer::Tokenizer;

pub use write::Writer;

/// The tokens of some documents of a split, or of all of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shard {
    /// Document after document, each ended by the end-of-text token.
    pub tokens: Vec<u32>,
    /// Where each document begins, in tokens.
    pub starts: Vec<u64>,
    /// For instruction data: 1 where a loss is taken (the response and its end-of-text), else 0.
    pub loss_mask: Option<Vec<u8>>,
    /// For classifiers: the place of each document's class among the classes.
    pub labels: Option<Vec<u32>>,
    /// For regressions: the number that is told of each document.
    pub numbers: Option<Vec<f32>>,
}

impl Shard {
    /// Encodes records, on all cores.
    ///
    /// # Errors
    /// When a text has no tokens, or a conversation does not fit its template.
    pub fn encode(records: &[Record], tokenizer: &Tokenizer) -> Result<Self, DataError> {
        let encoded = records.par_iter().map(|record| encode_one(record, tokenizer));
        Ok(Self::of(encoded.collect::<Result<Vec<Encoded>, _>>()?))
    }

    /// Encodes pairs of answers, on all cores: each becomes two documents, the chosen answer and the rejected one, both behind what
    /// was asked, which is not learnt.
    ///
    /// # Errors
    /// When a record is no pair of answers, when a text has no tokens, or a conversation does not fit its template.
    pub fn encode_pairs(records: &[Record], tokenizer: &Tokenizer) -> Result<Self, DataError> {
        let pair = |record: &Record| {
            let Content::Preference(both) = &record.content else {
                let hint = "rows of `chosen` and `rejected`, perhaps with `prompt`, are pairs of answers";
                return Err(DataError::Lacks { record: record.id.clone(), what: "is no pair of answers", hint });
            };
            let answer = |turns| ended(answer(turns, both.n_shared(), tokenizer)?, tokenizer);
            Ok([answer(&both.chosen)?, answer(&both.rejected)?])
        };
        let encoded = records.par_iter().map(pair).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of(encoded.into_iter().flatten().collect()))
    }

    fn of(encoded: Vec<Encoded>) -> Self {
        let mut shard = Self::default();
        if encoded.iter().any(|one| one.learnt.is_some()) {
            shard.loss_mask = Some(Vec::new());
        }
        for Encoded { tokens, learnt } in encoded {
            shard.starts.push(shard.tokens.len() as u64);
            if let Some(mask) = &mut shard.loss_mask {
                mask.extend(learnt.unwrap_or_else(|| vec![1; tokens.len()]));
            }
            shard.tokens.extend(tokens);
        }
        shard
    }

    /// Returns the number of tokens a loss is taken of.
    pub fn n_targets(&self) -> u64 {
        match &self.loss_mask {
            Some(mask) => mask.iter().map(|bit| u64::from(*bit)).sum(),
            None => self.tokens.len() as u64,
        }
    }

    /// Returns the shard as the bytes of a safetensors file.
    pub fn to_bytes(&self, vocab_size: u32) -> Vec<u8> {
        let dtype = token_type(vocab_size);
        let tokens: Vec<u8> = match dtype {
            Dtype::U16 => self.tokens.iter().flat_map(|token| (*token as u16).to_le_bytes()).collect(),
            _ => self.tokens.iter().flat_map(|token| token.to_le_bytes()).collect(), // The only other type.
        };
        let starts: Vec<u8> = self.starts.iter().flat_map(|start| start.to_le_bytes()).collect();
        let mut tensors = vec![
            ("tokens", view(dtype, self.tokens.len(), &tokens)),
            ("starts", view(Dtype::U64, self.starts.len(), &starts)),
        ];
        if let Some(mask) = &self.loss_mask {
            tensors.push(("loss_mask", view(Dtype::U8, mask.len(), mask)));
        }
        let labels: Option<Vec<u8>> =
            self.labels.as_ref().map(|labels| labels.iter().flat_map(|label| label.to_le_bytes()).collect());
        if let Some(bytes) = &labels {
            tensors.push(("labels", view(Dtype::U32, bytes.len() / 4, bytes)));
        }
        let numbers: Option<Vec<u8>> =
            self.numbers.as_ref().map(|numbers| numbers.iter().flat_map(|number| number.to_le_bytes()).collect());
        if let Some(bytes) = &numbers {
            tensors.push(("numbers", view(Dtype::F32, bytes.len() / 4, bytes)));
        }
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        safetensors::serialize(tensors, Some(metadata)).expect("tensors of the right size serialize")
    }

    /// Reads a shard; every size and every value is checked.
    ///
    /// # Errors
    /// When the bytes are no shard made with a vocabulary of this size.
    pub fn from_bytes(bytes: &[u8], vocab_size: u32) -> Result<Self, DataError> {
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| wrong(error.to_string()))?;
        let dtype = token_type(vocab_size);
        let raw = tensor(&tensors, "tokens", dtype)?;
        let tokens: Vec<u32> = match dtype {
            Dtype::U16 => raw.as_chunks::<2>().0.iter().map(|bytes| u32::from(u16::from_le_bytes(*bytes))).collect(),
            _ => raw.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(), // The only other type asked for.
        };
        let starts =
            tensor(&tensors, "starts", Dtype::U64)?.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
        let has_mask = tensors.names().contains(&"loss_mask");
        let loss_mask = if has_mask { Some(tensor(&tensors, "loss_mask", Dtype::U8)?.to_vec()) } else { None };
        let labels = match tensors.names().contains(&"labels") {
            true => Some(tensor(&tensors, "labels", Dtype::U32)?),
            false => None,
        };
        let labels = labels.map(|raw| raw.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect());
        let numbers = match tensors.names().contains(&"numbers") {
            true => Some(tensor(&tensors, "numbers", Dtype::F32)?),
            false => None,
        };
        let numbers =
            numbers.map(|raw| raw.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect());
        let shard = Self { tokens, starts: starts.collect(), loss_mask, labels, numbers };
        shard.check(vocab_size)?;
        Ok(shard)
    }

    fn check(&self, vocab_size: u32) -> Result<(), DataError> {
        let Self { tokens, starts, loss_mask, labels, numbers } = self;
        if numbers.as_ref().is_some_and(|numbers| numbers.len() != starts.len()) {
            return Err(wrong("`numbers` are not one for each document".to_owned()));
        }
        let n = tokens.len() as u64;
        if let Some(token) = tokens.iter().find(|token| **token >= vocab_size) {
            return Err(wrong(format!("token {token} is not in a vocabulary of {vocab_size}")));
        }
        let is_rising = starts.windows(2).all(|pair| pair[0] < pair[1]);
        let is_covering = if n == 0 { starts.is_empty() } else { starts.first() == Some(&0) };
        if !is_rising || !is_covering || starts.last().is_some_and(|last| *last >= n) {
            return Err(wrong(format!("`starts` do not cut {n} tokens into documents")));
        }
        if labels.as_ref().is_some_and(|labels| labels.len() != starts.len()) {
            return Err(wrong("`labels` is not one for each document".to_owned()));
        }
        match loss_mask {
            Some(mask) if mask.len() != tokens.len() || mask.iter().any(|bit| *bit > 1) => {
                Err(wrong("`loss_mask` is not one 0 or 1 for each token".to_owned()))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The tokens of one record.
struct Encoded {
    tokens: Vec<u32>,
    /// 1 where a loss is taken, else 0; nothing where it is taken everywhere.
    learnt: Option<Vec<u8>>,
}

/// Encodes a record; a prompt and its response are encoded apart, so that generation meets the same tokens.
fn encode_one(record: &Record, tokenizer: &Tokenizer) -> Result<Encoded, DataError> {
    let encoded = match &record.content {
        Content::Text(text) => Encoded { tokens: tokenizer.encode(text)?, learnt: None },
        Content::Pair { prompt, response } => {
            let mut tokens = tokenizer.encode(prompt)?;
            let mut learnt = vec![0; tokens.len()];
            tokens.extend(tokenizer.encode(response)?);
            learnt.resize(tokens.len(), 1);
            Encoded { tokens, learnt: Some(learnt) }
        }
        Content::Chat(turns) => {
            let (tokens, learnt) = tokenizer.encode_chat(turns)?;
            Encoded { tokens, learnt: Some(learnt) }
        }
        // Who learns to write learns from the preferred answer.
        Content::Preference(both) => answer(&both.chosen, both.n_shared(), tokenizer)?,
        Content::Media(media) => Encoded { tokens: tokenizer.encode(&media.caption)?, learnt: None },
    };
    ended(encoded, tokenizer)
}

/// Returns what is asked and answered; of the first `n_shared` turns nothing is learnt.
fn answer(turns: &[Turn], n_shared: usize, tokenizer: &Tokenizer) -> Result<Encoded, DataError> {
    if turns.last().is_some_and(|turn| turn.role == Preference::RESPONSE) {
        let (mut tokens, mut learnt) = (Vec::new(), Vec::new());
        for Turn { role, content } in turns {
            tokens.extend(tokenizer.encode(content)?);
            learnt.resize(tokens.len(), u8::from(role == Preference::RESPONSE));
        }
        return Ok(Encoded { tokens, learnt: Some(learnt) });
    }
    let (tokens, mut learnt) = tokenizer.encode_chat(turns)?;
    let mut n_left = turns[..n_shared].iter().filter(|turn| turn.role == "assistant").count();
    let (mut place, mut was_learnt) = (0, 0);
    while n_left > 0 && place < learnt.len() {
        let is_learnt = learnt[place];
        if is_learnt == 0 && was_learnt == 1 {
            n_left -= 1;
        }
        (learnt[place], was_learnt) = (0, is_learnt);
        place += 1;
    }
    Ok(Encoded { tokens, learnt: Some(learnt) })
}

fn ended(mut encoded: Encoded, tokenizer: &Tokenizer) -> Result<Encoded, DataError> {
    encoded.tokens.push(tokenizer.end_of_text());
    if let Some(learnt) = &mut encoded.learnt {
        learnt.push(1);
    }
    Ok(encoded)
}

fn token_type(vocab_size: u32) -> Dtype {
    if vocab_size <= 1 << 16 { Dtype::U16 } else { Dtype::U32 }
}

fn view(dtype: Dtype, n: usize, bytes: &[u8]) -> TensorView<'_> {
    TensorView::new(dtype, vec![n], bytes).expect("the bytes are of this size")
}

fn tensor<'a>(tensors: &SafeTensors<'a>, name: &str, dtype: Dtype) -> Result<&'a [u8], DataError> {
    let found = tensors.tensor(name).map_err(|_| wrong(format!("tensor `{name}` is missing")))?;
    if found.dtype() != dtype || found.shape().len() != 1 {
        return Err(wrong(format!(
            "tensor `{name}` is {:?} {:?}, expected one dimension of {dtype:?}",
            found.dtype(),
            found.shape()
        )));
    }
    Ok(found.data())
}

fn wrong(message: String) -> DataError {
    DataError::BadShard { message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tokenizer;
    use crate::recipe::tokenizer::{Tokenizer, Trained};
    use proptest::prelude::*;

    fn record(content: Content) -> Record {
        Record::new("a", "a", content)
    }

    #[test]
    fn only_the_response_and_its_end_are_learned() {
        let recipe = Tokenizer::ByteBpe(Trained::on(vec![], 260));
        let bytes = tokenizer::train(&recipe, tokenizer::Corpus::of(&["abab"]), tokenizer::Budget::default()).unwrap();
        let tokenizer = tokenizer::load(&bytes).unwrap();
        let pair = Content::Pair { prompt: "xy".to_owned(), response: "z".to_owned() };
        let shard = Shard::encode(&[record(pair.clone()), record(pair)], &tokenizer).unwrap();
        assert_eq!(shard.loss_mask.as_deref(), Some(&[0, 0, 1, 1, 0, 0, 1, 1][..]));
        assert_eq!((shard.starts.as_slice(), shard.n_targets(), shard.tokens[3]), (&[0, 4][..], 4, 0));
        let text = Shard::encode(&[record(Content::Text("xyz".to_owned()))], &tokenizer).unwrap();
        assert_eq!((text.loss_mask.is_none(), text.n_targets(), text.tokens.len()), (true, 4, 4));
    }

    fn turns(said: &[(&str, &str)]) -> Vec<Turn> {
        said.iter().map(|(role, content)| Turn { role: (*role).to_owned(), content: (*content).to_owned() }).collect()
    }

    #[test]
    fn a_pair_of_answers_is_two_documents_and_only_the_last_answers_are_learned() {
        let recipe = Tokenizer::ByteBpe(Trained::on(vec![], 260));
        let bytes = tokenizer::train(&recipe, tokenizer::Corpus::of(&["abab"]), tokenizer::Budget::default()).unwrap();
        let tokenizer = tokenizer::load(&bytes).unwrap();
        let pair = |chosen: &[(&str, &str)], rejected: &[(&str, &str)]| {
            record(Content::Preference(Preference { chosen: turns(chosen), rejected: turns(rejected) }))
        };
        let plain = pair(&[("prompt", "xy"), ("response", "z")], &[("prompt", "xy"), ("response", "vw")]);
        let shard = Shard::encode_pairs(std::slice::from_ref(&plain), &tokenizer).unwrap();
        assert_eq!(shard.starts, [0, 4]);
        assert_eq!(shard.loss_mask.as_deref(), Some(&[0, 0, 1, 1, 0, 0, 1, 1, 1][..]));
        let chosen = Shard::encode(&[plain], &tokenizer).unwrap();
        assert_eq!((chosen.starts.len(), chosen.tokens.as_slice()), (1, &shard.tokens[..4]));
        let shared = [("user", "a"), ("assistant", "bb"), ("user", "c")];
        let [good, bad] = [("assistant", "ddd"), ("assistant", "e")].map(|last| [&shared[..], &[last]].concat());
        let shard = Shard::encode_pairs(&[pair(&good, &bad)], &tokenizer).unwrap();
        let mask = shard.loss_mask.unwrap();
        let learnt = |range: std::ops::Range<usize>| {
            let places = range.filter(|place| mask[*place] == 1);
            tokenizer.decode(&places.map(|place| shard.tokens[place]).collect::<Vec<_>>()).unwrap()
        };
        let second = shard.starts[1] as usize;
        assert!(learnt(0..second).starts_with("ddd") && learnt(second..mask.len()).starts_with('e'));
        assert!(Shard::encode_pairs(&[record(Content::Text("x".to_owned()))], &tokenizer).is_err());
    }

    proptest! {
        #[test]
        fn a_shard_survives_being_written(lengths in prop::collection::vec(1_usize..9, 0..9), wide: bool, masked: bool) {
            let vocab_size = if wide { 70_000 } else { 65_536 };
            let n: usize = lengths.iter().sum();
            let starts = lengths.iter().scan(0, |next, length| { let start = *next; *next += *length as u64; Some(start) }).collect();
            let tokens: Vec<u32> = (0..n as u32).map(|i| i * 7919 % vocab_size).collect();
            let mask = masked.then(|| tokens.iter().map(|token| (token % 2) as u8).collect());
            let labels = masked.then(|| (0..lengths.len() as u32).collect());
            let numbers = masked.then(|| lengths.iter().map(|length| *length as f32 / 2.0).collect());
            let shard = Shard { tokens, starts, loss_mask: mask, labels, numbers };
            prop_assert_eq!(Shard::from_bytes(&shard.to_bytes(vocab_size), vocab_size).unwrap(), shard);
        }
    }

    #[test]
    fn a_damaged_shard_is_refused() {
        let good = Shard {
            tokens: vec![1, 2, 3],
            starts: vec![0, 2],
            loss_mask: Some(vec![0, 1, 1]),
            labels: None,
            numbers: None,
        };
        let refused = |shard: Shard| Shard::from_bytes(&shard.to_bytes(10), 10).unwrap_err().to_string();
        assert!(
            refused(Shard { tokens: vec![1, 10, 3], ..good.clone() }).contains("token 10 is not in a vocabulary of 10")
        );
        assert!(refused(Shard { starts: vec![0, 3], ..good.clone() }).contains("`starts`"));
        assert!(refused(Shard { starts: vec![1, 2], ..good.clone() }).contains("`starts`"));
        assert!(refused(Shard { starts: vec![0, 2, 2], ..good.clone() }).contains("`starts`"));
        assert!(refused(Shard { loss_mask: Some(vec![0, 2, 1]), ..good.clone() }).contains("`loss_mask`"));
        assert!(refused(Shard { loss_mask: Some(vec![0]), ..good.clone() }).contains("`loss_mask`"));
        assert!(refused(Shard { labels: Some(vec![0]), ..good.clone() }).contains("`labels`"));
        assert!(refused(Shard { numbers: Some(vec![0.0]), ..good.clone() }).contains("`numbers`"));
        let bytes = good.to_bytes(10);
        assert!(Shard::from_bytes(&bytes[..bytes.len() - 1], 10).is_err());
        assert!(Shard::from_bytes(&bytes, 70_000).unwrap_err().to_string().contains("U16"));
        assert!(String::from_utf8_lossy(&bytes).contains(r#""__metadata__":{"format":"pt"}"#));
    }
}
