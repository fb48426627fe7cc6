//! A URL in, its bytes by ranges out: one client for all servers, which hands its token to the one host it is for.

use std::io::Read;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ureq::http::{HeaderMap, Request, Response};
use ureq::{AsSendBody, RequestExt};

use crate::RemoteProblem;
use crate::cursor::to_usize;
use crate::remote::patience::{First, Origin, Sink, Trouble, patiently};

/// Redirects one after the other; browsers follow twenty.
const REDIRECTS: usize = 10;
/// Bytes that are read at a time.
const BUFFER: usize = 1 << 16;

/// A secret and the one origin (`https://host`) that may see it.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) origin: String,
    pub(crate) secret: String,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token(for {})", self.origin)
    }
}

/// The client.
#[derive(Debug)]
pub(crate) struct Http {
    agent: ureq::Agent,
    token: Option<Token>,
}

pub(crate) type Answer = Response<ureq::Body>;

impl Http {
    pub(crate) fn new(token: Option<Token>) -> Arc<Self> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("heavytail/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            .timeout_per_read(Some(Duration::from_secs(30)))
            .build();
        Arc::new(Self { agent: config.into(), token })
    }

    /// One request, redirects followed; the last URL is handed out with the answer.
    fn get(&self, url: &str, range: Option<&Range<u64>>) -> Result<(Answer, String), Trouble> {
        let mut url = url.to_owned();
        for _ in 0..REDIRECTS {
            let mut request = self.agent.get(&url);
            if let Some(token) = self.token.as_ref().filter(|token| token.origin == origin_of(&url)) {
                request = request.header("Authorization", format!("Bearer {}", token.secret));
            }
            if let Some(range) = range {
                let last = range.end.saturating_sub(1);
                request = request.header("Range", format!("bytes={}-{last}", range.start));
            }
            let answer = request.call().map_err(of_client)?;
            let status = answer.status().as_u16();
            if !matches!(status, 301 | 302 | 303 | 307 | 308) {
                return Ok((answer, url));
            }
            let place = text(answer.headers(), "location").ok_or(RemoteProblem::Refused { status })?;
            url = joined(&url, place);
        }
        Err(RemoteProblem::Redirects.into())
    }

    /// One request as it is, for those that sign their own.
    pub(crate) fn send(
        &self,
        request: Request<impl AsSendBody>,
        connect: Option<Duration>,
    ) -> Result<Answer, ureq::Error> {
        match connect {
            None => self.agent.run(request),
            Some(wait) => {
                let request = request.with_agent(&self.agent).configure();
                request.timeout_connect(Some(wait)).timeout_global(Some(wait.saturating_mul(2))).build().run()
            }
        }
    }

    /// All of a small answer.
    pub(crate) fn text(&self, url: &str, limit: u64) -> Result<Vec<u8>, crate::Error> {
        patiently(|| {
            let (mut answer, _) = self.get(url, None)?;
            match answer.status().as_u16() {
                200 => {
                    let read = answer.body_mut().with_config().limit(limit).read_to_vec();
                    read.map_err(of_client)
                }
                status => Err(Trouble::of_status(status, wait_of(answer.headers()))),
            }
        })
    }
}

/// A file on a server.
#[derive(Debug)]
pub(crate) struct HttpFile {
    http: Arc<Http>,
    url: String,
    /// Where the last redirect led to.
    place: Mutex<Option<String>>,
    len: u64,
    /// What tells this version of the file from others.
    tag: Option<String>,
}

impl HttpFile {
    /// A file of known length, whose version the URL itself tells.
    pub(crate) fn pinned(http: &Arc<Http>, url: String, len: u64) -> Self {
        Self { http: Arc::clone(http), url, place: Mutex::default(), len, tag: None }
    }

    /// Asks for the first `count` bytes, and so for the length and the version.
    pub(crate) fn first(http: &Arc<Http>, url: &str, count: usize) -> Result<First<Self>, crate::Error> {
        let count = crate::cursor::to_u64(count.max(1));
        patiently(|| {
            let (answer, place) = http.get(url, Some(&(0..count)))?;
            let headers = answer.headers();
            let (len, tag) = match answer.status().as_u16() {
                206 => (range_of(headers)?.1, tag_of(headers)),
                200 => (length_of(headers).ok_or(RemoteProblem::NoLength)?, tag_of(headers)),
                // The answer to any range of an empty file.
                416 => (0, None),
                status => return Err(Trouble::of_status(status, wait_of(headers))),
            };
            let ranges = answer.status().as_u16() == 206;
            let mut bytes = Vec::new();
            let body = answer.into_body().into_reader();
            // What is cut off here is asked for again.
            drop(body.take(count.min(len)).read_to_end(&mut bytes));
            let (place, tag) = (Mutex::new(Some(place)), tag.map(|tag| format!("{tag} {len}")));
            let file = Self { http: Arc::clone(http), url: url.to_owned(), place, len, tag: tag.clone() };
            Ok(First { file, len, tag, bytes, ranges })
        })
    }

