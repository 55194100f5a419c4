//! Any bytes are a tokenizer or a template, or it is told why not.

use crate::data::template::ChatTemplate;
use crate::data::tokenizer::{self, Budget, Corpus, Template};
use crate::data::{DataError, Shard, Turn};
use crate::error::Explain as _;
use crate::recipe::tokenizer::{Tokenizer, Trained};

/// Loads a tokenizer, and encodes what stands behind the last zero byte.
pub fn tokenizer(bytes: &[u8]) {
    let cut = bytes.iter().rposition(|byte| *byte == 0);
    let (file, text) = cut.map_or((bytes, &b"some text"[..]), |at| (&bytes[..at], &bytes[at + 1..]));
    let text = String::from_utf8_lossy(text);
    let tokenizer = match tokenizer::load(file) {
        Ok(tokenizer) => tokenizer,
        Err(error) => {
            assert!(matches!(error, DataError::BadTokenizer { .. }), "{error}");
            return assert!(error.to_string().len() < 2000 && error.hint().is_some(), "{error}");
        }
    };
    assert!(tokenizer.end_of_text() < tokenizer.vocab_size());
    if let Ok(tokens) = tokenizer.encode(&text) {
        assert!(tokens.iter().all(|token| *token < tokenizer.vocab_size()));
        tokenizer.decode(&tokens).ok();
        if let Some(mut stream) = tokenizer.stream() {
            let mut decoded: String = tokens.iter().map(|token| stream.push(*token)).collect();
            decoded.push_str(&stream.finish());
        }
    }
    tokenizer.decode(&(0..tokenizer.vocab_size().min(300)).collect::<Vec<_>>()).ok();
    if let Ok((tokens, learnt)) = tokenizer.encode_chat(&turns(&text)) {
        assert_eq!(tokens.len(), learnt.len());
        assert!(tokens.iter().all(|token| *token < tokenizer.vocab_size()));
    }
}

/// Fills in a template with what stands behind the first zero byte: a turn a line.
pub fn template(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (template, said) = text.split_once('\0').unwrap_or((text, "user: QZXJ\nassistant: well"));
    let turns = turns(said);
    match ChatTemplate::new(template, &[("bos_token", "<s>"), ("eos_token", "</s>")]) {
        Ok(ready) => {
            let whole = ready.render(&turns, true);
            match (ready.pieces(&turns, true), whole) {
                (Ok(pieces), Ok(whole)) => {
                    assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), whole);
                    assert!(pieces.iter().all(|piece| !piece.text.is_empty()));
                }
                (Err(error), _) | (_, Err(error)) => told(&error.to_string(), template),
            }
        }
        Err(error) => told(&error.to_string(), template),
    }
    match Template::of(template) {
        Ok(ready) => match tokenizer::load(small()).expect("it was made here").with_template(ready).encode_chat(&turns)
        {
            Ok((tokens, learnt)) => assert_eq!(tokens.len(), learnt.len()),
            Err(error) => told(&error.to_string(), template),
        },
        Err(error) => told(&error.to_string(), template),
    }
}

/// Reads a token shard; what is read is written in the same way. The first byte says how large the vocabulary is.
pub fn shard(bytes: &[u8]) {
    let [kind, content @ ..] = bytes else { return };
    let vocab_size = [300, 70_000][usize::from(kind % 2)];
    match Shard::from_bytes(content, vocab_size) {
        Ok(shard) => {
            assert!(Shard::from_bytes(&shard.to_bytes(vocab_size), vocab_size).expect("it was written") == shard)
        }
        Err(error) => assert!(matches!(error, DataError::BadShard { .. }) && error.to_string().len() < 1000, "{error}"),
    }
}

/// Returns the bytes of a small tokenizer.
pub fn small() -> &'static [u8] {
    static BYTES: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    BYTES.get_or_init(|| {
        let recipe = Tokenizer::ByteBpe(Trained::on(vec![], 280));
        tokenizer::train(&recipe, Corpus::of(&["the cat and the hat"]), Budget::default()).expect("it is trained")
    })
}

fn turns(said: &str) -> Vec<Turn> {
    let turn = |line: &str| {
        let (role, content) = line.split_once(": ").unwrap_or(("user", line));
        Turn { role: role.to_owned(), content: content.to_owned() }
    };
    said.lines().take(20).map(turn).collect()
}

fn told(message: &str, template: &str) {
    assert!(message.len() < template.len() + 1000, "{message}");
    assert!(template.contains("QZXJ") || !message.contains("QZXJ"), "a message holds what somebody says: {message}");
}
