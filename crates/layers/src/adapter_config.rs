//! The text of an `adapter_config.json` in, the factor of each low-rank update out.
//!
//! LoRA (Hu et al. 2021) adds (alpha / r)·B·A to a weight, rsLoRA (Kalajdzievski 2023) adds (alpha / √r)·B·A. Rank
//! and alpha may differ from module to module by patterns over module names.

use serde_json::Value;

use crate::error::{Error, ErrorKind};

/// What the PEFT library takes where the file is silent.
const DEFAULT_RANK_AND_ALPHA: f64 = 8.0;

/// How strongly the updates of one adapter count.
#[derive(Clone, Debug, PartialEq)]
pub struct AdapterConfig {
    alpha: f64,
    alpha_pattern: Vec<(String, f64)>,
    rank_stabilised: bool,
    fan_in_fan_out: bool,
}

impl AdapterConfig {
    /// Reads the file's text.
    ///
    /// # Errors
    /// No JSON object, a number of the wrong type, or an adapter that is no LoRA.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let json: Value = serde_json::from_str(text).map_err(ErrorKind::AdapterConfigSyntax)?;
        if let Some(kind) = json.get("peft_type").and_then(Value::as_str).filter(|kind| *kind != "LORA") {
            return Err(ErrorKind::UnsupportedAdapter { peft_type: kind.to_owned() }.into());
        }
        let flag = |key: &str| json.get(key).and_then(Value::as_bool).unwrap_or(false);
        let alpha = match json.get("lora_alpha") {
            None | Some(Value::Null) => DEFAULT_RANK_AND_ALPHA,
            Some(value) => number("lora_alpha", value)?,
        };
        let alpha_pattern = match json.get("alpha_pattern") {
            Some(Value::Object(patterns)) => patterns
                .iter()
                .map(|(pattern, value)| Ok((pattern.clone(), number("alpha_pattern", value)?)))
                .collect::<Result<_, Error>>()?,
            _ => Vec::new(),
        };
        Ok(Self {
            alpha,
            alpha_pattern,
            rank_stabilised: flag("use_rslora"),
            fan_in_fan_out: flag("fan_in_fan_out"),
        })
    }

    /// The factor of B·A for a module of this path whose factors have this rank.
    ///
    /// The rank is the stored factors' own, which the file's `r` and `rank_pattern` only repeat.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "ranks are far below 2^53")]
    pub fn scale(&self, module: &str, rank: usize) -> f64 {
        let named = |pattern: &str| {
            let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
            module == pattern || module.strip_suffix(pattern).is_some_and(|rest| rest.ends_with('.'))
        };
        let special = self.alpha_pattern.iter().find(|(pattern, _)| named(pattern));
        let alpha = special.map_or(self.alpha, |(_, alpha)| *alpha);
        alpha / if self.rank_stabilised { (rank as f64).sqrt() } else { rank as f64 }
    }

    /// Whether weights are stored inputs first, as in GPT-2's `Conv1D`.
    #[must_use]
    pub fn fan_in_fan_out(&self) -> bool {
        self.fan_in_fan_out
    }
}

fn number(key: &'static str, value: &Value) -> Result<f64, Error> {
    value.as_f64().ok_or_else(|| ErrorKind::AdapterConfigNumber { key, found: value.to_string() }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(text: &str, module: &str, rank: usize) -> f64 {
        AdapterConfig::parse(text).unwrap().scale(module, rank)
    }

    #[test]
    fn lora_divides_alpha_by_the_rank_and_rslora_by_its_root() {
        assert_eq!(scale(r#"{"lora_alpha": 32, "r": 16}"#, "q", 16).to_bits(), 2.0_f64.to_bits());
        let stabilised = r#"{"lora_alpha": 32, "r": 16, "use_rslora": true}"#;
        assert_eq!(scale(stabilised, "q", 16).to_bits(), 8.0_f64.to_bits());
        assert_eq!(scale("{}", "q", 4).to_bits(), 2.0_f64.to_bits());
    }

    #[test]
    fn patterns_match_whole_parts_at_the_end_of_a_module_s_path() {
        let text = r#"{"lora_alpha": 8, "alpha_pattern": {"v_proj": 64}}"#;
        assert_eq!(scale(text, "model.layers.0.v_proj", 8).to_bits(), 8.0_f64.to_bits());
        assert_eq!(scale(text, "model.layers.0.uv_proj", 8).to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn other_adapters_and_broken_files_are_refused() {
        let message = |text: &str| AdapterConfig::parse(text).unwrap_err().to_string();
        let loha = r#"{"peft_type": "LOHA"}"#;
        assert_eq!(message(loha), "adapter_config.json describes a LOHA adapter; only LORA is understood");
        let word = r#"{"lora_alpha": "big"}"#;
        assert_eq!(message(word), "adapter_config.json: lora_alpha should be a number, but is \"big\"");
        assert!(message("{").starts_with("adapter_config.json is no JSON: "));
    }
}
