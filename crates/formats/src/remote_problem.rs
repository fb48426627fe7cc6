//! What can go wrong between a server and us, one variant for each thing that a user can do something about.

/// Why bytes of a remote checkpoint can't be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteProblem {
    /// The program was built without the network.
    #[error("addresses of {scheme}:// are not read by this build: it lacks the cargo feature `remote`")]
    NotBuiltIn {
        /// What stands before `://`.
        scheme: String,
    },
    /// An address of no known kind.
    #[error("the address is not understood: {why}")]
    BadAddress {
        /// The rule that is broken.
        why: &'static str,
    },
    /// The server refuses for good.
    #[error("the server answers {status}{}", hint(*status))]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The server refuses for now, and did so each time.
    #[error("the server answers {status} again and again{}", asks_to_wait(*wait))]
    Busy {
        /// The HTTP status.
        status: u16,
        /// Seconds that it asks to wait.
        wait: Option<u64>,
    },
    /// The server can't be reached.
    #[error("no connection to the server: {0}")]
    NoConnection(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Transfers end early, each time at the same byte.
    #[error("the transfer breaks off at byte {at} each time; bytes up to {end} are needed")]
    Cut {
        /// Bytes that arrived.
        at: u64,
        /// Bytes that were asked for.
        end: u64,
    },
    /// The file is another one than at the beginning.
    #[error("the file changed on the server while it was read; run again to read the new one")]
    Changed,
    /// Other bytes than were asked for.
    #[error("the server sends {found} where {asked} was asked for")]
    WrongRange {
        /// The range that was asked for.
        asked: String,
        /// The server's word.
        found: String,
    },
    /// The length of the file is not told.
    #[error("the server does not tell the length of the file")]
    NoLength,
    /// Redirects that lead nowhere.
    #[error("the server redirects in circles")]
    Redirects,
    /// The network must not be used and the model is not here.
    #[error("{repository} at {revision} is not in the Hugging Face cache {}, and HF_HUB_OFFLINE is set", cache.display())]
    Offline {
        /// `organisation/name`.
        repository: String,
        /// Branch, tag or commit.
        revision: String,
        /// The folder that was looked in.
        cache: std::path::PathBuf,
    },
    /// The object store refuses.
    #[error("the store answers {status} {code}: {advice}")]
    StoreRefused {
        /// The HTTP status.
        status: u16,
        /// The store's word for it.
        code: String,
        /// What to do.
        advice: String,
    },
    /// No object has this key and none begins with it.
    #[error("the bucket `{bucket}` has no object of this key and none under it; keys are case-sensitive")]
    NotInStore {
        /// Where it was looked for.
        bucket: String,
    },
    /// Nothing says who asks.
    #[error("there are no credentials for the store; set {needed}")]
    NoCredentials {
        /// Which variables hold them.
        needed: &'static str,
    },
    /// Variables that make no sense to the store's client.
    #[error(
        "the settings of the store are not understood: {0}; see the variables that docs/formats.md names"
    )]
    StoreSettings(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An answer that is none.
    #[error("the store's answer is not understood: {what}")]
    StoreAnswer {
        /// What is wrong with it.
        what: String,
    },
    /// An answer that is not what the Hub documents.
    #[error("the Hub's list of the model's files is not understood: {0}")]
    BadListing(#[source] serde_json::Error),
    /// The cache folder can't be written.
    #[error("the cache of remote files can't be written: {0}; HEAVYTAIL_CACHE names another folder for it")]
    Cache(#[source] std::io::Error),
}

fn hint(status: u16) -> &'static str {
    match status {
        401 | 403 => " (no access); a private or gated model of the Hub needs a token in HF_TOKEN",
        404 => " (not found); a private model of the Hub needs a token in HF_TOKEN",
        _ => "",
    }
}

fn asks_to_wait(seconds: Option<u64>) -> String {
    seconds.map_or_else(String::new, |seconds| format!(" and asks to wait {seconds} seconds"))
}
