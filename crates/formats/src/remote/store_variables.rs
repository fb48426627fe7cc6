//! Environment variables in, those that speak of object stores out, under the names that `object_store` knows.
//!
//! The clouds' own command lines know more names than it does: Azure's connection string and its short names, and the
//! address of Google's emulators.

/// What the names of these variables begin with.
const PREFIXES: [&str; 3] = ["AWS_", "GOOGLE_", "AZURE_"];
/// Azure's other names.
const ALSO: [(&str, &str); 4] = [
    ("AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME"),
    ("AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY"),
    ("AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_SAS_KEY"),
    ("AZURE_STORAGE_SERVICE_ENDPOINT", "AZURE_STORAGE_ENDPOINT"),
];
/// The parts of a connection string.
const PARTS: [(&str, &str); 4] = [
    ("AccountName", "AZURE_STORAGE_ACCOUNT_NAME"),
    ("AccountKey", "AZURE_STORAGE_ACCOUNT_KEY"),
    ("SharedAccessSignature", "AZURE_STORAGE_SAS_KEY"),
    ("BlobEndpoint", "AZURE_STORAGE_ENDPOINT"),
];
const CONNECTION: &str = "AZURE_STORAGE_CONNECTION_STRING";
const EMULATOR: &str = "STORAGE_EMULATOR_HOST";

/// The variables of stores among these; an empty one counts as not set. Sorted, so that the result does not depend on the
/// order of the environment; names that are given directly win over those inside a connection string.
pub(crate) fn of_stores(all: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    let (mut plain, mut derived) = (Vec::new(), Vec::new());
    for (name, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
        let also = |names: &[(&str, &str)], name: &str| {
            let found = names.iter().find(|(other, _)| *other == name);
            found.map(|(_, known)| (*known).to_owned())
        };
        if name == CONNECTION {
            let parts = value.split(';').filter_map(|part| part.split_once('='));
            derived.extend(parts.filter_map(|(key, value)| Some((also(&PARTS, key)?, value.to_owned()))));
        } else if name == EMULATOR {
            let url = if value.contains("://") { value } else { format!("http://{value}") };
            derived.push(("GOOGLE_BASE_URL".to_owned(), url));
            derived.push(("GOOGLE_SKIP_SIGNATURE".to_owned(), "true".to_owned()));
        } else if let Some(known) = also(&ALSO, &name) {
            derived.push((known, value));
        } else if PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            plain.push((name, value));
        }
    }
    derived.retain(|(name, _)| !plain.iter().any(|(other, _)| other == name));
    plain.extend(derived);
    plain.sort();
    plain.dedup_by(|later, first| later.0 == first.0);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(all: &[(&str, &str)]) -> Vec<(String, String)> {
        of_stores(all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn pairs(found: &[(String, String)]) -> Vec<(&str, &str)> {
        found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    #[test]
    fn only_variables_of_stores_are_kept() {
        let found = of(&[("AWS_REGION", "eu-west-1"), ("HOME", "/home/me"), ("AWS_SESSION_TOKEN", "")]);
        assert_eq!(pairs(&found), [("AWS_REGION", "eu-west-1")]);
    }

    #[test]
    fn a_connection_string_comes_apart_and_direct_names_win() {
        let connection =
            "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=k==;BlobEndpoint=http://h:1/a;";
        let found = of(&[(CONNECTION, connection), ("AZURE_STORAGE_ACCOUNT_NAME", "b")]);
        assert_eq!(
            pairs(&found),
            [
                ("AZURE_STORAGE_ACCOUNT_KEY", "k=="),
                ("AZURE_STORAGE_ACCOUNT_NAME", "b"),
                ("AZURE_STORAGE_ENDPOINT", "http://h:1/a"),
            ]
        );
        let found = of(&[("AZURE_STORAGE_ACCOUNT", "a"), ("AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=2")]);
        assert_eq!(
            pairs(&found),
            [("AZURE_STORAGE_ACCOUNT_NAME", "a"), ("AZURE_STORAGE_SAS_KEY", "sv=1&sig=2")]
        );
    }

    #[test]
    fn an_emulator_is_asked_without_a_signature() {
        let found = of(&[(EMULATOR, "localhost:9023")]);
        assert_eq!(
            pairs(&found),
            [("GOOGLE_BASE_URL", "http://localhost:9023"), ("GOOGLE_SKIP_SIGNATURE", "true")]
        );
    }
}
