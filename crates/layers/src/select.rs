//! Words of `--layers` in, a rule that keeps or drops each layer out.
//!
//! Each word is an id (`3`), a kind (`conv2d`), a name (`mid`) or a glob over names (`h.*.attn.*`), and a leading
//! hyphen drops what it would keep (`-mid`, `-3`, `-conv2d`). A layer stays when some keeping word matches it, or no
//! keeping word is given, and no dropping word matches. A kind wins over a layer of that very name; `*.dense`
//! reaches such a layer. In compat mode the reference's rule holds instead: kinds, ids and names overrule one another
//! in this order, ids drop when any is negative, and names drop when all contain a hyphen, wherever it stands.

use globset::{Glob, GlobMatcher};

use crate::error::{Error, ErrorKind, SelectorFault};
use crate::{Layer, LayerKind};

/// One word of a layer filter.
#[derive(Clone, Debug)]
pub struct Selector {
    word: String,
    keep: bool,
    target: Target,
}

#[derive(Clone, Debug)]
enum Target {
    Id(i64),
    Kind(LayerKind),
    Name(String),
    Glob(GlobMatcher),
}

impl Selector {
    /// Reads one word.
    ///
    /// # Errors
    /// The word is empty, a number that does not fit, or a malformed glob.
    pub fn parse(word: &str) -> Result<Self, Error> {
        let fail = |why| ErrorKind::BadSelector { word: word.to_owned(), why };
        let (keep, body) = word.strip_prefix('-').map_or((true, word), |body| (false, body));
        if body.is_empty() {
            return Err(fail(SelectorFault::Empty).into());
        }
        let target = if body.bytes().all(|byte| byte.is_ascii_digit()) {
            Target::Id(body.parse().map_err(|_too_large| fail(SelectorFault::TooLarge))?)
        } else if let Some(kind) = LayerKind::from_name(body) {
            Target::Kind(kind)
        } else if body.contains(['*', '?', '[', '{']) {
            Target::Glob(Glob::new(body).map_err(|fault| fail(fault.into()))?.compile_matcher())
        } else {
            Target::Name(body.to_owned())
        };
        Ok(Self { word: word.to_owned(), keep, target })
    }

    /// Reads a list of words, each of which may itself be a list parted by commas.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), for the first word that can't be read.
    pub fn parse_list<S: AsRef<str>>(words: &[S]) -> Result<Vec<Self>, Error> {
        let parted = words.iter().flat_map(|word| word.as_ref().split(','));
        parted.map(str::trim).filter(|word| !word.is_empty()).map(Self::parse).collect()
    }

    /// Whether this word names the layer, to keep it or to drop it.
    #[must_use]
    pub fn matches(&self, layer: &Layer) -> bool {
        match &self.target {
            Target::Id(id) => layer.id == *id,
            Target::Kind(kind) => layer.kind == *kind,
            Target::Name(name) => layer.name == *name || layer.longname == *name,
            Target::Glob(glob) => glob.is_match(&layer.name) || glob.is_match(&layer.longname),
        }
    }

    /// The word as given.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.word
    }
}

/// Whether the words keep the layer.
pub(crate) fn keeps(selectors: &[Selector], layer: &Layer, compat: bool) -> bool {
    if compat {
        return keeps_as_reference(selectors, layer);
    }
    let wanted = selectors.iter().all(|word| !word.keep)
        || selectors.iter().any(|word| word.keep && word.matches(layer));
    wanted && !selectors.iter().any(|word| !word.keep && word.matches(layer))
}

/// The reference's rule: each group of words overrules the one before.
fn keeps_as_reference(selectors: &[Selector], layer: &Layer) -> bool {
    let mut kept = true;
    let (mut kinds, mut ids, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for selector in selectors {
        match (&selector.target, selector.keep) {
            (Target::Kind(kind), true) if kind.in_reference() => kinds.push(*kind),
            (Target::Id(id), keep) => ids.push(if keep { *id } else { -id }),
            _ => names.push(selector.word.as_str()),
        }
    }
    if !kinds.is_empty() {
        kept = kinds.contains(&layer.kind);
    }
    if !ids.is_empty() {
        let drops = ids.iter().any(|id| *id < 0);
        kept = if drops { !ids.contains(&-layer.id) } else { ids.contains(&layer.id) };
    }
    let hyphens = names.iter().filter(|name| name.contains('-')).count();
    if !names.is_empty() && hyphens == 0 {
        kept = names.contains(&layer.name.as_str());
    } else if hyphens == names.len() && hyphens > 0 {
        kept = !names.iter().any(|name| name.strip_prefix('-') == Some(layer.name.as_str()));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MatrixView;

    fn layer(id: i64, name: &str, kind: LayerKind) -> Layer {
        let matrices = vec![MatrixView::row_major(0, 0, 16, 8)];
        let longname = format!("body.{name}");
        let name = name.to_owned();
        Layer {
            id,
            name,
            longname,
            kind,
            n: 16,
            m: 8,
            rf: 1,
            slice_id: None,
            matrices,
            scale: 1.0,
            tensor: 0,
        }
    }

    fn kept(words: &[&str], compat: bool) -> Vec<i64> {
        let layers = [
            layer(0, "conv", LayerKind::Conv2d),
            layer(1, "mid", LayerKind::Dense),
            layer(2, "h.3.attn", LayerKind::Dense),
            layer(3, "my-head", LayerKind::Dense),
        ];
        let selectors = Selector::parse_list(words).unwrap();
        layers.iter().filter(|layer| keeps(&selectors, layer, compat)).map(|layer| layer.id).collect()
    }

    #[test]
    fn words_add_up_and_hyphened_words_take_away() {
        assert_eq!(kept(&[], false), [0, 1, 2, 3]);
        assert_eq!(kept(&["0,3"], false), [0, 3]);
        assert_eq!(kept(&["conv2d", "mid"], false), [0, 1]);
        assert_eq!(kept(&["dense", "-mid"], false), [2, 3]);
        assert_eq!(kept(&["-0"], false), [1, 2, 3]);
        assert_eq!(kept(&["h.*.attn", "body.mid"], false), [1, 2]);
        assert_eq!(kept(&["my-head"], false), [3]);
        assert_eq!(kept(&["-body.*"], false), [0_i64; 0]);
    }

    #[test]
    fn in_compat_mode_later_groups_overrule_and_any_hyphen_drops() {
        assert_eq!(kept(&["conv2d", "1", "h.3.attn"], true), [2]);
        assert_eq!(kept(&["-1", "2"], true), [0, 2, 3]);
        assert_eq!(kept(&["my-head"], true), [0, 1, 2, 3]);
        assert_eq!(kept(&["-my-head"], true), [0, 1, 2]);
        assert_eq!(kept(&["mid", "-my-head"], true), [0, 1, 2, 3]);
        assert_eq!(kept(&["body.mid"], true), [0_i64; 0]);
    }

    #[test]
    fn words_that_can_t_be_read_are_named() {
        let message = |word: &str| Selector::parse(word).unwrap_err().to_string();
        assert_eq!(message("-"), "cannot read `-` as a layer's id, type, name or glob: it is empty");
        let long =
            "cannot read `99999999999999999999` as a layer's id, type, name or glob: the number is too large";
        assert_eq!(message("99999999999999999999"), long);
        assert!(message("h.[").contains("`h.[`"));
    }
}
