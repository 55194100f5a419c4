//! Git's protocol, version 2, over https: one commit without its history (gitprotocol-v2, gitprotocol-http).

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, StatusCode};
use url::Url;

use crate::fetch::error::{FetchError, bare, causes, shown};
use crate::fetch::http::{Client, Method, before_attempt};
use crate::fetch::limits::Limits;
use crate::fetch::watch::Watch;

/// The most bytes of anything but a pack.
const MOST_TALK: usize = 1 << 20;

/// Fetches the objects of a commit into a pack file, and returns the commit: `revision`, or the newest.
pub(super) async fn fetch(
    client: &Client,
    url: &Url,
    revision: Option<&str>,
    pack: &Path,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<String, FetchError> {
    let mut failures = 0;
    loop {
        let session = Session { client, url, limits };
        let error = match session.fetch(revision, pack, watch).await {
            Err(error @ FetchError::Unreachable { .. }) => error,
            other => return other,
        };
        failures += 1;
        if failures >= limits.most_attempts {
            return Err(error);
        }
        watch.pause(before_attempt(limits, failures, None)).await?;
    }
}

struct Session<'a> {
    client: &'a Client,
    url: &'a Url,
    limits: &'a Limits,
}

impl Session<'_> {
    async fn fetch(&self, revision: Option<&str>, pack: &Path, watch: &mut Watch<'_>) -> Result<String, FetchError> {
        self.greet(watch).await?;
        let commit = match revision {
            Some(revision) => revision.to_owned(),
            None => self.newest(watch).await?,
        };
        let want = format!("want {commit}\n");
        let asked = ["no-progress\n", "ofs-delta\n", "deepen 1\n", &want, "done\n"];
        let answer = self.ask("fetch", &asked, watch).await?;
        self.receive(Lines::new(answer), pack, watch).await?;
        Ok(commit)
    }

    /// Makes sure that the server speaks version 2.
    async fn greet(&self, watch: &mut Watch<'_>) -> Result<(), FetchError> {
        let mut url = self.below("info/refs");
        url.set_query(Some("service=git-upload-pack"));
        let answer = self.client.send(&url, &Method::Get, &headers(false), &[], watch).await?;
        let mut lines = Lines::new(self.good(answer)?);
        let mut is_new = false;
        let mut n_flushes = 0;
        while n_flushes < 2 {
            match self.next(&mut lines, watch).await? {
                Line::Data(line) if line.trim_ascii_end() == b"version 2" => is_new = true,
                // Another object format has other names.
                Line::Data(line)
                    if line.starts_with(b"object-format=") && line.trim_ascii_end() != b"object-format=sha1" =>
                {
                    return Err(self.strange("its objects are not named by SHA-1"));
                }
                Line::Data(_) | Line::Mark => {}
                Line::Flush => n_flushes += 1,
                Line::End => break,
            }
        }
        if is_new { Ok(()) } else { Err(self.strange("it does not speak version 2 of git's protocol")) }
    }

    /// Asks for the commit of `HEAD`.
    async fn newest(&self, watch: &mut Watch<'_>) -> Result<String, FetchError> {
        let answer = self.ask("ls-refs", &["ref-prefix HEAD\n"], watch).await?;
        let mut lines = Lines::new(answer);
        loop {
            match self.next(&mut lines, watch).await? {
                Line::Data(line) => {
                    let text = String::from_utf8_lossy(&line).into_owned();
                    if let Some((id, "HEAD")) = text.trim_end().split_once(' ')
                        && id.len() == 40
                        && id.bytes().all(|byte| byte.is_ascii_hexdigit())
                    {
                        return Ok(id.to_owned());
                    }
                }
                Line::Mark => {}
                Line::Flush | Line::End => return Err(self.strange("it has no commit")),
            }
        }
    }

    async fn ask(&self, command: &str, arguments: &[&str], watch: &mut Watch<'_>) -> Result<Response, FetchError> {
        let mut body = line(&format!("command={command}\n"));
        body.extend_from_slice(b"0001");
        arguments.iter().for_each(|argument| body.extend(line(argument)));
        body.extend_from_slice(b"0000");
        let url = self.below("git-upload-pack");
        self.good(self.client.send(&url, &Method::Post(body), &headers(true), &[], watch).await?)
    }

    /// Writes the pack that an answer holds.
    async fn receive(&self, mut lines: Lines, pack: &Path, watch: &mut Watch<'_>) -> Result<(), FetchError> {
        let mut file = File::create(pack).map_err(FetchError::io("make", pack))?;
        let (mut is_pack, mut bytes) = (false, 0_u64);
        loop {
            match self.next(&mut lines, watch).await? {
                Line::Data(line) if !is_pack => is_pack = line.trim_ascii_end() == b"packfile",
                Line::Data(line) => match line.split_first() {
                    Some((1, data)) => {
                        bytes += data.len() as u64;
                        if bytes > self.limits.most_bytes {
                            let most = self.limits.most_bytes;
                            return Err(FetchError::TooMuch { what: bare(self.url), most, unit: "bytes" });
                        }
                        file.write_all(data).map_err(FetchError::io("write", pack))?;
                        watch.tell(bytes, 0)?;
                    }
                    Some((2, _)) => {}
                    Some((_, message)) => return Err(self.strange(&format!("it says: {}", shown(message)))),
                    None => return Err(self.strange("it sends an empty line")),
                },
                Line::Mark => {}
                Line::Flush if is_pack => return Ok(()),
                Line::Flush => return Err(self.strange("it sends no pack")),
                Line::End => return Err(self.cut("the answer ends within the pack")),
            }
        }
    }

    async fn next(&self, lines: &mut Lines, watch: &mut Watch<'_>) -> Result<Line, FetchError> {
        loop {
            match lines.parse() {
                Ok(Some(Line::Data(line))) if line.starts_with(b"ERR ") => {
                    let message = shown(line[4..].trim_ascii_end());
                    return Err(self.strange(&format!("it says: {message}")));
                }
                Ok(Some(line)) => return Ok(line),
                Ok(None) => {}
                Err(why) => return Err(self.strange(why)),
            }
            match watch.during(lines.answer.chunk()).await? {
                Ok(Some(chunk)) => lines.buffer.extend_from_slice(&chunk),
                Ok(None) if lines.rest().is_empty() => return Ok(Line::End),
                Ok(None) => return Err(self.cut("the answer ends within a line")),
                Err(error) => return Err(self.cut(&causes(&error.without_url()))),
            }
        }
    }

    /// Returns the address of a service of the repository.
    fn below(&self, service: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{service}", self.url.path().trim_end_matches('/')));
        url
    }

    fn good(&self, answer: Response) -> Result<Response, FetchError> {
        match answer.status() {
            StatusCode::OK => Ok(answer),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                Err(self.cut(&format!("the server answers {status}")))
            }
            status => Err(FetchError::Remote {
                address: bare(self.url),
                why: format!("the server answers {status}"),
                hint: Some(
                    "there may be no such repository, or it may be private: clone it, and give the folder".to_owned(),
                ),
            }),
        }
    }

    fn strange(&self, why: &str) -> FetchError {
        FetchError::Remote { address: bare(self.url), why: why.to_owned(), hint: None }
    }

    fn cut(&self, why: &str) -> FetchError {
        FetchError::Unreachable { address: bare(self.url), why: why.to_owned() }
    }
}

