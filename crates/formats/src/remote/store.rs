//! An address in an object store in (`s3://`, `gs://`, `az://`), the model behind it out: an object, what an index of
//! shards names, or everything under a prefix.
//!
//! `object_store` signs the requests and takes credentials from the variables that the clouds' own tools use; ranges,
//! cache and patience are those of every other address.

use std::ops::Range;
use std::sync::Arc;

use futures_util::StreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore, RetryConfig};

use crate::catalogue::Catalogue;
use crate::cursor::to_u64;
use crate::remote::RemoteOptions;
use crate::remote::address::{Bucket, Cloud};
use crate::remote::cache::Entry;
use crate::remote::http::Http;
use crate::remote::mirror::Mirror;
use crate::remote::patience::{First, Origin, Sink, Trouble, patiently};
use crate::remote::store_client::{Client, wait_for};
use crate::remote::store_problem::Place;
use crate::remote::web;
use crate::{Error, ErrorKind, RemoteProblem, folder};

/// Opens what is at this address.
pub(crate) fn open(address: &str, bucket: &Bucket, options: &RemoteOptions) -> Result<Catalogue, Error> {
    let place = Place::new(bucket, options);
    let store = build(bucket, options)?;
    let base = address.trim_end_matches('/');
    let cache = |tag: Option<&str>| {
        Entry::of(&options.cache.join("stores"), &format!("{base} {}", place.endpoint()), tag)
    };
    let reach =
        |key: Key| StoreFile { store: Arc::clone(&store), key, place: place.clone(), len: 0, tag: None };
    if !bucket.key.is_empty() && !address.ends_with('/') {
        match reach(key_of(&bucket.key)?).first(options.block) {
            Ok(first) => {
                let (folder, name) = base.rsplit_once('/').unwrap_or((base, "model"));
                let beside = bucket.key.rsplit_once('/').map_or("", |(folder, _)| folder);
                let entry = cache(first.tag.as_deref())?;
                let mirror = Mirror::in_entry(folder, &entry, options.block);
                return web::assemble(mirror, name, first, |other| {
                    reach(key_of(&format!("{beside}/{other}"))?).first(options.block)
                });
            }
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(error),
        }
    }
    let prefix = key_of(&bucket.key)?;
    let objects = list(store.as_ref(), &prefix, &place)?;
    if objects.is_empty() {
        return Err(place.nothing().into());
    }
    let entry = cache(Some(&version_of(&objects)))?;
    let mut mirror = Mirror::in_entry(base, &entry, options.block);
    for object in objects {
        let inside = object
            .location
            .as_ref()
            .strip_prefix(prefix.as_ref())
            .unwrap_or_default()
            .trim_start_matches('/');
        // Consoles make an empty object to stand for a folder.
        if inside.is_empty() || object.size == 0 {
            continue;
        }
        let name = inside.to_owned();
        let file =
            StoreFile { len: object.size, tag: plain(object.e_tag.as_deref()), ..reach(object.location) };
        mirror.add(&name, file.len, file)?;
    }
    mirror.fetch_texts("")?;
    let mut found = mirror.open_at("")?;
    found.name(address);
    Ok(found)
}

/// The client of the store that has this bucket.
fn build(bucket: &Bucket, options: &RemoteOptions) -> Result<Arc<dyn ObjectStore>, RemoteProblem> {
    let client = Client(Http::new(None));
    // Our own patience hears what a server asks for.
    let retry = RetryConfig { max_retries: 0, ..RetryConfig::default() };
    let name = &bucket.name;
    let variables = || options.variables.iter().map(|(key, value)| (key.to_ascii_lowercase(), value));
    let store = match bucket.cloud {
        Cloud::Amazon => {
            let known = variables().filter_map(|(key, value)| Some((key.parse().ok()?, value)));
            let builder =
                known.fold(AmazonS3Builder::new(), |builder, (key, value)| builder.with_config(key, value));
            let builder = builder.with_bucket_name(name).with_retry(retry).with_http_connector(client);
            builder.build().map(shared)
        }
        Cloud::Google => {
            let known = variables().filter_map(|(key, value)| Some((key.parse().ok()?, value)));
            let builder = known.fold(GoogleCloudStorageBuilder::new(), |builder, (key, value)| {
                builder.with_config(key, value)
            });
            let builder = builder.with_bucket_name(name).with_retry(retry).with_http_connector(client);
            builder.build().map(shared)
        }
        Cloud::Azure => {
            let known = variables().filter_map(|(key, value)| Some((key.parse().ok()?, value)));
            let builder = known
                .fold(MicrosoftAzureBuilder::new(), |builder, (key, value)| builder.with_config(key, value));
            let builder = builder.with_container_name(name).with_retry(retry).with_http_connector(client);
            builder.build().map(shared)
        }
    };
    store.map_err(|error| RemoteProblem::StoreSettings(error.into()))
}

