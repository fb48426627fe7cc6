//! The files of a model in, their sizes and SHA-256 out: a report says exactly what it is about.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use heavytail_report::FileDigest;
use sha2::{Digest, Sha256};

/// Digests of the files, in their order. A file that can no longer be read keeps its name and has no digest.
pub(crate) fn digests(files: &[PathBuf]) -> Vec<FileDigest> {
    files
        .iter()
        .map(|path| {
            let bytes = path.metadata().map_or(0, |metadata| metadata.len());
            FileDigest { name: path.display().to_string(), bytes, sha256: sha256(path).ok() }
        })
        .collect()
}

fn sha256(path: &PathBuf) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::digests;

    #[test]
    fn the_digest_is_the_standards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        let found = digests(&[path, folder.path().join("gone")]);
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((found[0].bytes, found[0].sha256.as_deref()), (3, Some(abc)));
        assert_eq!((found[1].bytes, found[1].sha256.as_deref()), (0, None));
    }
}
