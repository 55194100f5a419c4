//! Which tokens of a row are hidden, and behind what (Devlin et al. 2019).

use crate::engine::error::EngineError;
use crate::engine::seed;
use crate::engine::tokens::{Special, Tokens};

/// The share of the hidden tokens that become the mask token.
const MASKED: f64 = 0.8;
/// The share of the hidden tokens that become another token; the rest stays as it is.
const REPLACED: f64 = 0.1;

/// How tokens are hidden.
#[derive(Debug, Clone, PartialEq)]
pub struct Hiding {
    /// The share of the tokens that are hidden.
    pub share: f64,
    /// What is never hidden, and what hides.
    special: Special,
    /// The tokens that texts become.
    plain: Vec<u32>,
}

impl Hiding {
    /// Returns how a share of some tokens is hidden.
    ///
    /// # Errors
    /// When their tokenizer has no token that hides another.
    pub fn new(tokens: &Tokens, share: f64) -> Result<Self, EngineError> {
        let Some(special) = tokens.special().cloned() else {
            return Err(EngineError::Unfit {
                dataset: tokens.dataset.clone(),
                reason: "its tokenizer has no token that hides another".into(),
                hint: "write `special-tokens: [mask]` into the tokenizer, or use one that has `[MASK]` or `<mask>`"
                    .into(),
            });
        };
        let plain = (0..tokens.vocab_size()).filter(|token| !special.all.contains(token)).collect();
        Ok(Self { share, special, plain })
    }

    /// Hides some of the first `n` tokens of a row; returns what the row then is, and which places are hidden: at least one
    /// where there is any that can be.
    pub fn hide(&self, tokens: &[u32], n: usize, key: u64) -> (Vec<u32>, Vec<bool>) {
        let mut rng = seed::stream(key, "hide");
        let can_be = |token: &u32| !self.special.all.contains(token);
        let mut is_hidden = vec![false; tokens.len()];
        let places: Vec<usize> = (0..n).filter(|place| can_be(&tokens[*place])).collect();
        for place in &places {
            is_hidden[*place] = seed::uniform(&mut rng) < self.share;
        }
        if !places.is_empty() && !is_hidden.contains(&true) {
            is_hidden[places[seed::below(&mut rng, places.len())]] = true;
        }
        let mut shown = tokens.to_vec();
        for place in places.into_iter().filter(|place| is_hidden[*place]) {
            let chance = seed::uniform(&mut rng);
            if chance < MASKED {
                shown[place] = self.special.mask;
            } else if chance < MASKED + REPLACED {
                shown[place] = self.plain[seed::below(&mut rng, self.plain.len())];
            }
        }
        (shown, is_hidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tokens::tests::tokens;

    fn hiding(share: f64) -> Hiding {
        let special = Special { mask: 1, all: [0, 1].into() };
        Hiding::new(&tokens("a", &[5, 6, 0], &[0], None).with_special(special), share).unwrap()
    }

    #[test]
    fn a_share_is_hidden_most_of_it_behind_the_mask_and_special_tokens_never() {
        let row: Vec<u32> = (0..60_000).map(|i| if i % 10 == 9 { 0 } else { 2 + i % 7 }).collect();
        let (shown, is_hidden) = hiding(0.15).hide(&row, row.len(), 7);
        let hidden: Vec<usize> = (0..row.len()).filter(|place| is_hidden[*place]).collect();
        let share = |n: usize, of: usize| n as f64 / of as f64;
        assert!((share(hidden.len(), 54_000) - 0.15).abs() < 0.01);
        assert!(hidden.iter().all(|place| row[*place] != 0));
        let masked = hidden.iter().filter(|place| shown[**place] == 1).count();
        let kept = hidden.iter().filter(|place| shown[**place] == row[**place]).count();
        assert!((share(masked, hidden.len()) - 0.8).abs() < 0.02);
        assert!((share(kept, hidden.len()) - 0.1).abs() < 0.02);
        assert!((0..row.len()).all(|place| is_hidden[place] || shown[place] == row[place]));
        assert!(hidden.iter().all(|place| shown[*place] != 0), "nothing is replaced by a special token");
    }

    #[test]
    fn the_key_decides_and_something_is_always_hidden() {
        let row = [4, 5, 0, 0];
        let hiding = hiding(0.01);
        for key in 0..50 {
            let (shown, is_hidden) = hiding.hide(&row, 2, key);
            assert_eq!((shown, is_hidden.clone()), hiding.hide(&row, 2, key));
            assert!((is_hidden[0] || is_hidden[1]) && !is_hidden[2] && !is_hidden[3]);
        }
        assert_eq!(hiding.hide(&[0, 0], 2, 1), (vec![0, 0], vec![false, false]));
    }

    #[test]
    fn a_tokenizer_without_a_mask_is_refused() {
        assert!(Hiding::new(&tokens("a", &[5, 6, 0], &[0], None), 0.15).is_err());
    }
}