fn shared(store: impl ObjectStore) -> Arc<dyn ObjectStore> {
    Arc::new(store)
}

fn key_of(key: &str) -> Result<Key, Error> {
    Key::parse(key).map_err(|_| RemoteProblem::BadAddress { why: "no object can have such a key" }.into())
}

fn is_absent(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Remote(RemoteProblem::NotInStore { .. }))
}

/// Every object under the prefix, sorted by key.
fn list(store: &dyn ObjectStore, prefix: &Key, place: &Place) -> Result<Vec<ObjectMeta>, Error> {
    patiently(|| {
        let mut found = Vec::new();
        let prefix = Some(prefix).filter(|prefix| !prefix.as_ref().is_empty());
        let mut stream = store.list(prefix);
        while let Some(object) = wait_for(stream.next()) {
            if found.len() == folder::FILE_LIMIT {
                let many = ErrorKind::TooMany { what: "objects under the prefix", limit: folder::FILE_LIMIT };
                return Err(Trouble::Never(many.into()));
            }
            found.push(object.map_err(|error| place.trouble(&error))?);
        }
        found.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(found)
    })
}

/// A text that changes when any of the objects does.
fn version_of(objects: &[ObjectMeta]) -> String {
    let line = |object: &ObjectMeta| {
        let tag = object.e_tag.as_deref().unwrap_or_default();
        format!("{} {} {tag} {}\n", object.location, object.size, object.last_modified.timestamp_micros())
    };
    objects.iter().map(line).collect()
}

/// An object of a store.
#[derive(Debug)]
struct StoreFile {
    store: Arc<dyn ObjectStore>,
    key: Key,
    place: Place,
    len: u64,
    /// What tells this version of the object from others.
    tag: Option<String>,
}

impl StoreFile {
    fn get(&self, range: Range<u64>) -> Result<GetResult, Trouble> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        wait_for(self.store.get_opts(&self.key, options)).map_err(|error| self.place.trouble(&error))
    }

    /// Asks for the first `count` bytes, and so for the length and the version.
    fn first(self, count: usize) -> Result<First<Self>, Error> {
        let (answer, bytes) = patiently(|| {
            let answer = match self.get(0..to_u64(count.max(1))) {
                Ok(answer) => answer,
                // The answer to any range of an empty object.
                Err(Trouble::Never(error)) if is_empty_range(&error) => return Ok((None, Vec::new())),
                Err(trouble) => return Err(trouble),
            };
            let meta = answer.meta.clone();
            let mut bytes = Vec::new();
            let mut stream = answer.into_stream();
            // What is cut off here is asked for again.
            while let Some(Ok(piece)) = wait_for(stream.next()) {
                bytes.extend_from_slice(&piece);
            }
            Ok((Some(meta), bytes))
        })?;
        let (len, tag) = answer.map_or((0, None), |meta| (meta.size, plain(meta.e_tag.as_deref())));
        let version = tag.as_deref().map(|tag| format!("{tag} {len}"));
        Ok(First { file: Self { len, tag, ..self }, len, tag: version, bytes, ranges: true })
    }
}

/// A tag without its quotes, which Azure leaves out in listings.
fn plain(tag: Option<&str>) -> Option<String> {
    tag.map(|tag| tag.trim_matches('"').to_owned())
}

fn is_empty_range(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Remote(RemoteProblem::StoreRefused { status: 416, .. }))
}

impl Origin for StoreFile {
    fn read(&self, range: Range<u64>, sink: &mut Sink<'_>) -> Result<(), Trouble> {
        let end = range.end;
        let mut at = range.start;
        let answer = self.get(range)?;
        let now = plain(answer.meta.e_tag.as_deref());
        let is_same =
            answer.meta.size == self.len && (self.tag.is_none() || now.is_none() || now == self.tag);
        if !is_same {
            return Err(RemoteProblem::Changed.into());
        }
        let mut stream = answer.into_stream();
        while let Some(piece) = wait_for(stream.next()) {
            let cut = || Trouble::Later(RemoteProblem::Cut { at, end }, None);
            let piece = piece.map_err(|_| cut())?;
            let rest = crate::cursor::to_usize(end.saturating_sub(at));
            let bytes = piece.get(..rest.min(piece.len())).unwrap_or_default();
            sink(bytes).map_err(|_| cut())?;
            at = at.saturating_add(to_u64(bytes.len()));
        }
        Ok(())
    }
}
