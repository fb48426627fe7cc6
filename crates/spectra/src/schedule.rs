//! Jobs with their cost and memory in, their results in the order given out.
//!
//! One thread a job, the costliest first, never more memory at a time than the budget: two matrices side by side on
//! one thread each cost no more than one, while a single eigensolver feeds two threads less well. Memory is held by
//! admission: a job starts only when its estimate fits beside those that run. A thread that finds no job it may start
//! helps with the matrix products of the others.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};

use crate::team::{Idle, Team, lock, nap};

/// One piece of work, done on one thread.
pub struct Job<'a, T> {
    /// How long it takes against the others, in any unit; flops are a good one.
    pub cost: f64,
    /// Bytes it holds at most; see [`memory_estimate`].
    pub memory: u64,
    /// Called at most once, while this job is the first of those that wait, on a thread that has another to do: says that
    /// what the job reads will be needed, so that it is read meanwhile. Should it panic, so does the job of that thread.
    pub soon: Option<Box<dyn FnOnce() + Send + 'a>>,
    /// The work itself.
    pub work: Box<dyn FnOnce() -> T + Send + 'a>,
}

/// What became of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It ran; its result.
    Done(T),
    /// The run was cancelled before it started.
    Cancelled,
    /// It needs more memory than the whole budget, so it was never started.
    OverBudget {
        /// Bytes it asked for.
        needed: u64,
        /// Bytes that all jobs together may hold.
        budget: u64,
    },
}

/// Bytes that [`spectrum`](crate::spectrum()) of an N×M matrix holds at most, its blocks of rows included.
///
/// The Gram matrix and its eigenvalues need 8·M² and some 10 KiB for each of the M columns: a block of rows, its two packed
/// copies, the panels of the reduction. The rare way over the singular values needs 8·M² three and a half times.
#[must_use]
pub fn memory_estimate(rows: usize, cols: usize) -> u64 {
    let (n, m) = (rows as u64, cols as u64);
    let square = m.saturating_mul(m).saturating_mul(8);
    let block = (512 << 10_u64).max(m.saturating_mul(8 * 256)).min(n.saturating_mul(m).saturating_mul(8));
    square
        .saturating_mul(3)
        .saturating_add(square / 2)
        .saturating_add(block.saturating_mul(3))
        .saturating_add(m.saturating_mul(8 * 512))
}

/// Flops of the spectrum of an N×M matrix: N·M² for the Gram matrix, 4/3·M³ for its eigenvalues.
#[must_use]
pub fn cost_estimate(rows: usize, cols: usize) -> f64 {
    let (n, m) = (rows as f64, cols as f64);
    m * m * (n + 4.0 / 3.0 * m)
}

/// Runs all jobs on `threads` threads and returns what became of each, in the order given.
///
/// `memory_budget` in bytes bounds the sum of the estimates of the jobs that run at a time. Setting `cancel` keeps jobs
/// that have not started from starting; those that run are waited for. `on_done` hears the index of every job that ran,
/// in the order in which they finish, never two at a time; only this order depends on the number of threads.
///
/// # Panics
/// If a job or `on_done` panics, once the others have finished.
pub fn run<T: Send>(
    jobs: Vec<Job<'_, T>>,
    threads: NonZeroUsize,
    memory_budget: u64,
    cancel: &AtomicBool,
    on_done: impl FnMut(usize, &T) + Send,
) -> Vec<Outcome<T>> {
    let count = jobs.len();
    let mut outcomes: Vec<_> = (0..count).map(|_| Outcome::Cancelled).collect();
    let mut waiting = Vec::with_capacity(count);
    for (index, job) in jobs.into_iter().enumerate() {
        if job.memory > memory_budget {
            outcomes[index] = Outcome::OverBudget { needed: job.memory, budget: memory_budget };
        } else {
            waiting.push((index, job));
        }
    }
    waiting.sort_by(|(i, a), (j, b)| b.cost.total_cmp(&a.cost).then(i.cmp(j)));
    let count = waiting.len();
    let queue = Queue {
        admission: Mutex::new(Admission { waiting, held: 0, held_by_overtakers: 0, budget: memory_budget }),
        freed: Condvar::new(),
        finished: Mutex::new((&mut outcomes, on_done)),
    };
    match Team::new(threads, count) {
        Some(team) => team.run(|| queue.work(cancel)),
        // One thread is the caller's own, also where the system has no other.
        None => queue.work(cancel),
    }
    outcomes
}

