//! Lets a model write: one token after the other, each chosen from the model's shares.

use rand_chacha::ChaCha8Rng;

use crate::engine::model::{Cache, Network, Parameters, Pass, TokenRows};
use crate::engine::seed;
use crate::engine::value::{Ints, tape};
use crate::recipe::evaluation::Sampling;

/// What a model wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The tokens, without the prompt and without the end token.
    pub tokens: Vec<u32>,
    /// How many tokens of the prompt were left out at its beginning.
    pub cut: usize,
}

/// Continues a prompt until the end token, or until enough is written; tells every token, and stops when told to.
///
/// An empty prompt begins behind the end token, where documents begin. When the context is full, the model goes on with
/// the newer half of it.
pub fn generate(
    network: &Network,
    parameters: &Parameters,
    prompt: &[u32],
    end: u32,
    sampling: &Sampling,
    mut on_token: impl FnMut(u32) -> bool,
) -> Written {
    let context = network.context();
    let mut all = if prompt.is_empty() { vec![end] } else { prompt.to_vec() };
    let cut = all.len().saturating_sub(context);
    all.drain(..cut);
    let pass = Pass::measuring(parameters, network.device());
    let (mut cache, mut unread) = (Cache::default(), all.len());
    let mut rng = seed::stream(sampling.seed, "generate");
    let mut tokens = Vec::new();
    while tokens.len() < sampling.max_tokens as usize {
        if cache.len() + unread > context {
            (cache, unread) = (Cache::default(), (context / 2).max(1));
        }
        let shares = next_logits(network, &pass, &all[all.len() - unread..], &mut cache);
        let token = choose(&shares, sampling, &mut rng);
        if token == end {
            break;
        }
        tokens.push(token);
        all.push(token);
        unread = 1;
        if !on_token(token) {
            break;
        }
    }
    Written { tokens, cut }
}

/// Returns the logits of the token behind `tokens`.
fn next_logits(network: &Network, pass: &Pass, tokens: &[u32], cache: &mut Cache) -> Vec<f32> {
    let ids = tokens.iter().map(|token| i64::from(*token)).collect();
    let rows = TokenRows::of(Ints::new(ids, &[1, tokens.len()], network.device()));
    tape::without(|| network.logits(pass, &rows, Some(cache)).part(0, tokens.len() - 1, 1).to_vec())
}

/// Chooses a token: the likeliest, or one by chance among the likeliest.
fn choose(logits: &[f32], sampling: &Sampling, rng: &mut ChaCha8Rng) -> u32 {
    let mut order: Vec<u32> = (0..logits.len() as u32).collect();
    // Equal logits keep the order of their tokens, so that the choice does not depend on the sort.
    order.sort_by(|a, b| logits[*b as usize].total_cmp(&logits[*a as usize]));
    if sampling.temperature <= 0.0 {
        return order[0];
    }
    if sampling.top_k > 0 {
        order.truncate(sampling.top_k as usize);
    }
    let highest = f64::from(logits[order[0] as usize]);
    let share = |token: &u32| ((f64::from(logits[*token as usize]) - highest) / sampling.temperature).exp();
    let mut shares: Vec<f64> = order.iter().map(share).collect();
    let total: f64 = shares.iter().sum();
    let mut sum = 0.0;
    let kept = shares.iter().position(|share| {
        sum += share;
        sum >= sampling.top_p * total
    });
    shares.truncate(kept.map_or(shares.len(), |last| last + 1));
    let mut left = seed::uniform(rng) * shares.iter().sum::<f64>();
    let chosen = shares.iter().position(|share| {
        left -= share;
        left < 0.0
    });
    order[chosen.unwrap_or(shares.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::model::fixture;
    use burn::tensor::Device;

    fn sampling(temperature: f64, top_k: u32, top_p: f64) -> Sampling {
        Sampling { max_tokens: 30, temperature, top_k, top_p, seed: 3 }
    }

    #[test]
    fn the_cache_changes_nothing() {
        for architecture in fixture::writers() {
            let (network, parameters) = fixture::network(&architecture, &Device::flex());
            let pass = Pass::measuring(&parameters, network.device());
            let tokens: Vec<u32> = (0..12).map(|i| i * 5 % 31).collect();
            let mut cache = Cache::default();
            let mut cached = next_logits(&network, &pass, &tokens[..7], &mut cache);
            for last in 8..=tokens.len() {
                cached = next_logits(&network, &pass, &tokens[last - 1..last], &mut cache);
            }
            let whole = next_logits(&network, &pass, &tokens, &mut Cache::default());
            let difference = cached.iter().zip(&whole).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(difference < 1e-5, "{difference}");
        }
    }

    #[test]
    fn greedy_generation_is_what_the_uncached_model_finds_likeliest() {
        for architecture in fixture::writers() {
            let (network, parameters) = fixture::network(&architecture, &Device::flex());
            let written = generate(&network, &parameters, &[1, 2, 3], 1000, &sampling(0.0, 0, 1.0), |_| true);
            let pass = Pass::measuring(&parameters, network.device());
            let mut all = vec![1, 2, 3];
            for token in &written.tokens[..10] {
                let logits = next_logits(&network, &pass, &all, &mut Cache::default());
                assert_eq!(choose(&logits, &sampling(0.0, 0, 1.0), &mut seed::stream(0, "")), *token);
                all.push(*token);
            }
        }
    }

    #[test]
    fn it_writes_beyond_its_context_and_cuts_long_prompts() {
        for architecture in fixture::writers() {
            let (network, parameters) = fixture::network(&architecture, &Device::flex());
            let prompt: Vec<u32> = (0..network.context() as u32 + 9).map(|i| i % 31).collect();
            let mut told = Vec::new();
            let written = generate(&network, &parameters, &prompt, 1000, &sampling(0.8, 5, 0.9), |token| {
                told.push(token);
                told.len() < 25
            });
            assert_eq!((written.cut, written.tokens.len()), (9, 25));
            assert_eq!(written.tokens, told);
        }
    }

    #[test]
    fn the_same_seed_writes_the_same_and_limits_hold() {
        let mut rng = seed::stream(1, "x");
        let logits = [0.0, 3.0, 2.9, -5.0, 2.8];
        let chosen = |s: Sampling, rng: &mut ChaCha8Rng| -> std::collections::BTreeSet<u32> {
            (0..300).map(|_| choose(&logits, &s, rng)).collect()
        };
        assert_eq!(chosen(sampling(0.0, 0, 1.0), &mut rng), [1].into());
        assert_eq!(chosen(sampling(1.0, 2, 1.0), &mut rng), [1, 2].into());
        assert_eq!(chosen(sampling(1.0, 0, 0.5), &mut rng), [1, 2].into());
        assert_eq!(chosen(sampling(5.0, 0, 1.0), &mut rng).len(), 5);
    }
}
