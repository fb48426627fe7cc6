//! The fixtures in, what each fuzz target begins with out.

use std::io::{Read, Result};
use std::path::{Path, PathBuf};

/// Puts the inputs that the fixtures have for this target into its corpus, but for those of more than `longest` bytes.
pub(crate) fn write(target: &str, corpus: &Path, longest: u64) -> Result<()> {
    std::fs::create_dir_all(corpus)?;
    for (number, path) in files(&crate::command::root().join("fixtures/tiny"))?.iter().enumerate() {
        if std::fs::metadata(path)?.len() > longest {
            continue;
        }
        for (part, input) in inputs(target, path, std::fs::read(path)?)?.into_iter().enumerate() {
            std::fs::write(corpus.join(format!("fixture-{number}-{part}")), input)?;
        }
    }
    Ok(())
}

/// Every file below a folder, in order.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}

/// The file as the target wants it: whole, but for those that put bytes together.
fn inputs(target: &str, path: &Path, bytes: Vec<u8>) -> Result<Vec<Vec<u8>>> {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let whole = match target {
        "any" => !ends(&[".py"]),
        "flax" => ends(&[".msgpack"]),
        "gguf" => ends(&[".gguf"]),
        "hdf5" => ends(&[".h5"]),
        "numpy" => ends(&[".npy"]),
        "onnx" => ends(&[".onnx"]),
        "pickle" => ends(&[".metadata"]),
        "safetensors" => ends(&[".safetensors"]),
        "tensorflow" => ends(&[".index"]),
        "tflite" => ends(&[".tflite"]),
        _ => false,
    };
    Ok(match target {
        _ if whole => vec![bytes],
        "pickle" => pickle(&bytes).into_iter().collect(),
        "coreml" if ends(&[".mlmodel"]) => vec![coreml(path, &bytes)?],
        "orbax" => orbax(path, &name, &bytes)?,
        _ => Vec::new(),
    })
}

/// The pickle in torch's archive, whose entries are stored as they are.
fn pickle(bytes: &[u8]) -> Option<Vec<u8>> {
    let find = |from: usize, word: &[u8]| {
        let rest = bytes.get(from..)?;
        Some(from + rest.windows(word.len()).position(|window| window == word)?)
    };
    let start = find(find(0, b"data.pkl")?, b"\x80\x02")?;
    Some(bytes.get(start..find(start, b"PK")?)?.to_vec())
}

/// A program with the weight file of its own package, which its places are in.
fn coreml(path: &Path, program: &[u8]) -> Result<Vec<u8>> {
    let weights = std::fs::read(path.with_file_name("weights").join("weight.bin"))?;
    Ok(behind_length(program, &weights))
}

/// Two parts, the first behind its length in two bytes.
fn behind_length(first: &[u8], second: &[u8]) -> Vec<u8> {
    let len = u16::try_from(first.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&len[..], first, second].concat()
}

/// A description with one of the chunks beside it, or the nodes of a database.
fn orbax(path: &Path, name: &str, bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
    let beside = files(path.parent().unwrap_or(path))?;
    let joined =
        |layout: u8, first: &[u8], second: &[u8]| [&[layout][..], &behind_length(first, second)].concat();
    let layout = match name {
        ".zarray" => 0,
        "zarr.json" => 1,
        "manifest.ocdbt" => 3,
        _ => return Ok(node(bytes).map(|(height, body)| joined(2, &[height], &body)).into_iter().collect()),
    };
    if layout == 3 {
        return Ok(node(bytes).map(|(_, body)| joined(3, &body, &[])).into_iter().collect());
    }
    let chunk = beside.iter().find(|other| *other != path).map(std::fs::read).transpose()?;
    Ok(vec![joined(layout, bytes, &chunk.unwrap_or_default())])
}

/// The first byte of a node's body, which is its height, and the body without compression.
fn node(bytes: &[u8]) -> Option<(u8, Vec<u8>)> {
    let len = usize::try_from(u64::from_le_bytes(bytes.get(4..12)?.try_into().ok()?)).ok()?;
    let (&[0x0c, 0xdb, _, _], Some(1)) = (bytes.get(..4)?, bytes.get(13)) else { return None };
    let packed = bytes.get(14..len.checked_sub(4)?)?;
    let mut body = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(packed).ok()?.read_to_end(&mut body).ok()?;
    Some((*body.first()?, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_core_ml_package_is_a_seed_with_its_own_weights() {
        let tiny = crate::command::root().join("fixtures/tiny");
        let all = files(&tiny).expect("they are there");
        let programs: Vec<_> = all.iter().filter(|path| path.ends_with("model.mlmodel")).collect();
        assert!(programs.len() >= 9, "{programs:?}");
        for path in programs {
            let program = std::fs::read(path).expect("it can be read");
            let seeds = inputs("coreml", path, program.clone()).expect("the weights can be read");
            let [seed] = seeds.as_slice() else { panic!("{} is {} seeds", path.display(), seeds.len()) };
            let weights = path.with_file_name("weights").join("weight.bin");
            let (len, rest) = seed.split_at(2);
            let (first, second) = rest.split_at(usize::from(u16::from_be_bytes([len[0], len[1]])));
            assert_eq!(first, program, "{}", path.display());
            assert_eq!(second, std::fs::read(weights).expect("it can be read"), "{}", path.display());
        }
    }
}
