//! The text of an address in, which server and what on it out.

use crate::RemoteProblem;

/// Where a checkpoint is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// A model of the Hugging Face Hub.
    Hub(HubModel),
    /// A file on a web server.
    Web(String),
    /// An object, or a prefix of objects, in an object store.
    Store(Bucket),
}

/// `s3://bucket/key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) cloud: Cloud,
    /// Azure calls it container.
    pub(crate) name: String,
    /// Key of an object or a prefix; empty for all of the bucket.
    pub(crate) key: String,
}

/// Whose object store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cloud {
    /// S3 and what speaks its language.
    Amazon,
    Google,
    Azure,
}

/// `hf://organisation/name@revision/path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HubModel {
    /// `organisation/name`, or `name` alone for the Hub's oldest models.
    pub(crate) repository: String,
    /// Branch, tag or commit.
    pub(crate) revision: String,
    /// A file or folder inside; empty for all of it.
    pub(crate) path: String,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// No scheme that is known, or nothing behind it.
    pub(crate) fn parse(text: &str) -> Result<Self, RemoteProblem> {
        let bad = |why| RemoteProblem::BadAddress { why };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| bad("it has no scheme"))?;
        match scheme {
            "hf" => hub_model(rest)
                .map(Self::Hub)
                .ok_or_else(|| bad("it should be hf://organisation/name[@revision][/path]")),
            "http" | "https" if rest.is_empty() => Err(bad("it names no server")),
            "http" | "https" => Ok(Self::Web(text.to_owned())),
            "s3" | "s3a" => bucket(Cloud::Amazon, rest).ok_or_else(|| bad("it should be s3://bucket/key")),
            "gs" => bucket(Cloud::Google, rest).ok_or_else(|| bad("it should be gs://bucket/key")),
            "az" => bucket(Cloud::Azure, rest).ok_or_else(|| bad("it should be az://container/key")),
            _ => Err(bad("known are hf://, https://, http://, s3://, gs:// and az://")),
        }
    }
}

fn bucket(cloud: Cloud, rest: &str) -> Option<Address> {
    let (name, key) = rest.split_once('/').unwrap_or((rest, ""));
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '$');
    let (name, key) = (name.to_owned(), key.trim_end_matches('/').to_owned());
    (!name.is_empty() && name.chars().all(is_name)).then_some(Address::Store(Bucket { cloud, name, key }))
}

fn hub_model(rest: &str) -> Option<HubModel> {
    let mut parts = rest.trim_end_matches('/').split('/');
    let first = parts.next()?;
    let mut repository = first.to_owned();
    if !first.contains('@')
        && let Some(second) = parts.next()
    {
        repository = format!("{first}/{second}");
    }
    let (repository, revision) = match repository.split_once('@') {
        Some((repository, revision)) => (repository.to_owned(), revision.to_owned()),
        None => (repository, "main".to_owned()),
    };
    let mut rest: Vec<&str> = parts.collect();
    // Revisions of pull requests and conversions have slashes in them.
    let revision = if revision == "refs" && rest.len() >= 2 {
        let parts: Vec<&str> = rest.drain(..2).collect();
        format!("refs/{}", parts.join("/"))
    } else {
        revision
    };
    let is_plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let is_known = repository.split('/').all(is_plain)
        && revision.split('/').all(is_plain)
        && rest.iter().all(|part| !part.is_empty());
    is_known.then(|| HubModel { repository, revision, path: rest.join("/") })
}

/// A path with everything encoded that has a meaning in URLs.
pub(crate) fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(repository: &str, revision: &str, path: &str) -> Option<Address> {
        let [repository, revision, path] = [repository, revision, path].map(str::to_owned);
        Some(Address::Hub(HubModel { repository, revision, path }))
    }

    #[test]
    fn addresses_of_the_hub_have_a_revision_and_a_path() {
        let parse = |text| Address::parse(text).ok();
        assert_eq!(parse("hf://org/name"), hub("org/name", "main", ""));
        assert_eq!(parse("hf://gpt2"), hub("gpt2", "main", ""));
        assert_eq!(parse("hf://gpt2@v1/a.bin"), hub("gpt2", "v1", "a.bin"));
        assert_eq!(parse("hf://org/name@v1.0/a/b.gguf"), hub("org/name", "v1.0", "a/b.gguf"));
        assert_eq!(parse("hf://org/name@refs/pr/3/onnx/"), hub("org/name", "refs/pr/3", "onnx"));
        for bad in ["hf://", "hf://org/..", "hf://org/na me", "hf://org/name@/x", "ftp://host/x", "https://"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses_of_stores_have_a_bucket_and_a_key() {
        let of = |text| match Address::parse(text) {
            Ok(Address::Store(Bucket { cloud, name, key })) => Some((cloud, name, key)),
            _ => None,
        };
        let three = |cloud, name: &str, key: &str| Some((cloud, name.to_owned(), key.to_owned()));
        assert_eq!(of("s3://b/a/m.gguf"), three(Cloud::Amazon, "b", "a/m.gguf"));
        assert_eq!(of("gs://b.c/"), three(Cloud::Google, "b.c", ""));
        assert_eq!(of("az://c"), three(Cloud::Azure, "c", ""));
        for bad in ["s3://", "s3:///key", "s3://a b/key", "gs://../key?", "r2://b/key"] {
            assert_eq!(of(bad).filter(|(_, name, _)| name != ".."), None, "{bad}");
        }
    }

    #[test]
    fn paths_are_encoded() {
        assert_eq!(encoded("a b/ä?.bin"), "a%20b/%C3%A4%3F.bin");
    }
}
