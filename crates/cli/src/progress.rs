//! An analysis' progress in, a bar on the terminal out: the layers at work, the rate, the remaining time.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use heavytail::columns_fit::ALPHA;
use heavytail::columns_layer::LONGNAME;
use heavytail::{LayerTask, Observer, Row};
use heavytail_report::escaped;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal::Terminal;

/// Steps of the bar: progress is told in flops, since layers differ by a factor of thousands.
const STEPS: u64 = 10_000;

/// Listens to an analysis and draws.
pub(crate) struct Progress {
    bar: ProgressBar,
    verbose: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tasks: Vec<LayerTask>,
    all_cost: f64,
    done_cost: f64,
    done: usize,
    started: BTreeMap<usize, Instant>,
    finished: Vec<String>,
}

impl Progress {
    /// A bar where there is a terminal to draw on.
    pub(crate) fn new(terminal: &Terminal) -> Self {
        let target =
            if terminal.progress { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(STEPS), target);
        let style = ProgressStyle::with_template("{prefix} {bar:24} {percent}%  {eta} left  {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, verbose: terminal.verbose, state: Mutex::default() }
    }

    /// Takes the bar off the terminal.
    pub(crate) fn close(&self) {
        self.bar.finish_and_clear();
    }

    /// The layers that have their row, in the order in which they were done, and how many there are in all.
    pub(crate) fn finished(&self) -> (Vec<String>, usize) {
        let state = self.state();
        (state.finished.clone(), state.tasks.len())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self, state: &State) {
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        #[expect(clippy::allow_attributes_without_reason, reason = "a share of STEPS")]
        let position = (state.done_cost / state.all_cost.max(1.0) * STEPS as f64) as u64;
        self.bar.set_position(position.min(STEPS));
        self.bar.set_prefix(format!("{}/{}", state.done, state.tasks.len()));
        let seconds = self.bar.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a number of layers")]
        let rate = state.done as f64 / seconds.max(1e-9);
        let names: Vec<&str> =
            state.started.keys().filter_map(|index| Some(state.tasks.get(*index)?.name.as_str())).collect();
        self.bar.set_message(format!("{rate:.1} layers/s  {}", escaped(&names.join(", "))));
    }
}

impl Observer for Progress {
    fn planned(&self, tasks: &[LayerTask]) {
        let mut state = self.state();
        state.all_cost = tasks.iter().map(|task| task.cost).sum();
        state.tasks = tasks.to_vec();
        self.draw(&state);
    }

    fn started(&self, index: usize) {
        let mut state = self.state();
        state.started.insert(index, Instant::now());
        self.draw(&state);
    }

    fn finished(&self, index: usize, row: &Row) {
        let mut state = self.state();
        state.done += 1;
        state.done_cost += state.tasks.get(index).map_or(0.0, |task| task.cost);
        let name = row.text(&LONGNAME).to_owned();
        let started = state.started.remove(&index);
        if self.verbose {
            let seconds = started.map_or(0.0, |since| since.elapsed().as_secs_f64());
            let alpha = row.number(&ALPHA).map_or_else(|| "no alpha".to_owned(), |a| format!("alpha {a:.2}"));
            let line = format!("{}: {alpha}, {seconds:.3} s", escaped(&name));
            self.bar.suspend(|| eprintln!("{line}"));
        }
        state.finished.push(name);
        self.draw(&state);
    }
}
