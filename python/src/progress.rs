//! What the engine tells of its progress in, what a progress bar on Python's own thread shows out.

use std::sync::{Mutex, MutexGuard, PoisonError};

use heavytail::{LayerTask, Observer, Row};
use pyo3::prelude::*;

/// How far an analysis is; written by the engine's threads, read by Python's.
#[derive(Default)]
pub(crate) struct Progress {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tasks: Vec<(String, f64)>,
    all_cost: f64,
    done: usize,
    done_cost: f64,
    current: usize,
    told: Option<usize>,
}

impl Progress {
    /// The state, even if a thread died while it held it: numbers for a bar can't be broken.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls `callback(done, total, share of the work done, name of a layer at work)` where something changed.
    pub(crate) fn tell(&self, py: Python<'_>, callback: &Py<PyAny>) -> PyResult<()> {
        let (done, total, share, name) = {
            let mut state = self.state();
            if state.tasks.is_empty() || state.told == Some(state.done) {
                return Ok(());
            }
            state.told = Some(state.done);
            let share = if state.all_cost > 0.0 { state.done_cost / state.all_cost } else { 1.0 };
            let name = state.tasks.get(state.current).map(|task| task.0.clone()).unwrap_or_default();
            (state.done, state.tasks.len(), share, name)
        };
        callback.call1(py, (done, total, share, name)).map(|_ignored| ())
    }
}

impl Observer for Progress {
    fn planned(&self, tasks: &[LayerTask]) {
        let mut state = self.state();
        state.tasks = tasks.iter().map(|task| (task.name.clone(), task.cost)).collect();
        state.all_cost = tasks.iter().map(|task| task.cost).sum();
    }

    fn started(&self, index: usize) {
        self.state().current = index;
    }

    fn finished(&self, index: usize, _row: &Row) {
        let mut state = self.state();
        state.done += 1;
        state.done_cost += state.tasks.get(index).map_or(0.0, |task| task.1);
    }
}
