//! One file, into a part that survives a cut: resumed with `Range` and `If-Range`, begun again where it changed.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::fetch::error::{FetchError, bare, causes};
use crate::fetch::http::client::{Client, Method};
use crate::fetch::http::pause;
use crate::fetch::http::range::ContentRange;
use crate::fetch::limits::Limits;
use crate::fetch::watch::Watch;

/// A file that is partly there.
pub struct Part {
    path: PathBuf,
    file: File,
    known: Known,
}

/// What is known of the whole, kept beside the part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Known {
    /// The address without its query, so that the part of another is not gone on with.
    address: String,
    /// What tells whether the whole is still the same: a strong `ETag`, or when it was changed last.
    validator: Option<String>,
    /// The size of the whole, in bytes.
    total: Option<u64>,
}

impl Part {
    /// Opens the part of a download in a folder, empty or as it was left.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(folder: &Path, url: &Url) -> Result<Self, FetchError> {
        let path = folder.join("download");
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = opened.map_err(FetchError::io("open", &path))?;
        let known: Option<Known> =
            fs::read(known_path(&path)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let known = known.filter(|known| known.address == bare(url)).unwrap_or_default();
        let mut part = Self { path, file, known };
        if part.known.validator.is_none() {
            part.restart(url)?;
        }
        Ok(part)
    }

    /// Returns where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn len(&self) -> Result<u64, FetchError> {
        self.file.metadata().map(|metadata| metadata.len()).map_err(FetchError::io("look at", &self.path))
    }

    fn restart(&mut self, url: &Url) -> Result<(), FetchError> {
        self.known = Known { address: bare(url), validator: None, total: None };
        self.file.set_len(0).map_err(FetchError::io("cut", &self.path))?;
        self.remember()
    }

    fn remember(&self) -> Result<(), FetchError> {
        let path = known_path(&self.path);
        let bytes = serde_json::to_vec(&self.known).expect("what is known serializes");
        fs::write(&path, bytes).map_err(FetchError::io("write", &path))
    }
}

fn known_path(part: &Path) -> PathBuf {
    part.with_extension("json")
}

/// From so many bytes on an attempt has brought something.
const PROGRESS: u64 = 4096;

/// How one attempt went.
enum Attempt {
    Done,
    /// Trying again may help.
    Cut {
        why: String,
        retry_after: Option<Duration>,
    },
}

fn cut(why: impl Into<String>) -> Result<Attempt, FetchError> {
    Ok(Attempt::Cut { why: why.into(), retry_after: None })
}