/// Runs one piece of work, with the matrix products of which all threads help.
///
/// # Panics
/// If the work panics.
pub fn run_alone<T: Send>(threads: NonZeroUsize, work: impl FnOnce() -> T + Send) -> T {
    let job = Job { cost: 0.0, memory: 0, soon: None, work: Box::new(work) };
    match run(vec![job], threads, 0, &AtomicBool::new(false), |_, _| ()).pop() {
        Some(Outcome::Done(result)) => result,
        _ => unreachable!("a job without memory or cancellation runs"),
    }
}

struct Queue<'a, 'o, T, F> {
    admission: Mutex<Admission<'a, T>>,
    freed: Condvar,
    finished: Mutex<(&'o mut Vec<Outcome<T>>, F)>,
}

/// Who may start: the jobs that wait, costliest first, and the memory held by those that run.
struct Admission<'a, T> {
    waiting: Vec<(usize, Job<'a, T>)>,
    held: u64,
    /// The part of `held` that belongs to jobs which started before a costlier one that did not fit.
    held_by_overtakers: u64,
    budget: u64,
}

/// A job that may run now.
struct Admitted<'a, T> {
    index: usize,
    job: Job<'a, T>,
    overtaker: bool,
}

impl<'a, T> Admission<'a, T> {
    /// The costliest job if it fits; if jobs that came in their turn keep it out, the costliest that does fit. A job kept
    /// out by overtakers alone waits for them, or a stream of small jobs would keep the largest for the end.
    fn next(&mut self) -> Option<Admitted<'a, T>> {
        let first = self.waiting.first()?.1.memory;
        if first <= self.budget - self.held {
            let (index, job) = self.waiting.remove(0);
            self.held += job.memory;
            return Some(Admitted { index, job, overtaker: false });
        }
        if first <= self.budget - (self.held - self.held_by_overtakers) {
            return None;
        }
        let place = self.waiting.iter().position(|(_, job)| job.memory <= self.budget - self.held)?;
        let (index, job) = self.waiting.remove(place);
        self.held += job.memory;
        self.held_by_overtakers += job.memory;
        Some(Admitted { index, job, overtaker: true })
    }

    fn release(&mut self, memory: u64, overtaker: bool) {
        self.held -= memory;
        if overtaker {
            self.held_by_overtakers -= memory;
        }
    }
}

impl<'a, T: Send, F: FnMut(usize, &T) + Send> Queue<'a, '_, T, F> {
    fn work(&self, cancel: &AtomicBool) {
        while let Some(Admitted { index, job, overtaker }) = self.admit(cancel) {
            let memory = job.memory;
            // Memory is released even if the job panics, or the other threads would wait for it forever.
            let release = Release { queue: self, memory, overtaker };
            self.tell_next();
            let result = (job.work)();
            drop(release);
            let mut finished = lock(&self.finished);
            let (outcomes, on_done) = &mut *finished;
            on_done(index, &result);
            outcomes[index] = Outcome::Done(result);
        }
    }

    fn tell_next(&self) {
        let soon = lock(&self.admission).waiting.first_mut().and_then(|(_, job)| job.soon.take());
        if let Some(soon) = soon {
            soon();
        }
    }

    fn admit(&self, cancel: &AtomicBool) -> Option<Admitted<'a, T>> {
        let mut admission = lock(&self.admission);
        let mut idle = None;
        while !cancel.load(Ordering::Relaxed) && !admission.waiting.is_empty() {
            if let Some(admitted) = admission.next() {
                return Some(admitted);
            }
            idle.get_or_insert_with(Idle::new);
            admission = nap(&self.admission, admission, &self.freed);
        }
        None
    }
}

struct Release<'q, 'a, 'o, T, F> {
    queue: &'q Queue<'a, 'o, T, F>,
    memory: u64,
    overtaker: bool,
}

impl<T, F> Drop for Release<'_, '_, '_, T, F> {
    fn drop(&mut self) {
        lock(&self.queue.admission).release(self.memory, self.overtaker);
        self.queue.freed.notify_all();
    }
}
