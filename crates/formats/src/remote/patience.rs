//! Requests that can fail in, their results out: what is tried again, how often and after how long.
//!
//! A transfer that breaks off goes on at the byte where it broke; only tries that bring nothing are counted.

use std::io;
use std::ops::Range;
use std::time::Duration;

use crate::{Error, RemoteProblem};

/// Tries that bring nothing.
const TRIES: u32 = 5;
/// The wait after the first of them, doubled after each.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// A server that asks for more is not waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Why a request brought less than was asked for.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It may work later; after this time, if the server told.
    Later(RemoteProblem, Option<Duration>),
    /// It won't.
    Never(Error),
}

impl From<RemoteProblem> for Trouble {
    fn from(problem: RemoteProblem) -> Self {
        Self::Never(problem.into())
    }
}

impl Trouble {
    /// The trouble that an HTTP status means.
    pub(crate) fn of_status(status: u16, wait: Option<Duration>) -> Self {
        let seconds = wait.map(|wait| wait.as_secs());
        match status {
            429 | 503 if wait.is_some_and(|wait| wait > LONGEST_WAIT) => {
                RemoteProblem::Busy { status, wait: seconds }.into()
            }
            408 | 425 | 429 | 500 | 502..=504 => {
                Self::Later(RemoteProblem::Busy { status, wait: seconds }, wait)
            }
            _ => RemoteProblem::Refused { status }.into(),
        }
    }
}

/// Something that hands out the bytes of one remote file.
pub(crate) trait Origin: std::fmt::Debug + Send + Sync {
    /// Makes one request and hands the bytes of the range to `sink` in order, as many as come.
    fn read(&self, range: Range<u64>, sink: &mut Sink<'_>) -> Result<(), Trouble>;
}

/// What the first request for a file brings.
pub(crate) struct First<F> {
    pub(crate) file: F,
    pub(crate) len: u64,
    /// What tells this version of the file from others.
    pub(crate) tag: Option<String>,
    /// The first bytes.
    pub(crate) bytes: Vec<u8>,
    /// Whether the server hands out parts of the file.
    pub(crate) ranges: bool,
}

/// What takes the bytes as they come.
pub(crate) type Sink<'a> = dyn FnMut(&[u8]) -> io::Result<()> + 'a;

/// Hands all bytes of the range to `sink` in order, over as many requests as it takes.
pub(crate) fn transfer(origin: &dyn Origin, range: Range<u64>, sink: &mut Sink<'_>) -> Result<(), Error> {
    let mut at = range.start;
    let mut patience = Patience::default();
    while at < range.end {
        let before = at;
        let mut refused = None;
        let result = origin.read(at..range.end, &mut |bytes| {
            sink(bytes).map_err(|error| {
                refused = Some(error);
                io::Error::from(io::ErrorKind::WriteZero)
            })?;
            at = at.saturating_add(crate::cursor::to_u64(bytes.len()));
            Ok(())
        });
        if let Some(error) = refused {
            return Err(RemoteProblem::Cache(error).into());
        }
        if at > before {
            patience = Patience::default();
        }
        match result {
            Ok(()) if at >= range.end => return Ok(()),
            Ok(()) => patience.wait(RemoteProblem::Cut { at, end: range.end }, None)?,
            Err(Trouble::Later(problem, wait)) => patience.wait(problem, wait)?,
            Err(Trouble::Never(error)) => return Err(error),
        }
    }
    Ok(())
}

/// Makes a request until it works, or waiting is no use.
pub(crate) fn patiently<T>(mut request: impl FnMut() -> Result<T, Trouble>) -> Result<T, Error> {
    let mut patience = Patience::default();
    loop {
        match request() {
            Ok(answer) => return Ok(answer),
            Err(Trouble::Later(problem, wait)) => patience.wait(problem, wait)?,
            Err(Trouble::Never(error)) => return Err(error),
        }
    }
}

/// Tries in a row that brought nothing.
#[derive(Default)]
struct Patience {
    tries: u32,
}

impl Patience {
    /// Waits before the next try, or gives the reason why there is none.
    fn wait(&mut self, problem: RemoteProblem, wait: Option<Duration>) -> Result<(), Error> {
        self.tries = self.tries.saturating_add(1);
        if self.tries >= TRIES {
            return Err(problem.into());
        }
        let usual = FIRST_WAIT.saturating_mul(1 << self.tries.saturating_sub(1).min(8));
        std::thread::sleep(wait.unwrap_or(usual).min(LONGEST_WAIT));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Ten bytes, of which each request brings at most this many before it breaks off.
    #[derive(Debug)]
    struct Breaking(Mutex<Vec<usize>>);

    impl Origin for Breaking {
        fn read(&self, range: Range<u64>, sink: &mut Sink<'_>) -> Result<(), Trouble> {
            let count = self.0.lock().unwrap().pop().unwrap_or(0);
            let bytes: Vec<u8> =
                (range.start..range.end).map(|at| u8::try_from(at).unwrap()).take(count).collect();
            sink(&bytes).map_err(|_| RemoteProblem::Changed)?;
            Err(Trouble::Later(RemoteProblem::Cut { at: 0, end: 10 }, Some(Duration::ZERO)))
        }
    }

    fn all(counts: &[usize]) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        let origin = Breaking(Mutex::new(counts.iter().rev().copied().collect()));
        transfer(&origin, 0..10, &mut |bytes| {
            out.extend_from_slice(bytes);
            Ok(())
        })?;
        Ok(out)
    }

    #[test]
    fn a_transfer_goes_on_where_it_broke_and_gives_up_when_nothing_comes() {
        let bytes: Vec<u8> = (0..10).collect();
        assert_eq!(all(&[3, 0, 0, 1, 0, 0, 0, 2, 4]).unwrap(), bytes);
        assert!(all(&[3, 0, 0, 0, 0, 0]).unwrap_err().to_string().contains("breaks off"));
    }

    #[test]
    fn statuses_are_final_or_passing() {
        let later = |status, wait| matches!(Trouble::of_status(status, wait), Trouble::Later(..));
        assert!(later(429, Some(Duration::from_secs(2))) && later(503, None) && later(500, None));
        assert!(!later(404, None) && !later(401, None) && !later(429, Some(Duration::from_secs(3600))));
    }
}
