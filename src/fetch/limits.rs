//! How much, how long and how often.

use std::time::Duration;

/// The bounds within which data is fetched and unpacked.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The most bytes that are fetched, and the most that they unpack to.
    pub most_bytes: u64,
    /// The most files.
    pub most_files: u64,
    /// The most bytes that one packed byte unpacks to, once [`Limits::ratio_from`] bytes are there.
    pub most_ratio: u64,
    /// From how many unpacked bytes on the ratio counts, in bytes: little texts of one letter are no attack.
    pub ratio_from: u64,
    /// How many attempts in a row may bring nothing.
    pub most_attempts: u32,
    /// How many attempts there may be in all.
    pub most_attempts_in_all: u32,
    /// The first pause between two attempts; each further one is twice as long, with a random share off.
    pub first_pause: Duration,
    /// The longest pause between two attempts.
    pub longest_pause: Duration,
    /// How long a connection may take to come about.
    pub connect: Duration,
    /// How long a server may say nothing.
    pub silence: Duration,
    /// In this time [`Limits::least_bytes`] have to arrive.
    pub window: Duration,
    /// The least bytes of a window.
    pub least_bytes: u64,
    /// How long a download may take in all.
    pub in_all: Duration,
}

impl Limits {
    /// Returns the bounds of a source that may bring so many bytes.
    pub fn of(most_bytes: u64) -> Self {
        Self {
            most_bytes,
            most_files: 5_000_000,
            most_ratio: 500,
            ratio_from: 64 << 20,
            most_attempts: 6,
            most_attempts_in_all: 200,
            first_pause: Duration::from_millis(300),
            longest_pause: Duration::from_secs(30),
            connect: Duration::from_secs(20),
            silence: Duration::from_secs(60),
            window: Duration::from_secs(60),
            least_bytes: 60 << 10,
            in_all: Duration::from_secs(48 * 3600),
        }
    }
}
