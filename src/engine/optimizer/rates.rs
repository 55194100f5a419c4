//! What the learning rate of each parameter is multiplied with, and which parameters do not learn.

use std::collections::BTreeMap;

use crate::engine::error::EngineError;
use crate::engine::model::Parameters;
use crate::recipe::parameter::{depths, nearest};
use crate::recipe::training::Train;

/// Returns what the learning rate of each parameter is multiplied with.
pub fn of<'p>(train: &Train, parameters: &'p Parameters) -> BTreeMap<&'p str, f64> {
    let depths = depths(parameters.iter().map(|(name, _)| name.as_str()));
    let longest = |name: &str| {
        let fitting = train.rate_factors.iter().filter(|(pattern, _)| pattern.matches(name));
        fitting.max_by_key(|(pattern, _)| pattern.as_str().len()).map_or(1.0, |(_, factor)| *factor)
    };
    depths.into_iter().map(|(name, depth)| (name, train.layer_decay.powf(depth.into()) * longest(name))).collect()
}

/// Makes untrainable what the recipe freezes.
///
/// # Errors
/// When a pattern matches no parameter, or nothing is left that learns.
pub fn freeze(train: &Train, parameters: &mut Parameters) -> Result<(), EngineError> {
    let names: Vec<String> = parameters.iter().map(|(name, _)| name.clone()).collect();
    for pattern in train.freeze.iter().chain(train.rate_factors.keys()) {
        if !names.iter().any(|name| pattern.matches(name)) {
            let nearest = nearest(pattern, &names);
            return Err(EngineError::NoSuchParameter { pattern: pattern.to_string(), nearest });
        }
    }
    parameters.freeze_where(|name| train.freeze.iter().any(|pattern| pattern.matches(name)));
    if parameters.count().1 == 0 { Err(EngineError::AllFrozen) } else { Ok(()) }
}
