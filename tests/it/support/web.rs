//! A web server on loopback that answers what a test tells it to, faults included.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request, as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Names in lowercase.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    /// How many requests came before.
    pub n: usize,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Returns the first byte that is asked for.
    pub fn from(&self) -> Option<usize> {
        self.header("range")?.strip_prefix("bytes=")?.split('-').next()?.parse().ok()
    }
}

/// What is answered.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// After so many bytes of the body the connection is closed.
    pub cut_after: Option<usize>,
    /// What `Content-Length` says, where it lies; 0 leaves it out.
    pub says_length: Option<usize>,
    /// A pause after each ten bytes.
    pub trickle: Option<Duration>,
    /// Nothing is answered at all.
    pub is_silent: bool,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: body.into(), ..Self::default() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn to(location: impl Into<String>) -> Self {
        Self::new(302, "").with("Location", location)
    }

    /// Answers as a server does that knows ranges.
    pub fn ranged(request: &Request, whole: &[u8], etag: &str) -> Self {
        let is_same = request.header("if-range").is_none_or(|tag| tag == etag);
        match request.from().filter(|from| is_same && *from < whole.len()) {
            Some(from) => Self::new(206, &whole[from..])
                .with("Content-Range", format!("bytes {from}-{}/{}", whole.len() - 1, whole.len())),
            None => Self::new(200, whole),
        }
        .with("ETag", etag)
    }
}

type Answer = dyn Fn(&Request) -> Reply + Send + Sync;

/// A server; it ends when it is dropped.
pub struct Web {
    pub port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
    connections: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
}

impl Web {
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let web = Self {
            port: listener.local_addr().unwrap().port(),
            requests: Arc::default(),
            connections: Arc::default(),
            sent: Arc::default(),
            is_over: Arc::default(),
        };
        let (requests, connections, sent, is_over) =
            (web.requests.clone(), web.connections.clone(), web.sent.clone(), web.is_over.clone());
        let answer: Arc<Answer> = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                connections.fetch_add(1, Ordering::SeqCst);
                let (answer, requests, sent, is_over) =
                    (answer.clone(), requests.clone(), sent.clone(), is_over.clone());
                thread::spawn(move || drop(serve(stream.unwrap(), &*answer, &requests, &sent, &is_over)));
            }
        });
        web
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    /// Returns how many bytes of bodies were sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn serve(
    mut stream: TcpStream,
    answer: &Answer,
    requests: &Mutex<Vec<Request>>,
    sent: &AtomicU64,
    is_over: &AtomicBool,
) -> std::io::Result<()> {
    let Some(mut request) = read(&stream)? else { return Ok(()) };
    request.n = {
        let mut all = requests.lock().unwrap();
        all.push(request.clone());
        all.len() - 1
    };
    let reply = answer(&request);
    if reply.is_silent {
        while !is_over.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(20));
        }
        return Ok(());
    }
    let mut head = format!("HTTP/1.1 {} Whatever\r\nConnection: close\r\n", reply.status);
    match reply.says_length {
        Some(0) => {}
        Some(length) => head.push_str(&format!("Content-Length: {length}\r\n")),
        None => head.push_str(&format!("Content-Length: {}\r\n", reply.body.len())),
    }
    reply.headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    if request.method == "HEAD" {
        return Ok(());
    }
    let body = &reply.body[..reply.cut_after.unwrap_or(reply.body.len()).min(reply.body.len())];
    for piece in body.chunks(if reply.trickle.is_some() { 10 } else { 1 << 14 }) {
        stream.write_all(piece)?;
        sent.fetch_add(piece.len() as u64, Ordering::SeqCst);
        if let Some(pause) = reply.trickle {
            thread::sleep(pause);
        }
    }
    stream.shutdown(Shutdown::Write)
}

fn read(stream: &TcpStream) -> std::io::Result<Option<Request>> {
    let mut lines = BufReader::new(stream);
    let mut first = String::new();
    lines.read_line(&mut first)?;
    let mut words = first.split_whitespace();
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let (method, path) = (method.to_owned(), path.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    lines.read_exact(&mut body)?;
    Ok(Some(Request { method, path, headers, body, n: 0 }))
}
