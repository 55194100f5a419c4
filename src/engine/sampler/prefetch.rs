//! Draws the rows of the next steps on a thread of its own, in order.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use crate::engine::error::EngineError;
use crate::engine::sampler::cursor::{Cursor, Sampler};
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
    /// Returns the tokens read, with what rows are filled up with.
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
    /// Starts to draw steps of `accumulate` micro-batches of `rows` rows.
    pub fn start(mut sampler: Sampler, rows: usize, accumulate: usize, context: usize) -> Self {
        Self::of(move || draw(&mut sampler, rows, accumulate, context))
    }

    /// Starts to draw steps of records with classes.
    pub fn start_dealing(mut dealer: Dealer) -> Self {
        Self::of(move || dealer.next_step())
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

fn draw(sampler: &mut Sampler, rows: usize, accumulate: usize, context: usize) -> Result<StepData, EngineError> {
    let mut batches = Vec::with_capacity(accumulate);
    for _ in 0..accumulate {
        let rows = (0..rows).map(|_| sampler.draw()).collect::<Result<Vec<_>, _>>()?;
        batches.push(Batch::of(&rows, context));
    }
    Ok(StepData { batches, cursor: sampler.cursor().clone() })
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
