//! A flag and work in, its result out, or word that the flag was raised before the work was done.
//!
//! Eigenvectors of a large matrix take minutes, and whoever asked for them may not want them any more. Every long loop of
//! this crate looks at the flag of its thread between two steps, some tens of milliseconds apart; where it is raised, the
//! stack is unwound to where the flag was set, which costs the way back no `Result` and prints nothing. What a step
//! borrowed is then half done, so nothing of it may be used: [`until`] hands out no result.
//!
//! The decompositions of `faer` can't be stopped: all eigenvectors of a matrix, and the singular values of one whose Gram
//! matrix does not resolve its small end.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static FLAG: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

/// The flag was raised, and the work was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// Runs `work`, on this thread and those that [`schedule`](crate::schedule) and [`in_order`](crate::in_order) start for it,
/// and gives it up soon after `flag` is raised.
///
/// # Errors
/// [`Stopped`] if it was given up; work that ends before it sees the flag has its result.
///
/// # Panics
/// If the work panics.
pub fn until<T>(flag: &Arc<AtomicBool>, work: impl FnOnce() -> T) -> Result<T, Stopped> {
    let before = FLAG.replace(Some(Arc::clone(flag)));
    let result = catch_unwind(AssertUnwindSafe(work));
    FLAG.set(before);
    result.map_err(|fault| if is_stop(fault.as_ref()) { Stopped } else { resume_unwind(fault) })
}

/// Gives up the work of this thread if its flag is raised; a step of it should take some tens of milliseconds.
pub fn checkpoint() {
    if FLAG.with_borrow(|flag| flag.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))) {
        resume_unwind(Box::new(Stopped));
    }
}

/// Whether what was caught is work on its way to being given up, which whoever catches faults has to hand on.
#[must_use]
pub fn is_stop(fault: &(dyn Any + Send)) -> bool {
    fault.is::<Stopped>()
}

/// The flag of this thread, for one that works for it.
pub(crate) fn current() -> Option<Arc<AtomicBool>> {
    FLAG.with_borrow(Clone::clone)
}

/// Makes this thread, which is a new one, look at the flag of the one that it works for.
pub(crate) fn inherit(flag: Option<Arc<AtomicBool>>) {
    FLAG.set(flag);
}
