//! Numbered work in, its results in the order of the numbers out, while the next ones are being made.
//!
//! For a writer that can't wait for everything and must not hold everything: beside the one that it has taken, no more than
//! so many pieces are under way or wait to be taken. As in a [`schedule`](crate::schedule), threads that have no piece help with those of others.

use std::any::Any;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::stop;
use crate::team::{Idle, Team, lock, nap};

/// How often the one who takes looks whether it is still wanted, though the piece under way can't be stopped.
const LOOK: Duration = Duration::from_millis(50);

/// Runs `work` for 0, 1, … up to `count` on `threads` threads, and `take` on the calling one, with the results in order;
/// no more than `ahead` of them, at least 1, before they are taken.
///
/// Once `take` returns nothing more is started; what runs is waited for.
///
/// # Panics
/// If `work` panics: as the result is taken.
pub fn in_order<T: Send, R>(
    (threads, ahead): (NonZeroUsize, NonZeroUsize),
    count: usize,
    work: impl Fn(usize) -> T + Sync,
    take: impl FnOnce(&mut dyn Iterator<Item = T>) -> R,
) -> R {
    let pieces = Pieces {
        state: Mutex::new(State { next: 0, taken: 0, count, done: BTreeMap::new() }),
        changed: Condvar::new(),
        ahead: ahead.get(),
    };
    std::thread::scope(|scope| {
        let flag = stop::current();
        let (pieces, work) = (&pieces, &work);
        scope.spawn(move || {
            stop::inherit(flag);
            match Team::new(threads, count) {
                Some(team) => team.run(|| pieces.work(work)),
                None => pieces.work(work),
            }
        });
        let _stop = Stop(pieces);
        take(&mut std::iter::from_fn(|| pieces.take()))
    })
}

struct Pieces<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    ahead: usize,
}

struct State<T> {
    /// The number that is started next.
    next: usize,
    /// How many results have been taken.
    taken: usize,
    /// Where it ends.
    count: usize,
    /// What has not been taken yet.
    done: BTreeMap<usize, Result<T, Box<dyn Any + Send>>>,
}

impl<T> Pieces<T> {
    fn work(&self, work: &impl Fn(usize) -> T) {
        while let Some(piece) = self.start() {
            let result = catch_unwind(AssertUnwindSafe(|| work(piece)));
            lock(&self.state).done.insert(piece, result);
            self.changed.notify_all();
        }
    }

    fn start(&self) -> Option<usize> {
        let mut state = lock(&self.state);
        let mut idle = None;
        while state.next < state.count && state.next >= state.taken + self.ahead {
            idle.get_or_insert_with(Idle::new);
            state = nap(&self.state, state, &self.changed);
        }
        let piece = state.next;
        (piece < state.count).then(|| {
            state.next += 1;
            piece
        })
    }

    fn take(&self) -> Option<T> {
        let mut state = lock(&self.state);
        let piece = state.taken;
        if piece == state.count {
            return None;
        }
        let result = loop {
            match state.done.remove(&piece) {
                Some(result) => break result,
                // Not a nap: the caller's thread may belong to a pool of somebody else's work.
                None => {
                    drop(self.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner));
                    stop::checkpoint();
                    state = lock(&self.state);
                }
            }
        };
        state.taken += 1;
        drop(state);
        self.changed.notify_all();
        Some(result.unwrap_or_else(|fault| resume_unwind(fault)))
    }
}

/// Keeps what has not started from starting, also when the one who takes panics.
struct Stop<'a, T>(&'a Pieces<T>);

impl<T> Drop for Stop<'_, T> {
    fn drop(&mut self) {
        lock(&self.0.state).count = 0;
        self.0.changed.notify_all();
    }
}