fn headers(is_question: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("git-protocol"), HeaderValue::from_static("version=2"));
    if is_question {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-git-upload-pack-request"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/x-git-upload-pack-result"));
    }
    headers
}

fn line(text: &str) -> Vec<u8> {
    format!("{:04x}{text}", text.len() + 4).into_bytes()
}

/// A line of the protocol.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    /// Some bytes.
    Data(Vec<u8>),
    /// The end of a section, or of a response.
    Mark,
    /// The end of a message.
    Flush,
    /// The end of the answer.
    End,
}

/// Lines out of an answer.
struct Lines {
    answer: Response,
    buffer: Vec<u8>,
    at: usize,
}

impl Lines {
    fn new(answer: Response) -> Self {
        Self { answer, buffer: Vec::new(), at: 0 }
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// Returns the next line, where all of it is there.
    fn parse(&mut self) -> Result<Option<Line>, &'static str> {
        if self.at > MOST_TALK {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let (line, length) = match parse(self.rest())? {
            Some(found) => found,
            None => return Ok(None),
        };
        self.at += length;
        Ok(Some(line))
    }
}

/// Reads a line, and how long it is, in bytes.
fn parse(bytes: &[u8]) -> Result<Option<(Line, usize)>, &'static str> {
    let Some(digits) = bytes.get(..4) else { return Ok(None) };
    let text = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let length =
        text.and_then(|text| usize::from_str_radix(text, 16).ok()).ok_or("it does not speak git's protocol")?;
    Ok(match length {
        0 => Some((Line::Flush, 4)),
        1 | 2 => Some((Line::Mark, 4)),
        3 => return Err("it does not speak git's protocol"),
        _ => bytes.get(4..length).map(|data| (Line::Data(data.to_vec()), length)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_whole_or_not_at_all() {
        assert_eq!(parse(b"000ahello\nrest"), Ok(Some((Line::Data(b"hello\n".to_vec()), 10))));
        assert_eq!(parse(b"0000"), Ok(Some((Line::Flush, 4))));
        assert_eq!(parse(b"0001x"), Ok(Some((Line::Mark, 4))));
        assert_eq!(parse(b"0004"), Ok(Some((Line::Data(Vec::new()), 4))));
        for short in [&b""[..], b"000", b"000ahell"] {
            assert_eq!(parse(short), Ok(None));
        }
        for wrong in [&b"<htm"[..], b"0003", b"+001", b"\xff\xff\xff\xff"] {
            assert!(parse(wrong).is_err());
        }
        assert_eq!(line("done\n"), b"0009done\n");
    }
}
