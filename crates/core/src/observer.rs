//! How an analysis tells of its progress, and how it is told to stop: libraries never print.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use heavytail_spectra::stop;

use crate::row::Row;

/// A layer about to be analysed.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerTask {
    /// Its full name.
    pub name: String,
    /// N, the longer side.
    pub n: usize,
    /// M, the shorter side.
    pub m: usize,
    /// Estimated floating-point operations, by which the remaining time is told.
    pub cost: f64,
}

/// Hears of an analysis' progress. Calls come from several threads.
pub trait Observer: Sync {
    /// The layers are known; none is done.
    fn planned(&self, tasks: &[LayerTask]) {
        let _ = tasks;
    }

    /// Work on the layer at `index` of the plan begins.
    fn started(&self, index: usize) {
        let _ = index;
    }

    /// The layer at `index` of the plan has its row.
    fn finished(&self, index: usize, row: &Row) {
        let _ = (index, row);
    }
}

/// Hears and tells nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}

/// A flag that stops an analysis between two layers, and a rewriting or what runs in [`Cancel::until`] inside of them, too.
#[derive(Debug, Default)]
pub struct Cancel {
    asked: Arc<AtomicBool>,
}

impl Cancel {
    /// A flag that nobody has raised.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the analysis to stop; its table then says that it was interrupted.
    pub fn cancel(&self) {
        self.asked.store(true, Ordering::SeqCst);
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// The flag itself, for stages that know nothing of this type.
    #[must_use]
    pub fn flag(&self) -> &AtomicBool {
        &self.asked
    }

    /// Runs `work` and gives it up soon after it was asked to stop, in the middle of a layer if need be; nothing then.
    ///
    /// Most steps between two looks at the flag take some tens of milliseconds. All eigenvectors of a matrix, and the
    /// singular values of one with very small ones, are waited for.
    ///
    /// # Panics
    /// If the work panics.
    pub fn until<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        stop::until(&self.asked, work).ok()
    }
}
