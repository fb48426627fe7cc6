//! Work that falls into parts in, all of it done: by this thread, and by those of the schedule that have no job left.
//!
//! What falls into parts is the elements of a result, never a sum, so that nothing tells how many threads there were.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rayon_core::{ThreadPool, ThreadPoolBuilder, Yield};

use crate::stop;

thread_local! {
    /// How many threads of this one's team have nothing to do.
    static IDLE: RefCell<Option<Arc<AtomicUsize>>> = const { RefCell::new(None) };
}

/// Threads that run jobs, and help with those of others once they have none.
pub(crate) struct Team {
    pool: ThreadPool,
    idle: Arc<AtomicUsize>,
}

impl Team {
    /// So many threads for so many jobs; nothing where one thread is enough, or the system has no more to give.
    ///
    /// Beyond one a job only as many as there are cores: more could not help.
    pub(crate) fn new(threads: NonZeroUsize, jobs: usize) -> Option<Self> {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = threads.get().min(jobs.max(cores));
        if threads == 1 || jobs == 0 {
            return None;
        }
        Self::of(threads)
    }

    /// Exactly so many threads, fewer by halves where the system refuses.
    fn of(threads: usize) -> Option<Self> {
        let idle = Arc::new(AtomicUsize::new(0));
        let of_thread = Arc::clone(&idle);
        let flag = stop::current();
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .start_handler(move |_| {
                IDLE.set(Some(Arc::clone(&of_thread)));
                stop::inherit(flag.clone());
            })
            .build();
        match pool {
            Ok(pool) => Some(Self { pool, idle }),
            Err(_) if threads > 2 => Self::of(threads / 2),
            Err(_) => None,
        }
    }

    /// Calls `work` on every thread and waits for all; who has done helps the others.
    pub(crate) fn run(&self, work: impl Fn() + Sync) {
        self.pool.broadcast(|_| {
            // A panic ends the run anyway, whatever is counted.
            work();
            self.idle.fetch_add(1, Ordering::Relaxed);
        });
    }
}

/// Into how many parts work is worth splitting: one for this thread, one for each that has no job, though it may be
/// helping another already.
pub(crate) fn hands() -> usize {
    IDLE.with_borrow(|idle| idle.as_ref().map_or(1, |idle| 1 + idle.load(Ordering::Relaxed)))
}

/// Does both, at the same time if a thread has nothing to do. Only where there is more than one of the [`hands`].
pub(crate) fn both(a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
    rayon_core::join(a, b);
}

/// A lock whose content a panic elsewhere can't have left half changed: every change under one is a few assignments.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for a change to what the lock holds, helping other threads of the team meanwhile; may return without any.
pub(crate) fn nap<'a, T>(
    mutex: &'a Mutex<T>,
    guard: MutexGuard<'a, T>,
    changed: &Condvar,
) -> MutexGuard<'a, T> {
    /// How long one looks away from work that could be helped with.
    const NAP: Duration = Duration::from_millis(1);
    drop(guard);
    let helped = rayon_core::yield_now() == Some(Yield::Executed);
    let guard = lock(mutex);
    if helped {
        return guard;
    }
    changed.wait_timeout(guard, NAP).unwrap_or_else(PoisonError::into_inner).0
}

/// Counts the calling thread as one that has nothing to do, until this is dropped.
pub(crate) struct Idle(Option<Arc<AtomicUsize>>);

impl Idle {
    pub(crate) fn new() -> Self {
        let idle = IDLE.with_borrow(Clone::clone);
        if let Some(idle) = &idle {
            idle.fetch_add(1, Ordering::Relaxed);
        }
        Self(idle)
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        if let Some(idle) = &self.0 {
            idle.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symmetric::{Reduction, symmetric_eigenvalues_by};
    use crate::{DenseMatrix, gram, seed};

    /// What `work` returns on a thread of a team of which all others have nothing to do.
    fn helped<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
        let (work, result) = (Mutex::new(Some(work)), Mutex::new(None));
        let team = Team::of(threads).unwrap();
        team.run(|| {
            let mine = work.lock().unwrap().take();
            if let Some(work) = mine {
                while hands() < threads {
                    std::thread::yield_now();
                }
                *result.lock().unwrap() = Some(work());
            }
        });
        result.into_inner().unwrap().unwrap()
    }

    fn noise(rows: usize, cols: usize) -> DenseMatrix {
        let mut stream = seed::Stream::new(7, &[rows as u64]);
        let elements = (0..rows * cols).map(|_| stream.bits() as i64 as f64 * 0.5_f64.powi(63)).collect();
        DenseMatrix::new(rows, cols, elements).unwrap()
    }

    #[test]
    fn helpers_change_no_bit() {
        let width = if cfg!(miri) { 30 } else { 900 };
        let w = noise(width + 60, width);
        let both = || {
            let mut lower = gram::gram(&w, 1 << 16).unwrap().lower;
            let columns: Vec<u64> =
                (0..width).flat_map(|j| lower.column(j).iter().map(|x| x.to_bits())).collect();
            let to = Reduction::TwoStage { width: 24 };
            (columns, symmetric_eigenvalues_by(to, &mut lower).unwrap())
        };
        let (columns, values) = both();
        for threads in [2, 3, 5] {
            let (other, others) = helped(threads, both);
            assert!(other == columns, "{threads} threads, Gram matrix");
            assert_eq!(others, values, "{threads} threads");
        }
    }

    #[test]
    fn a_team_of_idle_threads_does_both_parts_at_once() {
        let met = std::sync::Barrier::new(2);
        let wait = || {
            met.wait();
        };
        helped(2, || both(wait, wait));
    }
}
