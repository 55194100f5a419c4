//! Draws the rows of the next steps on a thread of its own, in order.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use crate::engine::error::EngineError;
use crate::engine::sampler::cursor::{Cursor, Sampler, Source};
use crate::engine::sampler::{Batch, Dealer};

/// How many steps are drawn ahead.
const AHEAD: usize = 2;

/// The micro-batches of one optimizer step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepData {
    /// The micro-batches.
    pub batches: Vec<Batch>,
    /// Where the sampler stands behind them.
    pub cursor: Cursor,
}

impl StepData {
    /// Returns the tokens read, with what rows are filled up with; the records, where there are no tokens.
    pub fn n_tokens(&self) -> u64 {
        self.batches.iter().map(|batch| (batch.rows * batch.context) as u64).sum()
    }
}

/// A thread that draws steps ahead; it ends when this is dropped.
#[derive(Debug)]
pub struct Prefetch {
    steps: Option<Receiver<Result<StepData, EngineError>>>,
    thread: Option<JoinHandle<()>>,
}

impl Prefetch {
    /// Starts to draw steps of `accumulate` micro-batches of `rows` rows, from where a cursor stands.
    ///
    /// Rows of texts of which each is a record are dealt by their lengths. Those with captions are not: whoever tells captions apart
    /// would have to tell apart captions of one length.
    ///
    /// # Errors
    /// When the sources are not alike, and when they cannot be read any more.
    pub fn start(
        sources: Vec<Source>,
        seed: u64,
        cursor: Cursor,
        rows: usize,
        accumulate: usize,
    ) -> Result<Self, EngineError> {
        are_alike(&sources)?;
        let first = &sources[0].rows;
        let is_dealt = first.kind().is_of_records() && first.shape().is_none();
        let sampler = |cursor| Sampler::new(sources.clone(), seed, cursor);
        if is_dealt {
            let mut dealer = Dealer::new(sampler, seed, cursor, rows, accumulate)?;
            return Ok(Self::of(move || dealer.next_step()));
        }
        let mut sampler = sampler(cursor);
        Ok(Self::of(move || draw(&mut sampler, rows, accumulate)))
    }

    fn of(mut next: impl FnMut() -> Result<StepData, EngineError> + Send + 'static) -> Self {
        let (sender, receiver) = sync_channel(AHEAD);
        let thread = std::thread::spawn(move || {
            loop {
                let step = next();
                let is_last = step.is_err();
                if sender.send(step).is_err() || is_last {
                    return;
                }
            }
        });
        Self { steps: Some(receiver), thread: Some(thread) }
    }

    /// Returns the data of the next step.
    ///
    /// # Errors
    /// When the tokens cannot be read any more; there is no step after that.
    pub fn next_step(&self) -> Result<StepData, EngineError> {
        let steps = self.steps.as_ref().expect("the channel lives as long as the prefetch");
        steps.recv().expect("the thread draws until it fails or the channel closes")
    }
}

fn draw(sampler: &mut Sampler, rows: usize, accumulate: usize) -> Result<StepData, EngineError> {
    let mut batches = Vec::with_capacity(accumulate);
    for _ in 0..accumulate {
        let rows = sampler.draw_all(rows)?;
        batches.push(sampler.batch(&rows));
    }
    Ok(StepData { batches, cursor: sampler.cursor().clone() })
}

/// Checks that the features of all datasets have one shape: they stand in the same batches.
fn are_alike(sources: &[Source]) -> Result<(), EngineError> {
    let first = sources[0].rows.shape();
    let Some(other) = sources.iter().find(|source| source.rows.shape() != first) else { return Ok(()) };
    Err(EngineError::Unfit {
        dataset: other.rows.dataset().to_owned(),
        reason: format!(
            "its features are of shape {:?}, and those of `{}` of {:?}",
            other.rows.shape().unwrap_or_default(),
            sources[0].rows.dataset(),
            first.unwrap_or_default()
        ),
        hint: "let the `features` of all datasets of a training be alike".into(),
    })
}

impl Drop for Prefetch {
    fn drop(&mut self) {
        self.steps = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been told by `next_step` already.
            let _ = thread.join();
        }
    }
}
