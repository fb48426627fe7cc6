//! Options in, the ones that shape the table and differ from the defaults out, as on the command line.

use crate::options::AnalyzeOptions;

/// The options said so far.
#[derive(Default)]
struct Said(Vec<(String, String)>);

impl Said {
    fn say(&mut self, differs: bool, name: &str, value: impl ToString) {
        if differs {
            self.0.push((name.to_owned(), value.to_string()));
        }
    }

    fn flag(&mut self, set: bool, name: &str) {
        self.say(set, name, true);
    }

    fn float(&mut self, value: f64, default: f64, name: &str) {
        self.say(value.to_bits() != default.to_bits(), name, value);
    }
}

impl AnalyzeOptions {
    /// The options that shape the table and differ from the defaults, as on the command line, and the seed.
    #[must_use]
    pub fn spelled(&self) -> Vec<(String, String)> {
        let mut said = Said::default();
        said.say(self.compat, "compat", "ww");
        self.spell_layers(&mut said);
        self.spell_fit(&mut said);
        self.spell_statistics(&mut said);
        said.say(true, "seed", self.seed);
        said.0
    }

    fn spell_layers(&self, said: &mut Said) {
        let default = Self::default();
        said.say(self.min_evals != default.min_evals, "min-evals", self.min_evals);
        said.say(self.max_evals != default.max_evals, "max-evals", self.max_evals);
        said.say(self.max_n.is_some(), "max-n", self.max_n.unwrap_or_default());
        said.say(!self.layers.is_empty(), "layers", self.layers.join(","));
        said.say(self.start_ids != default.start_ids, "start-ids", self.start_ids);
        said.flag(!self.pool, "no-pool");
        said.flag(!self.conv2d_norm, "no-conv2d-norm");
        said.flag(self.glorot_fix, "glorot-fix");
        said.say(self.channels != default.channels, "channels", self.channels.word());
        said.flag(self.conv2d_fft, "conv2d-fft");
        said.flag(self.fft, "fft");
        said.flag(self.deltas, "deltas");
        said.float(self.tolerance, default.tolerance, "tolerance");
    }

    fn spell_fit(&self, said: &mut Said) {
        let default = Self::default();
        said.say(self.fit != default.fit, "fit", self.fit.word());
        said.say(self.pl_package != default.pl_package, "pl-package", self.pl_package.word());
        said.say(self.xmax != default.xmax, "xmax", self.xmax);
        said.say(self.xmax_force, "xmax", "force");
        said.say(self.fix_fingers != default.fix_fingers, "fix-fingers", self.fix_fingers.word());
        said.say(self.max_fingers != default.max_fingers, "max-fingers", self.max_fingers);
        said.float(self.finger_thresh, default.finger_thresh, "finger-thresh");
        said.say(self.xmin_max.is_some(), "xmin-max", self.xmin_max.unwrap_or_default());
        said.say(self.xmin_method != default.xmin_method, "xmin-method", self.xmin_method.word());
        said.flag(self.scale_free, "scale-free");
    }

    fn spell_statistics(&self, said: &mut Said) {
        said.flag(self.inverse, "inverse");
        said.say(self.svd_method != Self::default().svd_method, "svd-method", self.svd_method.word());
        said.say(self.eigs != Self::default().eigs, "eigs", self.eigs.word());
        said.flag(self.mp_fit, "mp-fit");
        said.flag(self.randomize, "randomize");
        said.flag(self.det_x, "detx");
        said.flag(self.vectors, "vectors");
        said.say(self.bootstrap != 0, "bootstrap", self.bootstrap);
        said.flag(self.alternatives, "alternatives");
        said.flag(self.farms, "farms");
        said.say(self.peft != Self::default().peft, "peft", self.peft.word());
        said.flag(self.intra, "intra");
        said.flag(!self.sparsify, "no-sparsify");
        said.flag(self.stacked, "stacked");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_said_and_always_the_seed() {
        let options = AnalyzeOptions { mp_fit: true, xmax: -5, ..AnalyzeOptions::default() };
        let said: Vec<String> =
            options.spelled().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(said, ["xmax=-5", "mp-fit=true", "seed=0"]);
    }
}
