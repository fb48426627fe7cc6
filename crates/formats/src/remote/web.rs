//! A URL in, the model behind it out: one file, or all that an index or a part's name says it is made of.

use std::path::Path;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::remote::RemoteOptions;
use crate::remote::address::encoded;
use crate::remote::cache::Entry;
use crate::remote::http::{Http, HttpFile};
use crate::remote::mirror::Mirror;
use crate::remote::patience::{First, Origin};
use crate::{Error, ErrorKind, gguf, shards};

/// A larger index is none.
const INDEX_LIMIT: u64 = 100_000_000;

/// Opens the model at this URL.
pub(crate) fn open(url: &str, options: &RemoteOptions) -> Result<Catalogue, Error> {
    let http = Http::new(None);
    let (folder, name, query) = parts(url);
    let first = HttpFile::first(&http, url, options.block)?;
    let entry = Entry::of(&options.cache.join("web"), url, first.tag.as_deref())?;
    let mirror = Mirror::in_entry(folder, &entry, options.block);
    assemble(mirror, &name, first, |other| {
        HttpFile::first(&http, &format!("{folder}/{}{query}", encoded(other)), options.block)
    })
}

/// Opens the file of this name, with the shards or parts beside it that belong to it.
pub(crate) fn assemble<F: Origin + 'static>(
    mut mirror: Mirror,
    name: &str,
    first: First<F>,
    beside: impl Fn(&str) -> Result<First<F>, Error>,
) -> Result<Catalogue, Error> {
    add(&mut mirror, name, first)?;
    let mut others = Vec::new();
    if shards::is_index(name) {
        mirror.fetch(name, INDEX_LIMIT)?;
        others = shards::names_in(&mirror.folder().join(name))?;
    } else if let Some(parts) = gguf::split::names(name) {
        others = parts.into_iter().filter(|part| *part != name).collect();
    }
    for other in others {
        let first = beside(&other)?;
        add(&mut mirror, &other, first)?;
    }
    mirror.open_at(name)
}

/// Adds a file with the bytes that came first; all of it where the server can't hand out parts.
fn add(mirror: &mut Mirror, name: &str, first: First<impl Origin + 'static>) -> Result<(), Error> {
    let First { file, len, bytes, ranges, .. } = first;
    if len == 0 {
        return Err(ErrorKind::EmptyFile.into());
    }
    let file = mirror.add(name, len, file)?;
    file.keep_first(&bytes)?;
    if !ranges {
        crate::bytes::Fill::fill(Arc::as_ref(&file), 0..crate::cursor::to_usize(len))?;
    }
    Ok(())
}

/// The URL of the folder, the file's name, and what follows it.
fn parts(url: &str) -> (&str, String, &str) {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (path, query) = url.split_at(end);
    let (folder, name) = path.rsplit_once('/').unwrap_or((path, ""));
    let is_name = !name.is_empty() && !folder.ends_with(":/") && Path::new(name).file_name().is_some();
    let name = if is_name { decoded(name) } else { "model".to_owned() };
    (folder, name, query)
}

/// A name as it is on a disk: `%20` is a space; what would be no file name becomes `_`.
fn decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.first_chunk::<2>().filter(|_| *first == b'%');
        let byte = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        rest = if byte.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
        bytes.push(byte.unwrap_or(*first));
    }
    String::from_utf8_lossy(&bytes).replace(['/', '\\', '\0', ':'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_come_apart_into_folder_name_and_query() {
        let own = |(folder, name, query): (&str, String, &str)| (folder.to_owned(), name, query.to_owned());
        let of = |url| own(parts(url));
        let three = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(of("https://h/a/b%20c.bin?x=1"), three("https://h/a", "b c.bin", "?x=1"));
        assert_eq!(of("https://h/%2e%2e%2fb"), three("https://h", ".._b", ""));
        assert_eq!(of("https://h/"), three("https://h", "model", ""));
        assert_eq!(of("https://h"), three("https:/", "model", ""));
    }
}
