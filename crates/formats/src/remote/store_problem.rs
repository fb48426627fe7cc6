//! An error of `object_store` in, what a user can do about it out.

use crate::RemoteProblem;
use crate::remote::RemoteOptions;
use crate::remote::address::{Bucket, Cloud};
use crate::remote::patience::Trouble;
use crate::remote::store_client::Failure;

/// The store and bucket that messages speak of.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    cloud: Cloud,
    bucket: String,
    endpoint: String,
}

impl Place {
    pub(crate) fn new(bucket: &Bucket, options: &RemoteOptions) -> Self {
        const TELL: [&str; 4] = ["endpoint", "base_url", "account_name", "use_emulator"];
        let endpoint = options.variables.iter().filter(|(key, _)| {
            let key = key.to_ascii_lowercase();
            TELL.iter().any(|part| key.contains(part))
        });
        let endpoint = endpoint.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ");
        Self { cloud: bucket.cloud, bucket: bucket.name.clone(), endpoint }
    }

    /// What the variables say about where the store is; it tells buckets of the same name apart.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Neither an object nor a prefix is there.
    pub(crate) fn nothing(&self) -> RemoteProblem {
        RemoteProblem::NotInStore { bucket: self.bucket.clone() }
    }

    /// What a failed call means.
    pub(crate) fn trouble(&self, error: &object_store::Error) -> Trouble {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(current) = cause {
            if let Some(failure) = current.downcast_ref::<Failure>() {
                return self.of_failure(failure);
            }
            cause = current.source();
        }
        RemoteProblem::StoreAnswer { what: error.to_string() }.into()
    }

    fn of_failure(&self, failure: &Failure) -> Trouble {
        match failure.clone() {
            Failure::NoCredentials => RemoteProblem::NoCredentials { needed: self.needed() }.into(),
            Failure::Line { what, lasting } => {
                let problem = RemoteProblem::NoConnection(what.into());
                if lasting { problem.into() } else { Trouble::Later(problem, None) }
            }
            Failure::Refused { status: 404, code, .. } if !is_bucket(&code) => self.nothing().into(),
            Failure::Refused { status, code, wait, region } => match Trouble::of_status(status, wait) {
                Trouble::Never(_) if !matches!(status, 429 | 503) => {
                    let advice = self.advice(status, &code, region.as_deref());
                    RemoteProblem::StoreRefused { status, code, advice }.into()
                }
                trouble => trouble,
            },
        }
    }

    /// Which variables hold credentials.
    fn needed(&self) -> &'static str {
        match self.cloud {
            Cloud::Amazon => {
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SKIP_SIGNATURE=true for a public bucket \
                 (profiles in ~/.aws are not read)"
            }
            Cloud::Google => {
                "GOOGLE_APPLICATION_CREDENTIALS, or GOOGLE_SKIP_SIGNATURE=true for a public bucket"
            }
            Cloud::Azure => {
                "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_KEY, or \
                 AZURE_SKIP_SIGNATURE=true for a public container"
            }
        }
    }

    fn advice(&self, status: u16, code: &str, region: Option<&str>) -> String {
        let bucket = &self.bucket;
        let place = match self.cloud {
            Cloud::Amazon => "AWS_ENDPOINT_URL and AWS_REGION",
            Cloud::Google => "GOOGLE_BASE_URL",
            Cloud::Azure => "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ENDPOINT",
        };
        match (status, region) {
            (404, _) => format!("there is no bucket `{bucket}`; {place} say where it is looked for"),
            (301 | 307 | 400, Some(region)) => {
                format!("the bucket `{bucket}` is in the region {region}; set AWS_REGION={region}")
            }
            (301 | 307, None) => {
                format!("the bucket `{bucket}` is elsewhere; {place} say where it is looked for")
            }
            (400, None) if code.contains("Token") => {
                format!("the session has ended; renew {}", self.needed())
            }
            (401 | 403, _) => {
                format!(
                    "the credentials are not valid or may not read `{bucket}`; they come from {}",
                    self.needed()
                )
            }
            _ => "see the store's documentation for this code".to_owned(),
        }
    }
}

/// Whether the code says that the bucket itself is not there.
fn is_bucket(code: &str) -> bool {
    matches!(code, "NoSuchBucket" | "ContainerNotFound")
}
