//! A tensor's name in, which factor of which low-rank update it is out.
//!
//! PEFT writes `MODULE.lora_A.ADAPTER.weight` (or without an adapter's name), and `lora_embedding_A` for embeddings;
//! the image community's trainers write `MODULE.lora_down.weight`.

/// The words for the two factors, and for the rows that are made of them.
struct Words {
    down: &'static str,
    up: &'static str,
    product: &'static str,
    merged: &'static str,
}

const WORDS: [Words; 3] = [
    Words { down: "lora_A", up: "lora_B", product: "lora_BA", merged: "lora_W_plus_AB" },
    Words {
        down: "lora_embedding_A",
        up: "lora_embedding_B",
        product: "lora_embedding_BA",
        merged: "lora_embedding_W_plus_AB",
    },
    Words { down: "lora_down", up: "lora_up", product: "lora_BA", merged: "lora_W_plus_AB" },
];

/// A factor's name, parted at the word that says which factor it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FactorName<'a> {
    /// Path of the module that is adapted.
    pub(crate) module: &'a str,
    /// What follows the factor's word, with its dot: the adapter's name, or nothing.
    rest: &'a str,
    words: usize,
    /// Whether it is the factor that is applied first: A, of rank × inputs.
    pub(crate) is_down: bool,
}

impl<'a> FactorName<'a> {
    /// Parts the name of a layer, which is a tensor's without `.weight`.
    pub(crate) fn parse(name: &'a str) -> Option<Self> {
        let mut start = 0;
        for part in name.split('.') {
            let end = start + part.len();
            let place = WORDS.iter().position(|words| words.down == part || words.up == part);
            if let Some(words) = place.filter(|_| start > 0) {
                let is_down = WORDS[words].down == part;
                return Some(Self { module: &name[..start - 1], rest: &name[end..], words, is_down });
            }
            start = end + 1;
        }
        None
    }

    /// The name of the other factor's layer.
    pub(crate) fn partner(self) -> String {
        let words = &WORDS[self.words];
        self.with(if self.is_down { words.up } else { words.down })
    }

    /// The name of the row of B·A.
    pub(crate) fn product(self) -> String {
        self.with(WORDS[self.words].product)
    }

    /// The name of the row of W + B·A.
    pub(crate) fn merged(self) -> String {
        self.with(WORDS[self.words].merged)
    }

    /// The names that the magnitude of a DoRA update may have.
    pub(crate) fn magnitudes(self) -> [String; 2] {
        let bare = self.with("lora_magnitude_vector");
        [format!("{bare}.weight"), bare]
    }

    /// The names that the adapted layer may have: beside the factors, or in the base model.
    pub(crate) fn bases(self) -> [String; 4] {
        let bare = |prefix| self.module.strip_prefix(prefix).unwrap_or(self.module).to_owned();
        let beside = format!("{}.base_layer", self.module);
        [beside, self.module.to_owned(), bare("base_model.model."), bare("base_model.")]
    }

    /// The name of the scalar that some trainers write beside the factors.
    pub(crate) fn alpha(self) -> String {
        format!("{}.alpha", self.module)
    }

    fn with(self, word: &str) -> String {
        format!("{}.{word}{}", self.module, self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_s_name_gives_its_module_its_partner_and_its_rows() {
        let factor = FactorName::parse("block0.proj.lora_A.default").unwrap();
        assert!(factor.is_down);
        assert_eq!(factor.module, "block0.proj");
        assert_eq!(factor.partner(), "block0.proj.lora_B.default");
        assert_eq!(factor.product(), "block0.proj.lora_BA.default");
        assert_eq!(factor.merged(), "block0.proj.lora_W_plus_AB.default");
        let bare = FactorName::parse("base_model.model.h.0.c_attn.lora_B").unwrap();
        assert_eq!(bare.bases()[2], "h.0.c_attn");
        assert_eq!(bare.partner(), "base_model.model.h.0.c_attn.lora_A");
        assert_eq!(bare.magnitudes()[1], "base_model.model.h.0.c_attn.lora_magnitude_vector");
        assert_eq!(FactorName::parse("h.0.lora_ABBA"), None);
        assert_eq!(FactorName::parse("lora_A"), None);
    }
}
