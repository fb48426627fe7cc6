//! The options that choose which statistics an analysis computes, and how, as typed in; the engine's options out.

use std::path::PathBuf;

use clap::Args;
use heavytail::options_fit::{Channels, FitLaw, FixFingers, Peft, PlPackage, SvdMethod, XminRule};
use heavytail::{AnalyzeOptions, Eigs};

/// The keywords of weightwatcher's `analyze` with hyphens, and ours.
#[derive(Clone, Debug, Args)]
pub(crate) struct StatisticsArgs {
    /// The law fitted to the tail: power law, truncated, truncated with xmin near the peak.
    #[arg(long, default_value = "PL", value_parser = fit_law, value_name = "PL|TPL|E_TPL", help_heading = "Fit")]
    pub(crate) fit: FitLaw,
    /// Whose power law: with (ww) or without (powerlaw) the rule for fewer than 20 eigenvalues.
    #[arg(long, default_value = "ww", value_parser = pl_package, value_name = "ww|powerlaw", help_heading = "Fit")]
    pub(crate) pl_package: PlPackage,
    /// Drop this many of the largest eigenvalues before the fit, or `force` the law to end at the largest.
    #[arg(long, default_value = "0", value_parser = xmax, allow_hyphen_values = true, value_name = "COUNT|force")]
    #[arg(help_heading = "Fit")]
    pub(crate) xmax: Xmax,
    /// Keep a few huge eigenvalues from steepening the fit.
    #[arg(long, default_value = "no", value_parser = fix_fingers, value_name = "no|xmin_peak|clip_xmax")]
    #[arg(help_heading = "Fit")]
    pub(crate) fix_fingers: FixFingers,
    /// With clip_xmax: fewer than this many eigenvalues are fingers.
    #[arg(long, default_value_t = 10, value_name = "COUNT", help_heading = "Fit")]
    pub(crate) max_fingers: usize,
    /// With clip_xmax: how far alpha has to fall without them.
    #[arg(
        long,
        default_value_t = 1.0,
        allow_hyphen_values = true,
        value_name = "ALPHA",
        help_heading = "Fit"
    )]
    pub(crate) finger_thresh: f64,
    /// The largest xmin near the peak [default: 1.5 times the peak].
    #[arg(long, allow_hyphen_values = true, value_name = "LAMBDA", help_heading = "Fit")]
    pub(crate) xmin_max: Option<f64>,
    /// Where the tail starts: ks, peak, median, or the share of eigenvalues in it.
    #[arg(long, default_value = "ks", value_parser = xmin_rule, value_name = "RULE", help_heading = "Fit")]
    pub(crate) xmin_method: XminRule,
    /// Samples of the bootstrap behind alpha's interval and gof_p; 0 for the asymptotic interval.
    #[arg(long, default_value_t = 0, value_name = "SAMPLES", help_heading = "Fit")]
    pub(crate) bootstrap: usize,
    /// Test the power law against lognormal, exponential and truncated power law.
    #[arg(long, help_heading = "Fit")]
    pub(crate) alternatives: bool,
    /// Mean alpha of square pieces, without the bias of the aspect ratio.
    #[arg(long, help_heading = "Statistics")]
    pub(crate) farms: bool,
    /// Fit the Marchenko–Pastur bulk: num_spikes and its family.
    #[arg(long, help_heading = "Statistics")]
    pub(crate) mp_fit: bool,
    /// Hold each layer against its shuffled copy: num_traps and its family.
    #[arg(long, help_heading = "Statistics")]
    pub(crate) randomize: bool,
    /// Find the tail whose product is one: ERG_gap and its family.
    #[arg(long, visible_alias = "erg", help_heading = "Statistics")]
    pub(crate) detx: bool,
    /// Describe the eigenvectors of bulk and tail.
    #[arg(long, help_heading = "Statistics")]
    pub(crate) vectors: bool,
    /// Tell how the gaps between neighbouring eigenvalues are distributed: spacing_ratio.
    #[arg(long, help_heading = "Statistics")]
    pub(crate) deltas: bool,
    /// How singular values are computed.
    #[arg(long, default_value = "fast", value_parser = svd_method, value_name = "fast|accurate")]
    #[arg(help_heading = "Statistics")]
    pub(crate) svd_method: SvdMethod,
    /// How many eigenvalues are computed: with top:K the K largest only, and columns that need the others are null.
    #[arg(long, default_value = "all", value_parser = eigs, value_name = "all|top:K")]
    #[arg(help_heading = "Statistics")]
    pub(crate) eigs: Eigs,
    /// Analyse 1/λ in place of λ.
    #[arg(long, help_heading = "Rows")]
    pub(crate) inverse: bool,
    /// Analyse the differences from this model or, with --peft, what adapters add to it.
    #[arg(long, value_name = "MODEL", help_heading = "Rows")]
    pub(crate) base_model: Option<PathBuf>,
    /// Analyse low-rank adapters alone (lora), or with all other layers (with-base).
    #[arg(long, num_args = 0..=1, default_value = "no", default_missing_value = "lora", value_parser = peft)]
    #[arg(value_name = "lora|with-base", hide_default_value = true, help_heading = "Rows")]
    pub(crate) peft: Peft,
    /// Take a convolution over two axes as a whole, in its Fourier basis, and not slice by slice.
    #[arg(long, help_heading = "Rows")]
    pub(crate) conv2d_fft: bool,
    /// Where the channels of a convolution stand: outputs × inputs × kernel, or kernel × inputs × outputs.
    #[arg(long, default_value = "auto", value_parser = channels, value_name = "auto|first|last", help_heading = "Rows")]
    pub(crate) channels: Channels,
    /// Divide weights by the standard deviation of Glorot's initialisation; changes the scale only.
    #[arg(long, help_heading = "Rows")]
    pub(crate) glorot_fix: bool,
    /// Transform weights to their Fourier basis; being orthonormal it changes no singular value.
    #[arg(long, help_heading = "Rows")]
    pub(crate) fft: bool,
    /// Analyse the products of neighbouring layers in place of the layers.
    #[arg(long, help_heading = "Rows")]
    pub(crate) intra: bool,
    /// With --intra: no random gates between the layers.
    #[arg(long, help_heading = "Rows")]
    pub(crate) no_sparsify: bool,
    /// Analyse all layers as one stacked matrix.
    #[arg(long, help_heading = "Rows")]
    pub(crate) stacked: bool,
}

