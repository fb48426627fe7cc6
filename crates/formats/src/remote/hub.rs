//! A model of the Hugging Face Hub in, its tensors out: from the Hub's own cache where it is there, else by ranges.
//!
//! A revision is resolved to its commit by one request, which lists the files and their lengths too; what belongs to
//! a commit never changes, so nothing has to be asked twice.

use std::path::PathBuf;

use serde::Deserialize;

use crate::catalogue::Catalogue;
use crate::remote::RemoteOptions;
use crate::remote::address::{HubModel, encoded};
use crate::remote::http::{Http, HttpFile, Token, origin_of};
use crate::remote::mirror::Mirror;
use crate::{Error, ErrorKind, RemoteProblem, bytes::Disk, detect};

/// A longer list of files is no model's.
const LISTING_LIMIT: u64 = 64 << 20;

#[derive(Deserialize)]
struct Listing {
    /// The commit.
    sha: String,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
}

/// Opens the model; `address` is how the caller named it.
pub(crate) fn open(address: &str, model: &HubModel, options: &RemoteOptions) -> Result<Catalogue, Error> {
    if options.offline {
        let HubModel { repository, revision, .. } = model.clone();
        let cache = options.hub_cache.clone();
        let missing = RemoteProblem::Offline { repository, revision, cache };
        let snapshot = snapshot(model, None, options).ok_or(missing)?;
        return open_snapshot(address, snapshot);
    }
    let hub = options.hub.trim_end_matches('/');
    let token = options.token.clone().map(|secret| Token { origin: origin_of(hub), secret });
    let http = Http::new(token);
    let HubModel { repository, revision, path } = model;
    let revision = revision.replace('/', "%2F");
    let listing =
        http.text(&format!("{hub}/api/models/{repository}/revision/{revision}?blobs=true"), LISTING_LIMIT);
    let listing = match listing {
        Ok(text) => serde_json::from_slice::<Listing>(&text).map_err(RemoteProblem::BadListing)?,
        Err(error) => {
            let is_away = matches!(error.kind(), ErrorKind::Remote(RemoteProblem::NoConnection(_)));
            return match snapshot(model, None, options).filter(|_| is_away) {
                Some(snapshot) => open_snapshot(address, snapshot),
                None => Err(error),
            };
        }
    };
    let commit = &listing.sha;
    if !commit.chars().all(|c| c.is_ascii_alphanumeric()) || commit.is_empty() {
        return Err(RemoteProblem::BadAddress { why: "the Hub's commit is none" }.into());
    }
    // A snapshot can be of a part of the model; then the rest is missing and the Hub has all of it.
    if let Some(found) =
        snapshot(model, Some(commit), options).and_then(|place| open_snapshot(address, place).ok())
    {
        return Ok(found);
    }
    let folder = options.cache.join("hub").join(repository.replace('/', "--")).join(commit);
    let mut mirror = Mirror::new(&format!("hf://{repository}@{}", model.revision), &folder, options.block);
    for Sibling { rfilename, size } in &listing.siblings {
        let url = format!("{hub}/{repository}/resolve/{commit}/{}", encoded(rfilename));
        match size {
            Some(0) => {}
            Some(size) => drop(mirror.add(rfilename, *size, HttpFile::pinned(&http, url, *size))?),
            None => {
                let first = HttpFile::first(&http, &url, options.block)?;
                mirror.add(rfilename, first.len, first.file)?.keep_first(&first.bytes)?;
            }
        }
    }
    mirror.fetch_texts(path)?;
    let mut found = mirror.open_at(path)?;
    found.name(address);
    Ok(found)
}

/// What the Hub's own cache has of this model: the path that was asked for, in the snapshot of its revision.
fn snapshot(model: &HubModel, commit: Option<&str>, options: &RemoteOptions) -> Option<PathBuf> {
    let repository = options.hub_cache.join(format!("models--{}", model.repository.replace('/', "--")));
    let noted = || {
        let commit = std::fs::read_to_string(repository.join("refs").join(&model.revision)).ok()?;
        Some(commit.trim().to_owned())
    };
    let commit = commit.map(str::to_owned).or_else(noted).unwrap_or_else(|| model.revision.clone());
    let is_name = !commit.is_empty() && commit.chars().all(|c| c.is_ascii_alphanumeric());
    let place = repository.join("snapshots").join(&commit).join(&model.path);
    (is_name && place.exists()).then_some(place)
}

fn open_snapshot(address: &str, place: PathBuf) -> Result<Catalogue, Error> {
    let mut found = detect::open_through(&place, &Disk)?;
    found.name(address);
    Ok(found)
}
