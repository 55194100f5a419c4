//! Hidden tokens of a text are filled in by the likeliest.

use crate::data::tokenizer::Role;
use crate::engine::asked;
use crate::record::FailureClass;
use crate::worker::failure::Failure;
use crate::worker::loaded::Loaded;

/// A text whose hidden tokens were filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// The text with the likeliest token at every hidden place.
    pub text: String,
    /// The likeliest tokens at every hidden place with their shares, the likeliest first.
    pub hidden: Vec<Vec<(String, f32)>>,
}

/// Fills in what is hidden in a text, each place for itself.
///
/// # Errors
/// When nothing is hidden, when the text is longer than the model reads, and when the tokenizer has no token that hides.
pub fn fill(loaded: &Loaded, text: &str, likeliest: usize) -> Result<Filled, Failure> {
    let bad = |message: String, hint: &str| Failure::new(FailureClass::BadInput, message).with_hint(hint);
    let tokenizer = loaded.tokenizer()?;
    let mask = tokenizer.role(Role::Mask).ok_or_else(|| {
        Failure::new(FailureClass::Integrity, "the model fills in hidden tokens, and its tokenizer has none that hides")
    })?;
    let own = tokenizer.text(mask).unwrap_or_default();
    let text = text.replace("[MASK]", &own);
    let parts: Vec<&str> = text.split(own.as_str()).collect();
    if parts.len() == 1 {
        let hint = format!("this model fills in: write `{own}` or `[MASK]` where it is to");
        return Err(bad("nothing is hidden in the text".to_owned(), &hint));
    }
    let (mut tokens, mut places) = (Vec::new(), Vec::new());
    for (i, part) in parts.into_iter().enumerate() {
        if i > 0 {
            places.push(tokens.len());
            tokens.push(mask);
        }
        tokens.extend(tokenizer.encode(part)?);
    }
    // As documents end in a shard.
    tokens.push(tokenizer.end_of_text());
    let (n, context) = (tokens.len(), loaded.network.context());
    if n > context {
        let hint = "the model looks at all of a text at once: shorten it";
        return Err(bad(format!("the text is {n} tokens long, and the model reads {context}"), hint));
    }
    let shares = asked::hidden(&loaded.network, &loaded.parameters, &tokens, &places);
    let mut hidden = Vec::new();
    for (place, shares) in places.into_iter().zip(shares) {
        let mut order: Vec<u32> = (0..shares.len() as u32).collect();
        order.sort_by(|a, b| shares[*b as usize].total_cmp(&shares[*a as usize]));
        tokens[place] = order[0];
        let told = |token: &u32| Ok((word(loaded, *token)?, shares[*token as usize]));
        hidden.push(order.iter().take(likeliest.max(1)).map(told).collect::<Result<_, Failure>>()?);
    }
    tokens.pop();
    Ok(Filled { text: tokenizer.decode(&tokens)?, hidden })
}

/// Returns a token as text; a special one as it stands in the file.
fn word(loaded: &Loaded, token: u32) -> Result<String, Failure> {
    let tokenizer = loaded.tokenizer()?;
    let decoded = tokenizer.decode(&[token])?;
    Ok(if decoded.is_empty() { tokenizer.text(token).unwrap_or_else(|| format!("token {token}")) } else { decoded })
}
