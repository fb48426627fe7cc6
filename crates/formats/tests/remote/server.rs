//! A web server on loopback that hands out ranges, notes every request, and misbehaves when it is told to.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

/// One misbehaviour; each is done once, in order, by requests of its path.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Closes the connection after so many bytes of the body.
    Cut(usize),
    /// Answers this status, with this `Retry-After`.
    Status(u16, Option<&'static str>),
    /// Says that the bytes come from so many bytes further on.
    WrongStart(u64),
    /// Says that the whole file has this length.
    WrongTotal(u64),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) range: Option<(usize, usize)>,
    pub(crate) authorization: Option<String>,
    /// Bytes of the body that were sent.
    pub(crate) sent: usize,
}

/// What the server has and does.
#[derive(Default)]
pub(crate) struct Site {
    /// By path: the bytes and the entity tag.
    pub(crate) files: HashMap<String, (Vec<u8>, Option<String>)>,
    pub(crate) faults: HashMap<String, VecDeque<Fault>>,
    /// By path: where to go instead.
    pub(crate) redirects: HashMap<String, String>,
    /// By path: a status and the text that explains it.
    pub(crate) refusals: HashMap<String, (u16, String)>,
    /// Whether ranges are ignored and whole files sent.
    pub(crate) whole_only: bool,
    pub(crate) seen: Vec<Seen>,
}

/// A running server; it ends with the process.
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`
    pub(crate) address: String,
    site: Arc<Mutex<Site>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let site = Arc::new(Mutex::new(Site::default()));
        let shared = Arc::clone(&site);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let site = Arc::clone(&shared);
                // A client that hangs up ends its thread with an error, as it should.
                std::thread::spawn(move || drop(answer(&stream, &site)));
            }
        });
        Self { address, site }
    }

    pub(crate) fn site(&self) -> MutexGuard<'_, Site> {
        self.site.lock().expect("no thread of the server panics")
    }

    /// Puts a file at a path that begins with `/`.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        let tag = format!(
            "\"{:x}\"",
            bytes.iter().fold(7_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(*byte))
        );
        self.site().files.insert(path.to_owned(), (bytes.to_vec(), Some(tag)));
    }

    pub(crate) fn misbehave(&self, path: &str, faults: impl IntoIterator<Item = Fault>) {
        self.site().faults.entry(path.to_owned()).or_default().extend(faults);
    }

    /// The requests so far, which are then forgotten.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.site().seen)
    }

    /// Bytes of bodies sent so far; the requests are then forgotten.
    pub(crate) fn sent(&self) -> usize {
        self.seen().iter().map(|seen| seen.sent).sum()
    }
}

fn answer(stream: &TcpStream, site: &Mutex<Site>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().ok_or(std::io::ErrorKind::UnexpectedEof)??;
    let (method, path) = first.split_once(' ').unwrap_or_default();
    let (is_head, path) = (method == "HEAD", path.split(' ').next().unwrap_or_default().to_owned());
    let mut headers = HashMap::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let range = headers.get("range").and_then(|range| {
        let (start, end) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((start.parse::<usize>().ok()?, end.parse::<usize>().ok()?))
    });
    let mut locked = site.lock().expect("no thread of the server panics");
    let fault = locked.faults.get_mut(&path).and_then(VecDeque::pop_front);
    let redirect = locked.redirects.get(&path).cloned();
    let refusal = locked.refusals.get(&path).cloned();
    let file = locked.files.get(&path).cloned();
    let range = range.filter(|_| !locked.whole_only);
    let (head, body) = match refusal {
        Some((status, text)) => {
            let head =
                format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
            (head, text.into_bytes())
        }
        None => response(range, fault, redirect, file),
    };
    let body = if is_head { Vec::new() } else { body };
    let authorization = headers.get("authorization").cloned();
    locked.seen.push(Seen { range, authorization, sent: body.len() });
    drop(locked);
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

/// Head and body, the body cut where the fault says so.
fn response(
    range: Option<(usize, usize)>,
    fault: Option<Fault>,
    redirect: Option<String>,
    file: Option<(Vec<u8>, Option<String>)>,
) -> (String, Vec<u8>) {
    let plain = |status: u16, more: &str| {
        (format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n{more}\r\n"), Vec::new())
    };
    if let Some(Fault::Status(status, wait)) = fault {
        return plain(status, &wait.map_or(String::new(), |wait| format!("Retry-After: {wait}\r\n")));
    }
    if let Some(place) = redirect {
        return plain(302, &format!("Location: {place}\r\n"));
    }
    let Some((bytes, tag)) = file else { return plain(404, "") };
    let (mut total, mut shift) = (bytes.len() as u64, 0);
    match fault {
        Some(Fault::WrongTotal(wrong)) => total = wrong,
        Some(Fault::WrongStart(wrong)) => shift = wrong,
        _ => {}
    }
    let (status, bytes, place) = match range {
        Some((start, _)) if start >= bytes.len() => {
            return plain(416, &format!("Content-Range: bytes */{total}\r\n"));
        }
        Some((start, last)) => {
            let last = last.min(bytes.len() - 1);
            let place = format!("Content-Range: bytes {}-{last}/{total}\r\n", start as u64 + shift);
            (206, bytes[start..=last].to_vec(), place)
        }
        None => (200, bytes, String::new()),
    };
    let tag = tag.map(|tag| format!("ETag: {tag}\r\nLast-Modified: Sat, 01 Jun 2024 00:00:00 GMT\r\n"));
    let tag = tag.unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n{tag}{place}\r\n",
        bytes.len()
    );
    let sent = match fault {
        Some(Fault::Cut(at)) => bytes[..at.min(bytes.len())].to_vec(),
        _ => bytes,
    };
    (head, sent)
}