/// Fetches an address into `part`, in as many attempts as it takes within `limits`.
///
/// # Errors
/// When it is refused, not there, larger than it may be, or does not arrive.
pub async fn download(
    client: &Client,
    url: &Url,
    part: &mut Part,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<(), FetchError> {
    let (began, mut failures) = (Instant::now(), 0);
    for n in 1..=limits.most_attempts_in_all {
        let before = part.len()?;
        let attempt = match attempt(client, url, part, limits, watch).await {
            Ok(attempt) => attempt,
            Err(FetchError::Unreachable { why, .. }) => Attempt::Cut { why, retry_after: None },
            Err(error) => return Err(error),
        };
        let Attempt::Cut { why, retry_after } = attempt else { return Ok(()) };
        // A trickle is no progress.
        let is_progress = part.len()?.saturating_sub(before) >= PROGRESS;
        failures = if is_progress { 1 } else { failures + 1 };
        let is_over = failures >= limits.most_attempts || n == limits.most_attempts_in_all;
        if is_over || began.elapsed() > limits.in_all {
            let why = format!("{why} (after {n} attempts)");
            let hint = Some("what has arrived is kept: run again to go on".to_owned());
            return Err(FetchError::Remote { address: bare(url), why, hint });
        }
        tracing::debug!(attempt = n, "The download of `{}` was cut: {why}", bare(url));
        watch.pause(pause::before_attempt(limits, failures, retry_after)).await?;
    }
    unreachable!("the last attempt returns")
}

async fn attempt(
    client: &Client,
    url: &Url,
    part: &mut Part,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Attempt, FetchError> {
    let have = part.len()?;
    if have > 0 && part.known.total == Some(have) {
        return Ok(Attempt::Done);
    }
    let validator = part.known.validator.clone().filter(|_| have > 0);
    if validator.is_none() && have > 0 {
        part.restart(url)?;
    }
    let answer = client.send(url, &Method::Get, &asked(have, validator.as_deref()), &[], watch).await?;
    match (answer.status(), &validator) {
        (StatusCode::OK, _) => {
            part.restart(url)?;
            part.known.validator = validator_of(&answer);
            part.known.total = answer.content_length();
            part.remember()?;
        }
        (StatusCode::PARTIAL_CONTENT, Some(validator)) => {
            if let Some(why) = contradiction(&answer, have, part.known.total, validator) {
                part.restart(url)?;
                return cut(why);
            }
        }
        (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => {
            let whole = content_range(&answer);
            if whole == Some(ContentRange::Nothing { total: have }) {
                return Ok(Attempt::Done);
            }
            part.restart(url)?;
            return cut("the file became shorter");
        }
        (status, _) => return refused(url, status, &answer),
    }
    if part.known.total.is_some_and(|total| total > limits.most_bytes) {
        return Err(too_much(url, limits));
    }
    receive(answer, url, part, limits, watch).await
}

/// Returns what is asked: the bytes as they are, and only those that are missing.
fn asked(have: u64, validator: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Some(validator) = validator
        && let Ok(validator) = HeaderValue::from_str(validator)
    {
        let range = HeaderValue::from_str(&format!("bytes={have}-")).expect("digits are a header");
        headers.insert(header::RANGE, range);
        headers.insert(header::IF_RANGE, validator);
    }
    headers
}

/// Returns what tells whether the file changed; a weak `ETag` promises nothing about bytes.
fn validator_of(answer: &Response) -> Option<String> {
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let strong = text(header::ETAG).filter(|tag| tag.starts_with('"'));
    strong.or_else(|| text(header::LAST_MODIFIED))
}

fn content_range(answer: &Response) -> Option<ContentRange> {
    answer.headers().get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok()).and_then(ContentRange::parse)
}

/// Returns what is wrong with the answer to the question for the rest of a file.
fn contradiction(answer: &Response, have: u64, total: Option<u64>, validator: &str) -> Option<String> {
    let Some(ContentRange::Part { first, last, total: said }) = content_range(answer) else {
        return Some("the server sends a part and does not say which".to_owned());
    };
    if first != have {
        return Some(format!("asked for bytes from {have} on, the server sends them from {first} on"));
    }
    if total.zip(said).is_some_and(|(total, said)| total != said) {
        return Some("the file has another size than before".to_owned());
    }
    if answer.content_length().is_some_and(|length| length != last - first + 1) {
        return Some("the length of the part is not what the server says".to_owned());
    }
    let changed =
        validator_of(answer).is_some_and(|now| validator.starts_with('"') == now.starts_with('"') && now != validator);
    changed.then(|| "the file changed meanwhile".to_owned())
}

/// Says what an answer means that brings no bytes.
fn refused(url: &Url, status: StatusCode, answer: &Response) -> Result<Attempt, FetchError> {
    let why = format!("the server answers {status}");
    match status.as_u16() {
        408 | 425 | 429 | 500 | 502 | 503 | 504 => {
            let after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            Ok(Attempt::Cut { why, retry_after: after.and_then(pause::retry_after) })
        }
        401 | 403 | 407 => {
            let hint = "`http` sends no credentials: fetch the file yourself, and read it with `archive` or `files`";
            Err(FetchError::Remote { address: bare(url), why, hint: Some(hint.to_owned()) })
        }
        _ => Err(FetchError::Remote { address: bare(url), why, hint: None }),
    }
}

/// Writes what arrives, until it ends, stalls or is too much.
async fn receive(
    mut answer: Response,
    url: &Url,
    part: &mut Part,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Attempt, FetchError> {
    part.file.seek(SeekFrom::End(0)).map_err(FetchError::io("seek in", &part.path))?;
    let mut have = part.len()?;
    let total = part.known.total;
    let (mut window, mut at_window) = (Instant::now(), have);
    loop {
        let chunk = match watch.during(answer.chunk()).await? {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(error) => return cut(causes(&error.without_url())),
        };
        have += chunk.len() as u64;
        if have > limits.most_bytes {
            return Err(too_much(url, limits));
        }
        part.file.write_all(&chunk).map_err(FetchError::io("write", &part.path))?;
        watch.tell(have, total.unwrap_or(0))?;
        if window.elapsed() >= limits.window {
            if have - at_window < limits.least_bytes {
                return cut(format!("{} bytes in {} s", have - at_window, limits.window.as_secs()));
            }
            (window, at_window) = (Instant::now(), have);
        }
    }
    match total.filter(|total| *total != have) {
        Some(total) => cut(format!("{have} of {total} bytes arrived")),
        None => Ok(Attempt::Done),
    }
}

fn too_much(url: &Url, limits: &Limits) -> FetchError {
    FetchError::TooMuch { what: bare(url), most: limits.most_bytes, unit: "bytes" }
}
