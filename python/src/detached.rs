//! A long piece of work in, its result out, with the interpreter free meanwhile and Ctrl-C heard.
//!
//! The work runs on a thread of its own; the calling thread wakes a few times a second to let Python handle signals
//! and to tell of the progress. When Python raises, the work is told to stop, and is over soon after: it gives up in the
//! middle of a layer. Where a step of it can't be stopped it is left to end by itself, since it owns what it reads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use heavytail::Cancel;
use heavytail::engine::fault_message;
use pyo3::prelude::*;

use crate::exceptions::{HeavytailError, of_engine};

/// How often Python is asked for signals: often enough that a stop within half a second is certain.
const TICK: Duration = Duration::from_millis(50);

/// How long the work has to end before the caller goes on without it: most steps are shorter.
const GRACE: Duration = Duration::from_millis(300);

/// Runs `work` without holding the interpreter; `tick` is called with it between times.
pub(crate) fn detached<T, W>(
    py: Python<'_>,
    cancel: &Arc<Cancel>,
    mut tick: impl FnMut(Python<'_>) -> PyResult<()>,
    work: W,
) -> PyResult<T>
where
    T: Send + 'static,
    W: FnOnce() -> Result<T, heavytail::Error> + Send + 'static,
{
    let (done, mut results) = sync_channel(1);
    let stop = Arc::clone(cancel);
    let body = move || {
        let until_stopped = || {
            fail_if_asked();
            stop.until(work).unwrap_or(Err(heavytail::Error::Interrupted))
        };
        // The receiver is gone when the caller was interrupted: then nobody wants the result.
        let _ = done.send(catch_unwind(AssertUnwindSafe(until_stopped)));
    };
    thread::Builder::new()
        .name("heavytail".to_owned())
        .spawn(body)
        .map_err(|error| HeavytailError::new_err(format!("no thread for the analysis: {error}")))?;
    loop {
        let waited = py.detach(move || wait(results, TICK));
        results = waited.1;
        match waited.0 {
            Ok(Ok(result)) => {
                tick(py)?;
                return result.map_err(|error| of_engine(&error));
            }
            Ok(Err(fault)) => return Err(fault_of_ours(fault.as_ref())),
            Err(RecvTimeoutError::Timeout) => {
                if let Err(raised) = py.check_signals().and_then(|()| tick(py)) {
                    cancel.cancel();
                    drop(py.detach(move || wait(results, GRACE)));
                    return Err(raised);
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(HeavytailError::new_err("the analysis ended without a result; please report it"));
            }
        }
    }
}

/// The receiver goes in and comes back, since it may not be shared between threads.
fn wait<T>(results: Receiver<T>, time: Duration) -> (Result<T, RecvTimeoutError>, Receiver<T>) {
    (results.recv_timeout(time), results)
}

/// A panic must reach Python as an exception that `except Exception` catches.
fn fault_of_ours(fault: &(dyn std::any::Any + Send)) -> PyErr {
    let message = fault_message(fault);
    HeavytailError::new_err(format!(
        "this is a bug of heavytail {}, and not your mistake: please report it at {}/issues with this call, the kind of \
         the model and the shapes of its weights: {message}",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY"),
    ))
}

/// Whether the next call is to fail as one with a bug would.
static FAILS_NEXT: AtomicBool = AtomicBool::new(false);

/// Makes the next call of the engine panic where it works: tests show by it what becomes of bugs.
#[pyfunction]
pub(crate) fn fail_next_call() {
    FAILS_NEXT.store(true, Ordering::SeqCst);
}

#[expect(clippy::panic, reason = "what it is for")]
fn fail_if_asked() {
    if FAILS_NEXT.swap(false, Ordering::SeqCst) {
        panic!("asked for by a test");
    }
}

/// Runs a short piece of work on the calling thread; a panic becomes an exception.
pub(crate) fn guarded<T>(work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let work = || {
        fail_if_asked();
        work()
    };
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|fault| Err(fault_of_ours(fault.as_ref())))
}