/// What `--xmax` was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Xmax {
    /// How many of the largest eigenvalues to drop.
    Drop(i64),
    /// `force`.
    Force,
}

impl StatisticsArgs {
    /// These options on top of `options`.
    pub(crate) fn on(&self, options: AnalyzeOptions) -> AnalyzeOptions {
        let (xmax, xmax_force) = match self.xmax {
            Xmax::Drop(count) => (count, false),
            Xmax::Force => (0, true),
        };
        AnalyzeOptions {
            fit: self.fit,
            pl_package: self.pl_package,
            xmax,
            xmax_force,
            fix_fingers: self.fix_fingers,
            max_fingers: self.max_fingers,
            finger_thresh: self.finger_thresh,
            xmin_max: self.xmin_max,
            xmin_method: self.xmin_method,
            bootstrap: self.bootstrap,
            alternatives: self.alternatives,
            farms: self.farms,
            mp_fit: self.mp_fit,
            randomize: self.randomize,
            det_x: self.detx,
            vectors: self.vectors,
            deltas: self.deltas,
            conv2d_fft: self.conv2d_fft,
            channels: self.channels,
            glorot_fix: self.glorot_fix,
            fft: self.fft,
            svd_method: self.svd_method,
            eigs: self.eigs,
            inverse: self.inverse,
            peft: self.peft,
            intra: self.intra,
            sparsify: !self.no_sparsify,
            stacked: self.stacked,
            ..options
        }
    }
}

fn known<T>(parsed: Option<T>, word: &str, words: &str) -> Result<T, String> {
    parsed.ok_or_else(|| format!("`{word}` is not known; write {words}"))
}

fn fit_law(word: &str) -> Result<FitLaw, String> {
    known(FitLaw::parse(word), word, &FitLaw::WORDS.join(", "))
}

fn pl_package(word: &str) -> Result<PlPackage, String> {
    known(PlPackage::parse(word), word, &PlPackage::WORDS.join(", "))
}

fn fix_fingers(word: &str) -> Result<FixFingers, String> {
    known(FixFingers::parse(word), word, &FixFingers::WORDS.join(", "))
}

fn svd_method(word: &str) -> Result<SvdMethod, String> {
    known(SvdMethod::parse(word), word, &SvdMethod::WORDS.join(", "))
}

fn eigs(word: &str) -> Result<Eigs, String> {
    known(Eigs::parse(word), word, &Eigs::WORDS.join(" or "))
}

fn channels(word: &str) -> Result<Channels, String> {
    known(Channels::parse(word), word, &Channels::WORDS.join(", "))
}

fn xmin_rule(word: &str) -> Result<XminRule, String> {
    known(XminRule::parse(word), word, "ks, peak, median, or a share between 0 and 1")
}

fn peft(word: &str) -> Result<Peft, String> {
    known(Peft::parse(&word.replace('-', "_")), word, "lora or with-base")
}

fn xmax(word: &str) -> Result<Xmax, String> {
    let parsed = if word == "force" { Some(Xmax::Force) } else { word.parse().ok().map(Xmax::Drop) };
    known(parsed, word, "a whole number or `force`")
}
