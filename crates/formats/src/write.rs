//! A source and the tensors to change in, safetensors files out.
//!
//! Names, types, shapes and metadata stay; a sharded checkpoint stays sharded, with its index. A file is written
//! beside its final place and renamed when it and all its shards are complete and on disk, so that it is whole or absent.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use half::{bf16, f16};

use crate::cursor::to_u64;
use crate::safetensors::dtype_name;
use crate::source::TensorSource;
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo};

/// Writes every tensor of `source` to safetensors at `path`, replaced where `replace` has new elements for it.
///
/// A source of one file becomes the file `path`, whose folder is made where it is missing; one of several becomes
/// the folder `path` with as many shards and a `model.safetensors.index.json`. `replace` is asked once for each
/// tensor, in the order in which they are written, and returns the elements in row-major order or `None` to copy
/// what is stored. Packed weights are written as what they unpack to. Elements are rounded to the nearest value
/// of the tensor's type. Once `stop` is raised the writing fails before it has written 16 MiB more, and nothing gets its
/// name.
///
/// # Errors
/// The folder or a file can't be written, a tensor can't be read, replaced elements don't fit the shape or type,
/// `replace` fails, or `stop` is raised. No partial file is left, and none of several.
pub fn write_safetensors<E: From<Error>>(
    source: &dyn TensorSource,
    path: &Path,
    stop: &AtomicBool,
    mut replace: impl FnMut(usize, &TensorInfo) -> Result<Option<Vec<f64>>, E>,
) -> Result<(), E> {
    let files = source.info().files.len().max(1);
    if files == 1 {
        return Ok(publish(vec![write_file(source, 0, (path, stop), &mut replace)?])?);
    }
    make_folder(path)?;
    let names: Vec<String> =
        (1..=files).map(|number| format!("model-{number:05}-of-{files:05}.safetensors")).collect();
    let mut written = Vec::with_capacity(files.saturating_add(1));
    for (file, name) in names.iter().enumerate() {
        written.push(write_file(source, file, (&path.join(name), stop), &mut replace)?);
    }
    written.push(write_index(source, &names, (&path.join("model.safetensors.index.json"), stop))?);
    Ok(publish(written)?)
}

/// Gives all files their names, the index last.
fn publish(files: Vec<Sibling<'_>>) -> Result<(), Error> {
    files.iter().try_for_each(Sibling::check)?;
    files.into_iter().try_for_each(Sibling::publish)
}

fn write_file<'a, E: From<Error>>(
    source: &dyn TensorSource,
    file: usize,
    (path, stop): (&Path, &'a AtomicBool),
    replace: &mut impl FnMut(usize, &TensorInfo) -> Result<Option<Vec<f64>>, E>,
) -> Result<Sibling<'a>, E> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder)?;
    }
    let mut out = Sibling::create(path, stop)?;
    let numbered = source.tensors().iter().enumerate();
    let tensors: Vec<(usize, &TensorInfo)> =
        numbered.filter(|(index, _)| source.file_of(*index) == file).collect();
    let header = header(&tensors, source.metadata(file)).map_err(|error| error.in_file(path))?;
    out.write_all(&header)?;
    for (index, info) in tensors {
        let data = source.load(index)?;
        let written = match replace(index, info)? {
            Some(numbers) => encode(info, &numbers, &mut out),
            None => copy(info, &data, &mut out),
        };
        written.map_err(|error| error.of_tensor(&info.name).in_file(path))?;
        data.release(0..data.len());
    }
    Ok(out.complete()?)
}

/// Length and JSON, padded so that elements start at a multiple of eight bytes.
fn header(tensors: &[(usize, &TensorInfo)], metadata: &[(String, String)]) -> Result<Vec<u8>, Error> {
    let mut json = serde_json::Map::new();
    if !metadata.is_empty() {
        let pairs = metadata.iter().map(|(key, value)| (key.clone(), value.clone().into()));
        json.insert("__metadata__".to_owned(), serde_json::Value::Object(pairs.collect()));
    }
    let mut begin = 0_usize;
    for (_, info) in tensors {
        let size = info.len().checked_mul(info.dtype.size());
        let end = size.and_then(|size| begin.checked_add(size)).ok_or_else(|| {
            let shape = info.shape.iter().copied().map(to_u64).collect();
            Error::from(ErrorKind::ShapeOverflow { shape }).of_tensor(&info.name)
        })?;
        let entry = serde_json::json!({
            "dtype": dtype_name(info.dtype), "shape": info.shape, "data_offsets": [begin, end],
        });
        json.insert(info.name.clone(), entry);
        begin = end;
    }
    let mut text = serde_json::Value::Object(json).to_string();
    while !text.len().is_multiple_of(8) {
        text.push(' ');
    }
    let mut bytes = to_u64(text.len()).to_le_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    Ok(bytes)
}

