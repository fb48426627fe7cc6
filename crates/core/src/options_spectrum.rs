//! The words by which a caller chooses how much of a spectrum is computed in, what they stand for out.

/// How many of a layer's eigenvalues are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Eigs {
    /// All of them.
    #[default]
    All,
    /// The K largest, for looking at the tail often; columns that need the others are null.
    Top(usize),
}

impl Eigs {
    /// Every word that [`parse`](Self::parse) knows; K is a number.
    pub const WORDS: &'static [&'static str] = &["all", "top:K"];

    /// What the words `all` or `top:K` stand for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word.split_once(':') {
            Some(("top", count)) => count.parse().ok().map(Self::Top),
            None if word == "all" => Some(Self::All),
            _ => None,
        }
    }

    /// The word, as on the command line.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Top(count) => format!("top:{count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_were_spelled() {
        for eigs in [Eigs::All, Eigs::Top(0), Eigs::Top(200)] {
            assert_eq!(Eigs::parse(&eigs.word()), Some(eigs));
        }
        for word in ["", "top", "top:", "top:-1", "top:1.5", "bottom:3", "all:3"] {
            assert_eq!(Eigs::parse(word), None, "{word}");
        }
    }
}
