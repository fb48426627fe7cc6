//! Requests of `object_store` in, answers of our one HTTP client out: no second client, no runtime.
//!
//! `object_store` signs requests and reads the stores' listings; it takes its HTTP client from outside. Ours blocks, so that
//! each future is done when it is first looked at, and [`wait_for`] is all the runtime there is. What a server refuses, and
//! what fails below HTTP, travels as a [`Failure`] in the chain of causes, since `object_store` keeps no headers.

use std::fmt;
use std::future::Future;
use std::io::Read;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
    HttpService,
};
use ureq::http::{HeaderMap, Request, Response};

use crate::remote::http::{self, Http};

/// Bytes that are read at a time.
const BUFFER: usize = 1 << 16;
/// Bytes of a refusal that are looked at.
const REFUSAL_LIMIT: u64 = 1 << 14;
/// Where a machine of a cloud asks for its own credentials; elsewhere nothing answers there.
const METADATA: [&str; 2] = ["169.254.169.254", "metadata.google.internal"];
/// How long these are waited for.
const METADATA_WAIT: Duration = Duration::from_secs(1);

/// Why a request brought nothing.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The server's word against it.
    Refused {
        status: u16,
        /// What the store calls it: `NoSuchBucket`.
        code: String,
        /// Seconds until it should be asked again.
        wait: Option<Duration>,
        /// Where the bucket is, if the server tells.
        region: Option<String>,
    },
    /// No credentials were given and this is no machine of the cloud that has some.
    NoCredentials,
    /// Nothing came; `lasting` where it will be so next time.
    Line { what: String, lasting: bool },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, code, .. } => write!(f, "the server answers {status} {code}"),
            Self::NoCredentials => f.write_str("no credentials"),
            Self::Line { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for Failure {}

/// Our client as `object_store` wants it.
#[derive(Clone, Debug)]
pub(crate) struct Client(pub(crate) Arc<Http>);

impl HttpConnector for Client {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

type Answered<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'a>>;

impl HttpService for Client {
    // The form that `#[async_trait]` gives the method.
    fn call<'client, 'future>(&'client self, request: HttpRequest) -> Answered<'future>
    where
        'client: 'future,
        Self: 'future,
    {
        Box::pin(std::future::ready(self.answer(request)))
    }
}

impl Client {
    fn answer(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let asks_machine = parts.uri.host().is_some_and(|host| METADATA.contains(&host));
        let wait = asks_machine.then_some(METADATA_WAIT);
        let sent = match (parts.method.as_str(), body.as_bytes()) {
            ("GET" | "HEAD" | "DELETE", _) => self.0.send(Request::from_parts(parts, ()), wait),
            (_, Some(bytes)) => self.0.send(Request::from_parts(parts, bytes.as_ref()), wait),
            (_, None) => {
                return Err(failed(Failure::Line { what: "a request in pieces".to_owned(), lasting: true }));
            }
        };
        let answer = match sent {
            // Another machine's proxy may answer in its place.
            Ok(answer) if asks_machine && !answer.status().is_success() => {
                return Err(failed(Failure::NoCredentials));
            }
            Ok(answer) => answer,
            Err(_) if asks_machine => return Err(failed(Failure::NoCredentials)),
            Err(error) => {
                let lasting = http::is_lasting(&error);
                return Err(failed(Failure::Line { what: error.to_string(), lasting }));
            }
        };
        let status = answer.status();
        if !status.is_success() && status.as_u16() != 304 {
            return Err(failed(refusal(answer)));
        }
        let (parts, body) = answer.into_parts();
        let reader: Box<dyn Read + Send> = Box::new(body.into_reader());
        let body = HttpResponseBody::new(Reading { reader: Mutex::new(reader) });
        Ok(Response::from_parts(parts, body))
    }
}

fn failed(failure: Failure) -> HttpError {
    HttpError::new(HttpErrorKind::Unknown, failure)
}

/// What the server says against it: the code in its XML or JSON, or in Azure's header.
fn refusal(answer: Response<ureq::Body>) -> Failure {
    let headers = answer.headers();
    let (status, wait) = (answer.status().as_u16(), http::wait_of(headers));
    let word = |headers: &HeaderMap, name| http::text(headers, name).map(str::to_owned);
    let (header, region) = (word(headers, "x-ms-error-code"), word(headers, "x-amz-bucket-region"));
    let mut text = Vec::new();
    // A refusal without a reason is a refusal too.
    drop(answer.into_body().into_reader().take(REFUSAL_LIMIT).read_to_end(&mut text));
    let text = String::from_utf8_lossy(&text);
    let between = |start: &str, end: &str| {
        let (_, rest) = text.split_once(start)?;
        Some(rest.split_once(end)?.0.trim().to_owned())
    };
    let code = header.or_else(|| between("<Code>", "</Code>")).or_else(|| between("\"error\": \"", "\""));
    let region = region.or_else(|| between("<Region>", "</Region>"));
    Failure::Refused { status, code: code.unwrap_or_default(), wait, region }
}

/// A body that comes as it is read.
struct Reading {
    reader: Mutex<Box<dyn Read + Send>>,
}

impl Body for Reading {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let mut buffer = vec![0; BUFFER];
        let read = self.reader.lock().unwrap_or_else(PoisonError::into_inner).read(&mut buffer);
        Poll::Ready(match read {
            Ok(0) => None,
            Ok(count) => {
                buffer.truncate(count);
                Some(Ok(Frame::data(buffer.into())))
            }
            Err(error) => Some(Err(failed(Failure::Line { what: error.to_string(), lasting: false }))),
        })
    }
}

/// Runs a future to its end on this thread.
pub(crate) fn wait_for<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            // Another thread holds the lock of the credentials; it wakes this one.
            Poll::Pending => std::thread::park(),
        }
    }
}
