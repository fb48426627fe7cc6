//! Environment variables in, the options of remote reading out, under the names that the Hub's own client uses.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::remote::store_variables;

/// Bytes of a block unless the caller wants otherwise.
const BLOCK: usize = 1 << 16;

/// How remote checkpoints are reached and where they are kept.
#[derive(Clone)]
pub struct RemoteOptions {
    /// The folder that keeps what was downloaded (`HEAVYTAIL_CACHE`; otherwise `heavytail` in the user's cache folder).
    pub cache: PathBuf,
    /// The Hub (`HF_ENDPOINT`).
    pub hub: String,
    /// The Hub's own cache (`HF_HUB_CACHE`, or `hub` in `HF_HOME`), which is looked in first.
    pub hub_cache: PathBuf,
    /// The token for the Hub and no one else (`HF_TOKEN`, or the file that `hf auth login` writes).
    pub token: Option<String>,
    /// Whether the Hub must not be asked (`HF_HUB_OFFLINE`).
    pub offline: bool,
    /// What the environment says about object stores, credentials among it: `AWS_…`, `GOOGLE_…` and `AZURE_…`.
    pub variables: Vec<(String, String)>,
    /// Bytes that are fetched at least at once: less than a tensor, more than a request costs.
    pub block: usize,
}

impl std::fmt::Debug for RemoteOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteOptions")
            .field("cache", &self.cache)
            .field("hub", &self.hub)
            .field("hub_cache", &self.hub_cache)
            .field("token", &self.token.as_ref().map(|_| "…"))
            .field("offline", &self.offline)
            .field("variables", &self.variables.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("block", &self.block)
            .finish()
    }
}

impl RemoteOptions {
    /// What the environment says.
    #[must_use]
    pub fn from_environment() -> Self {
        let texts = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self {
            variables: Self::store_variables(texts),
            ..Self::from_variables(|name| std::env::var_os(name))
        }
    }

    /// The variables among these that speak of object stores, under the names that [`variables`](Self::variables) has: the
    /// clouds' own tools know some of them by other names.
    pub fn store_variables(all: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
        store_variables::of_stores(all)
    }

    /// What these variables say, less those of object stores; an empty one counts as not set.
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let path = |name: &str| set(name).map(PathBuf::from);
        let text = |name: &str| set(name).and_then(|value| value.into_string().ok());
        let user = path("XDG_CACHE_HOME")
            .or_else(|| path("LOCALAPPDATA").filter(|_| cfg!(windows)))
            .or_else(|| path("HOME").or_else(|| path("USERPROFILE")).map(|home| home.join(".cache")))
            .unwrap_or_else(std::env::temp_dir);
        // The Hub's client keeps to `~/.cache` on every system.
        let hub_home = path("HF_HOME").unwrap_or_else(|| {
            let home = path("HOME").or_else(|| path("USERPROFILE")).map(|home| home.join(".cache"));
            path("XDG_CACHE_HOME").or(home).unwrap_or_else(|| user.clone()).join("huggingface")
        });
        let stored = || {
            let file = path("HF_TOKEN_PATH").unwrap_or_else(|| hub_home.join("token"));
            std::fs::read_to_string(file).ok()
        };
        let token = text("HF_TOKEN").or_else(|| text("HUGGING_FACE_HUB_TOKEN")).or_else(stored);
        let is_true =
            |word: String| matches!(word.to_ascii_uppercase().as_str(), "1" | "ON" | "YES" | "TRUE");
        Self {
            cache: path("HEAVYTAIL_CACHE").unwrap_or_else(|| user.join("heavytail")),
            hub: text("HF_ENDPOINT").unwrap_or_else(|| "https://huggingface.co".to_owned()),
            hub_cache: path("HF_HUB_CACHE")
                .or_else(|| path("HUGGINGFACE_HUB_CACHE"))
                .unwrap_or_else(|| hub_home.join("hub")),
            token: token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()),
            offline: text("HF_HUB_OFFLINE").or_else(|| text("TRANSFORMERS_OFFLINE")).is_some_and(is_true),
            variables: Vec::new(),
            block: BLOCK,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn of(variables: &[(&str, &str)]) -> RemoteOptions {
        RemoteOptions::from_variables(|wanted| {
            variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn variables_of_the_hub_are_heard() {
        let plain = of(&[("HOME", "/home/me")]);
        assert_eq!(plain.cache, Path::new("/home/me/.cache/heavytail"));
        assert_eq!(plain.hub_cache, Path::new("/home/me/.cache/huggingface/hub"));
        assert_eq!((plain.hub.as_str(), plain.offline, plain.token), ("https://huggingface.co", false, None));
        let set = of(&[
            ("HOME", "/home/me"),
            ("XDG_CACHE_HOME", "/scratch"),
            ("HF_HOME", "/models"),
            ("HF_TOKEN", " hf_secret\n"),
            ("HF_ENDPOINT", "https://mirror.org"),
            ("HF_HUB_OFFLINE", "1"),
        ]);
        assert_eq!(
            (set.cache.as_path(), set.hub_cache.as_path()),
            (Path::new("/scratch/heavytail"), Path::new("/models/hub"))
        );
        assert_eq!(
            (set.hub.as_str(), set.offline, set.token.as_deref()),
            ("https://mirror.org", true, Some("hf_secret"))
        );
        assert!(!format!("{:?}", of(&[("HF_TOKEN", "hf_secret")])).contains("secret"));
    }

    #[test]
    fn a_stored_token_is_found() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("token"), "hf_stored\n").unwrap();
        let found = of(&[("HF_HOME", home.path().to_str().unwrap())]);
        assert_eq!(found.token.as_deref(), Some("hf_stored"));
    }
}