    fn place(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks that the answer is of the range and of this version of the file; tells how many bytes come before it.
    fn check(&self, answer: &Answer, asked: &Range<u64>) -> Result<u64, Trouble> {
        let headers = answer.headers();
        let (start, len) = match answer.status().as_u16() {
            206 => range_of(headers)?,
            200 => (0, length_of(headers).unwrap_or(self.len)),
            416 => return Err(RemoteProblem::Changed.into()),
            status => return Err(Trouble::of_status(status, wait_of(headers))),
        };
        let is_same = match (&self.tag, tag_of(headers)) {
            (Some(known), Some(now)) => *known == format!("{now} {len}"),
            _ => len == self.len,
        };
        if !is_same {
            return Err(RemoteProblem::Changed.into());
        }
        asked.start.checked_sub(start).ok_or_else(|| {
            let found = text(headers, "content-range").unwrap_or_default().to_owned();
            RemoteProblem::WrongRange { asked: format!("bytes {}-", asked.start), found }.into()
        })
    }
}

impl Origin for HttpFile {
    fn read(&self, range: Range<u64>, sink: &mut Sink<'_>) -> Result<(), Trouble> {
        let place = self.place().clone();
        let (answer, last) = self.http.get(place.as_deref().unwrap_or(&self.url), Some(&range))?;
        if place.is_some() && matches!(answer.status().as_u16(), 400..=404 | 410) {
            // Addresses that are redirected to are valid for a while only.
            *self.place() = None;
            return Err(Trouble::Later(
                RemoteProblem::Refused { status: answer.status().as_u16() },
                Some(Duration::ZERO),
            ));
        }
        let mut before = self.check(&answer, &range)?;
        *self.place() = Some(last);
        let mut at = range.start;
        let mut body = answer.into_body().into_reader();
        let mut buffer = vec![0; BUFFER];
        while at < range.end {
            let cut = || Trouble::Later(RemoteProblem::Cut { at, end: range.end }, None);
            let count = match body.read(&mut buffer) {
                Ok(0) | Err(_) => return Err(cut()),
                Ok(count) => crate::cursor::to_u64(count),
            };
            let skipped = before.min(count);
            before = before.saturating_sub(skipped);
            let end = count.min(skipped.saturating_add(range.end.saturating_sub(at)));
            let bytes = buffer.get(to_usize(skipped)..to_usize(end)).unwrap_or_default();
            sink(bytes).map_err(|_| cut())?;
            at = at.saturating_add(crate::cursor::to_u64(bytes.len()));
        }
        Ok(())
    }
}

/// Failures below HTTP pass, less those of an address that is none.
fn of_client(error: ureq::Error) -> Trouble {
    match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            RemoteProblem::BadAddress { why: "it is no URL" }.into()
        }
        error if is_lasting(&error) => RemoteProblem::NoConnection(error.into()).into(),
        error => Trouble::Later(RemoteProblem::NoConnection(error.into()), None),
    }
}

/// Whether it will be the same the next time.
pub(crate) fn is_lasting(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound | ureq::Error::Rustls(_) | ureq::Error::Tls(_) => true,
        ureq::Error::Io(io) => io.kind() == std::io::ErrorKind::ConnectionRefused,
        _ => false,
    }
}

pub(crate) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn tag_of(headers: &HeaderMap) -> Option<String> {
    text(headers, "etag").or_else(|| text(headers, "last-modified")).map(str::to_owned)
}

fn length_of(headers: &HeaderMap) -> Option<u64> {
    text(headers, "content-length")?.trim().parse().ok()
}

pub(crate) fn wait_of(headers: &HeaderMap) -> Option<Duration> {
    text(headers, "retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

/// First byte and length of the whole from `bytes 0-99/1000`.
fn range_of(headers: &HeaderMap) -> Result<(u64, u64), RemoteProblem> {
    let word = text(headers, "content-range").unwrap_or_default();
    let parts = || {
        let (range, len) = word.trim().strip_prefix("bytes")?.trim().split_once('/')?;
        let (start, _) = range.split_once('-')?;
        Some((start.trim().parse().ok()?, len.trim().parse().ok()?))
    };
    parts().ok_or(RemoteProblem::NoLength)
}

/// Scheme, host and port of a URL.
pub(crate) fn origin_of(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at.saturating_add(3));
    let rest = url.get(start..).unwrap_or_default();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    url.get(..start.saturating_add(end)).unwrap_or_default().to_ascii_lowercase()
}

/// The URL that a redirect from `base` names.
fn joined(base: &str, place: &str) -> String {
    let origin = origin_of(base);
    if place.contains("://") {
        return place.to_owned();
    }
    if place.starts_with("//") {
        let scheme = origin.split("//").next().unwrap_or_default();
        return format!("{scheme}{place}");
    }
    if place.starts_with('/') {
        return format!("{origin}{place}");
    }
    let path = base.split(['?', '#']).next().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
    format!("{folder}/{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_joined_and_origins_told_apart() {
        let base = "https://Host.org:8443/a/b?x=1";
        assert_eq!(origin_of(base), "https://host.org:8443");
        assert_eq!(joined(base, "https://cdn.org/c"), "https://cdn.org/c");
        assert_eq!(joined(base, "//cdn.org/c"), "https://cdn.org/c");
        assert_eq!(joined(base, "/c"), "https://host.org:8443/c");
        assert_eq!(joined(base, "c"), "https://Host.org:8443/a/c");
        assert_ne!(origin_of("https://host.org"), origin_of("http://host.org"));
        assert_ne!(origin_of("https://host.org"), origin_of("https://host.org.evil.org"));
    }
}
