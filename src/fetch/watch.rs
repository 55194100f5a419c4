//! Tells how far a fetch is, and hears whether it is to stop.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::fetch::error::FetchError;

/// How often a fetch tells of itself and asks whether to go on.
const EVERY: Duration = Duration::from_millis(200);

/// How far a fetch is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// What is there, in bytes.
    pub done: u64,
    /// All there is, in bytes; 0 where nobody knows.
    pub total: u64,
}

/// Tells how far a fetch is, a few times a second.
pub struct Watch<'a> {
    goes_on: &'a mut dyn FnMut(Told) -> bool,
    notes: Vec<String>,
    told: Told,
    last: Instant,
}

impl<'a> Watch<'a> {
    /// Returns a watch that tells `goes_on`, which says whether to go on.
    pub fn new(goes_on: &'a mut dyn FnMut(Told) -> bool) -> Self {
        Self { goes_on, notes: Vec::new(), told: Told::default(), last: Instant::now() }
    }

    /// Takes down how far the fetch is.
    ///
    /// # Errors
    /// [`FetchError::Stopped`] when it is to stop.
    pub fn tell(&mut self, done: u64, total: u64) -> Result<(), FetchError> {
        self.told = Told { done, total };
        if self.last.elapsed() < EVERY { Ok(()) } else { self.ask() }
    }

    /// Asks whether to go on.
    ///
    /// # Errors
    /// [`FetchError::Stopped`] when it is to stop.
    pub fn ask(&mut self) -> Result<(), FetchError> {
        self.last = Instant::now();
        if (self.goes_on)(self.told) { Ok(()) } else { Err(FetchError::Stopped) }
    }

    /// Takes down something a person may want to know.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Returns what was taken down.
    pub fn notes(self) -> Vec<String> {
        self.notes
    }

    /// Waits for `future`, and asks meanwhile whether to go on.
    ///
    /// # Errors
    /// [`FetchError::Stopped`] when it is to stop; the future is dropped then.
    pub async fn during<T>(&mut self, future: impl Future<Output = T>) -> Result<T, FetchError> {
        let mut future = std::pin::pin!(future);
        loop {
            match tokio::time::timeout(EVERY, &mut future).await {
                Ok(output) => return Ok(output),
                Err(_) => self.ask()?,
            }
        }
    }

    /// Pauses, and asks meanwhile whether to go on.
    ///
    /// # Errors
    /// [`FetchError::Stopped`] when it is to stop.
    pub async fn pause(&mut self, length: Duration) -> Result<(), FetchError> {
        self.during(tokio::time::sleep(length)).await
    }
}
