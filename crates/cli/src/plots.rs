//! Tables in, the figures that were asked for with `--plots` out.

use std::path::{Path, PathBuf};

use heavytail::Details;
use heavytail::tuning::Tuning;
use heavytail_report::{Error, PlotOptions, write_plots, write_tuning_plots};

use crate::failure::Failure;

/// Figures that were asked for; their folder is there.
pub(crate) struct Plots {
    folder: PathBuf,
    /// Whether the folder was not there before.
    made: bool,
}

impl Drop for Plots {
    /// A run that ends without a figure leaves no folder either.
    fn drop(&mut self) {
        if self.made {
            // Fails where figures are in it, as it should.
            let _ = std::fs::remove_dir(&self.folder);
        }
    }
}

impl Plots {
    /// Makes the folder, where one was asked for, and sees that files can be made in it: an hour of eigenvalues must not end
    /// at a path that can't be one.
    pub(crate) fn prepare(path: Option<&Path>) -> Result<Option<Self>, Failure> {
        let Some(path) = path else { return Ok(None) };
        let made = !path.exists();
        std::fs::create_dir_all(path)
            .and_then(|()| tempfile::tempdir_in(path))
            .map_err(|source| Failure::Output { path: path.to_owned(), source })?;
        Ok(Some(Self { folder: path.to_owned(), made }))
    }

    /// Writes the figures.
    pub(crate) fn finish(self, tables: &[(String, &Details)], threads: usize) -> Result<(), Failure> {
        let models: Vec<(&str, &Details)> =
            tables.iter().map(|(label, details)| (label.as_str(), *details)).collect();
        let options = PlotOptions { threads, ..PlotOptions::default() };
        self.told(write_plots(&self.folder, &models, &options))
    }

    /// Writes the figures of a tuning.
    pub(crate) fn finish_tuning(
        self,
        tuning: &Tuning,
        labels: (&str, &str),
        threads: usize,
    ) -> Result<(), Failure> {
        let options = PlotOptions { threads, ..PlotOptions::default() };
        self.told(write_tuning_plots(&self.folder, tuning, labels, &options))
    }

    fn told(&self, written: Result<Vec<PathBuf>, Error>) -> Result<(), Failure> {
        match written {
            Ok(_) => Ok(()),
            Err(Error::Write(source)) => Err(Failure::Output { path: self.folder.clone(), source }),
            Err(other) => Err(Failure::Report(other)),
        }
    }
}
