//! Phases: steps that look at one record at a time, up to one that looks at all of them.

use crate::data::clean::{self, Prepared, Step};
use crate::data::error::DataError;
use crate::data::prepare::ByModel;
use crate::recipe::dataset::CleanStep;

/// Steps that look at one record at a time, and what comes behind them.
pub(super) struct Phase<'a> {
    /// The steps, each with its place in the recipe.
    pub(super) each: Vec<(usize, &'a CleanStep, Box<dyn Step + 'a>)>,
    /// The step that looks at all records.
    pub(super) all: Option<(usize, Global)>,
}

/// A step that looks at all records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Global {
    /// Equal records go.
    Exact,
    /// Nearly equal records go.
    Near {
        /// The Jaccard similarity from which on a record is a duplicate.
        threshold: f64,
    },
}

/// Makes the steps of a recipe ready, as phases; there is always one.
pub(super) fn phases<'a>(steps: &'a [CleanStep], by_model: ByModel<'a>) -> Result<Vec<Phase<'a>>, DataError> {
    let mut phases = vec![Phase { each: Vec::new(), all: None }];
    for (i, step) in steps.iter().enumerate() {
        let prepared: Result<Box<dyn Step + 'a>, Global> = match clean::prepare(step)? {
            Prepared::Each(ready) => Ok(ready),
            Prepared::ByModel => {
                let (_, ready) = by_model.get(&i).expect("who asks for the preparation has the models ready");
                Ok(Box::new(&**ready))
            }
            Prepared::Exact => Err(Global::Exact),
            Prepared::Near { threshold } => Err(Global::Near { threshold }),
        };
        let global = match prepared {
            Ok(ready) => {
                if phases.last().is_none_or(|phase| phase.all.is_some()) {
                    phases.push(Phase { each: Vec::new(), all: None });
                }
                phases.last_mut().expect("there is one").each.push((i, step, ready));
                continue;
            }
            Err(global) => global,
        };
        if phases.last().is_none_or(|phase| phase.all.is_some()) {
            phases.push(Phase { each: Vec::new(), all: None });
        }
        phases.last_mut().expect("there is one").all = Some((i, global));
    }
    Ok(phases)
}
