//! The words by which a caller chooses a fit in, what they stand for out.

/// Declares an enum of words: how each is spelled, and which there are.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every word that [`parse`](Self::parse) knows.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word, as on the command line.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What a word stands for; letters may be of either case.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                $(if word.eq_ignore_ascii_case($word) { return Some(Self::$variant); })+
                None
            }
        }
    };
}

words! {
    /// The law that is fitted to the tail.
    FitLaw {
        /// p(λ) ∝ λ^−alpha.
        #[default]
        PowerLaw = "PL",
        /// p(λ) ∝ λ^−alpha·e^(−Lambda·λ).
        Truncated = "TPL",
        /// The same, xmin near the peak of the spectrum.
        TruncatedAtPeak = "E_TPL",
    }
}

words! {
    /// Whose power law: the rule for small samples belongs to one package, the forced end to the other.
    PlPackage {
        /// weightwatcher's own: below 20 eigenvalues alpha is corrected for its bias and tails have 8 at least.
        #[default]
        Ww = "ww",
        /// That of the package powerlaw 1.5.
        Powerlaw = "powerlaw",
    }
}

words! {
    /// How fingers, a few eigenvalues far beyond the tail, are kept from steepening the fit.
    FixFingers {
        /// Not at all.
        #[default]
        No = "no",
        /// xmin is sought near the peak of the spectrum's histogram.
        XminPeak = "xmin_peak",
        /// The largest eigenvalues are dropped until alpha falls.
        ClipXmax = "clip_xmax",
    }
}

words! {
    /// How singular values are computed.
    SvdMethod {
        /// From the Gram matrix, and from the matrix itself where the Gram matrix can't resolve the small end.
        #[default]
        Fast = "fast",
        /// From the matrix itself, always.
        Accurate = "accurate",
    }
}

words! {
    /// Whether low-rank adapters are looked for.
    Peft {
        /// No: factors are layers like others.
        #[default]
        No = "no",
        /// Only their updates B·A are analysed.
        Lora = "lora",
        /// The updates, the adapted weights with and without them, and all other layers.
        WithBase = "with_base",
    }
}

words! {
    /// Where the channels of a convolution's weight stand.
    Channels {
        /// Where its name and format tell.
        #[default]
        Auto = "auto",
        /// Outputs × inputs × kernel, as PyTorch and ONNX store them.
        First = "first",
        /// Kernel × inputs × outputs, as Keras and Flax store them.
        Last = "last",
    }
}

/// Where the tail starts, when `fix_fingers` doesn't say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum XminRule {
    /// At the eigenvalue of least KS distance (Clauset, Shalizi, Newman 2009).
    #[default]
    Ks,
    /// The same among those near the peak of the spectrum's histogram.
    Peak,
    /// At the median: the Hill estimator of TempBalance and AlphaPruning.
    Median,
    /// This share of the eigenvalues is the tail.
    Fraction(f64),
}

impl XminRule {
    /// What the words `ks`, `peak`, `median` or a share stand for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "ks" => Some(Self::Ks),
            "peak" => Some(Self::Peak),
            "median" => Some(Self::Median),
            share => share.parse().ok().map(Self::Fraction),
        }
    }

    /// The word, as on the command line.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Ks => "ks".to_owned(),
            Self::Peak => "peak".to_owned(),
            Self::Median => "median".to_owned(),
            Self::Fraction(share) => share.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_were_spelled() {
        for word in FitLaw::WORDS {
            assert_eq!(FitLaw::parse(word).unwrap().word(), *word);
        }
        assert_eq!(FitLaw::parse("e_tpl"), Some(FitLaw::TruncatedAtPeak));
        assert_eq!(FitLaw::parse("lognormal"), None);
        assert_eq!(XminRule::parse("0.25"), Some(XminRule::Fraction(0.25)));
        assert_eq!(XminRule::parse("0.25").unwrap().word(), "0.25");
    }
}