fn write_index<'a>(
    source: &dyn TensorSource,
    names: &[String],
    (path, stop): (&Path, &'a AtomicBool),
) -> Result<Sibling<'a>, Error> {
    let mut map = serde_json::Map::new();
    let mut total = 0_usize;
    for (index, info) in source.tensors().iter().enumerate() {
        let shard = names.get(source.file_of(index)).cloned().unwrap_or_default();
        map.insert(info.name.clone(), shard.into());
        total = total.saturating_add(info.len().saturating_mul(info.dtype.size()));
    }
    let index = serde_json::json!({ "metadata": { "total_size": total }, "weight_map": map });
    let mut out = Sibling::create(path, stop)?;
    out.write_all(format!("{index:#}\n").as_bytes())?;
    out.complete()
}

/// Stored elements as they are; packed ones as what they unpack to.
fn copy(info: &TensorInfo, data: &TensorData, out: &mut Sibling<'_>) -> Result<(), Error> {
    const BLOCK: usize = 1 << 16;
    if !data.is_packed() {
        return data.write_raw(out);
    }
    let mut numbers = vec![0.0; BLOCK.min(data.len())];
    let mut first = 0_usize;
    while first < data.len() {
        let count = BLOCK.min(data.len().saturating_sub(first));
        let block = numbers.get_mut(..count).unwrap_or_default();
        data.decode(first, 1, block)?;
        encode_run(info.dtype, block, out)?;
        first = first.saturating_add(count);
    }
    Ok(())
}

fn encode(info: &TensorInfo, numbers: &[f64], out: &mut Sibling<'_>) -> Result<(), Error> {
    if numbers.len() != info.len() {
        let expected = to_u64(info.len().saturating_mul(info.dtype.size()));
        let found = to_u64(numbers.len().saturating_mul(info.dtype.size()));
        let (dtype, shape) = (info.dtype, info.shape.clone());
        return Err(ErrorKind::SizeMismatch { dtype, shape, expected, found }.into());
    }
    encode_run(info.dtype, numbers, out)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "rounding to f32 is what is asked for"
)]
fn encode_run(dtype: Dtype, numbers: &[f64], out: &mut Sibling<'_>) -> Result<(), Error> {
    match dtype {
        Dtype::F64 => numbers.iter().try_for_each(|x| out.write_all(&x.to_le_bytes())),
        Dtype::F32 => numbers.iter().try_for_each(|x| out.write_all(&(*x as f32).to_le_bytes())),
        Dtype::F16 => numbers.iter().try_for_each(|x| out.write_all(&f16::from_f64(*x).to_le_bytes())),
        Dtype::Bf16 => numbers.iter().try_for_each(|x| out.write_all(&bf16::from_f64(*x).to_le_bytes())),
        _ => {
            Err(ErrorKind::Unsupported { what: "writing new elements of dtype", name: dtype.to_string() }
                .into())
        }
    }
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(|error| Error::from(ErrorKind::Write(error)).in_file(folder))
}

/// A file under a temporary name in its final folder; removed unless it was published.
struct Sibling<'a> {
    out: Option<BufWriter<File>>,
    temporary: PathBuf,
    path: PathBuf,
    stop: &'a AtomicBool,
}

impl<'a> Sibling<'a> {
    fn create(path: &Path, stop: &'a AtomicBool) -> Result<Self, Error> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let file =
            File::create(&temporary).map_err(|error| Error::from(ErrorKind::Write(error)).in_file(path))?;
        let out = Some(BufWriter::with_capacity(1 << 20, file));
        Ok(Self { out, temporary, path: path.to_path_buf(), stop })
    }

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Error> {
        Write::write_all(self, bytes).map_err(|error| self.error(error))
    }

    /// Bytes to disk.
    fn complete(mut self) -> Result<Self, Error> {
        self.check()?;
        let written = self.out.take().map_or(Ok(()), |out| {
            let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            file.sync_all()
        });
        written.map_err(|error| self.error(error))?;
        Ok(self)
    }

    /// Its name, once it is complete: a crash leaves the old file or the new one.
    fn publish(self) -> Result<(), Error> {
        std::fs::rename(&self.temporary, &self.path).map_err(|error| self.error(error))
    }

    /// An error once the writing is to stop.
    fn check(&self) -> Result<(), Error> {
        self.go_on().map_err(|error| self.error(error))
    }

    fn go_on(&self) -> std::io::Result<()> {
        if self.stop.load(Ordering::Relaxed) { Err(std::io::Error::other("it was stopped")) } else { Ok(()) }
    }

    fn error(&self, error: std::io::Error) -> Error {
        Error::from(ErrorKind::Write(error)).in_file(&self.path)
    }
}

impl Write for Sibling<'_> {
    /// Some of the bytes, so that a large tensor does not keep it from stopping.
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        const MOST: usize = 16 << 20;
        self.go_on()?;
        let some = bytes.get(..MOST).unwrap_or(bytes);
        self.out.as_mut().map_or(Ok(0), |out| out.write(some))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Sibling<'_> {
    fn drop(&mut self) {
        // After `publish` the temporary name is gone and this finds nothing.
        drop(std::fs::remove_file(&self.temporary));
    }
}
