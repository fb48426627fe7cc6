//! The program of a Core ML package in, its constant weights out, under the names that they had before conversion.
//!
//! `model.mlmodel` describes the program in protobuf; constants of more than a few bytes lie in `weights/weight.bin`, each
//! behind a description of 64 bytes that the program points to. Weights that operations unpack while they run
//! (`constexpr_…`) are listed and never read as numbers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bytes::{MappedFile, Opener};
use crate::catalogue::{FileTensors, Listed, Stored, Unread};
use crate::cursor::{Cursor, to_u64, to_usize};
use crate::tensor::{ByteOwner, element_count};
use crate::wire::{Message, Piece, Value};
use crate::{Dtype, Error, ErrorKind, TensorInfo, inside};

const FORMAT: &str = "Core ML";
/// The field of a model that holds a program.
const PROGRAM: u64 = 502;
/// What stands for the model's folder in the program.
const MODEL_PATH: &str = "@model_path/";
/// The number that each description in a weight file begins with.
const SENTINEL: u32 = 0xdead_beef;
/// Blocks inside operations.
const DEPTH_LIMIT: usize = 16;
/// More constants than any program has.
const TENSOR_LIMIT: usize = 500_000;
/// More axes than any framework's tensors have.
const AXIS_LIMIT: usize = 64;

/// The program of the package in this folder, if it is one.
pub(crate) fn program_in(folder: &Path, names: &[String]) -> Option<PathBuf> {
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let program = folder.join("Data/com.apple.CoreML/model.mlmodel");
    (has("Manifest.json") && has("Data/") && program.is_file()).then_some(program)
}

/// Whether these bytes are a model that holds a program: the version of the format, then a description.
pub(crate) fn matches(bytes: &[u8]) -> bool {
    let &[0x08, 1..=0x40, 0x12, ..] = bytes else { return false };
    let is_program = |value| matches!(value, Ok(Some(Value::Bytes(_))));
    is_program(Message::new(Piece::whole(bytes), FORMAT).find(PROGRAM))
}

/// Reads the program in this file, which is at `path`.
pub(crate) fn read(file: &Arc<MappedFile>, path: &Path, opener: &dyn Opener) -> Result<FileTensors, Error> {
    let Some(Value::Bytes(program)) = Message::new(Piece::whole(file.all()?), FORMAT).find(PROGRAM)? else {
        return Err(malformed("there is no program in it"));
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut reader = Reader { folder, opener, files: HashMap::new(), tensors: Vec::new() };
    // Functions by name, then the blocks of each by the set of operations that they are written for.
    each(program, 2, |entry| {
        each(value_of(entry)?, 3, |entry| value_of(entry).and_then(|block| reader.block(block, 0)))
    })?;
    Ok(FileTensors { tensors: reader.tensors, metadata: Vec::new() })
}

struct Reader<'a> {
    folder: &'a Path,
    opener: &'a dyn Opener,
    files: HashMap<String, Arc<MappedFile>>,
    tensors: Vec<Listed>,
}

impl Reader<'_> {
    fn block(&mut self, block: Piece<'_>, depth: usize) -> Result<(), Error> {
        if depth > DEPTH_LIMIT {
            return Err(malformed("blocks are nested too deep"));
        }
        each(block, 3, |operation| self.operation(operation, depth))
    }

    fn operation(&mut self, operation: Piece<'_>, depth: usize) -> Result<(), Error> {
        let (mut kind, mut name) = (String::new(), String::new());
        let mut message = Message::new(operation, FORMAT);
        while let Some((field, value)) = message.next()? {
            match (field, value) {
                (1, Value::Bytes(text)) => kind = text.text(),
                (3, Value::Bytes(output)) if name.is_empty() => name = text_of(output, 1)?,
                _ => {}
            }
        }
        each(operation, 4, |block| self.block(block, depth.saturating_add(1)))?;
        each(operation, 5, |attribute| {
            let key = text_of(attribute, 1)?;
            let name = if key == "val" { own_name(&name) } else { format!("{name}/{key}") };
            let listed = self.constant(value_of(attribute)?, &kind, &name);
            self.tensors.extend(listed.map_err(|error| error.of_tensor(&name))?);
            if self.tensors.len() > TENSOR_LIMIT {
                return Err(ErrorKind::TooMany { what: "tensors", limit: TENSOR_LIMIT }.into());
            }
            Ok(())
        })
    }

    /// The constant, if it lies in a weight file.
    fn constant(&mut self, value: Piece<'_>, operation: &str, name: &str) -> Result<Option<Listed>, Error> {
        let message = Message::new(value, FORMAT);
        let (Some(Value::Bytes(kind)), Some(Value::Bytes(blob))) = (message.find(2)?, message.find(5)?)
        else {
            return Ok(None);
        };
        let Some((dtype, shape)) = tensor_type(kind)? else { return Ok(None) };
        let overflow = || ErrorKind::ShapeOverflow { shape: shape.iter().copied().map(to_u64).collect() };
        let count =
            element_count(&shape).filter(|count| count.checked_mul(16).is_some()).ok_or_else(overflow)?;
        let (dtype, packing) = match dtype {
            Some(dtype) if operation == "const" => (dtype, None),
            Some(_) => (Dtype::U8, Some(operation.to_owned())),
            None => (Dtype::U8, Some("integers of a few bits".to_owned())),
        };
        let mut info = TensorInfo { name: name.to_owned(), dtype, shape, quantisation: None };
        if let Some(packing) = packing {
            info.quantisation = Some(packing.clone());
            return Ok(Some(Listed { info, stored: Stored::Deferred(Arc::new(Unread { packing })) }));
        }
        let place = match Message::new(blob, FORMAT).find(2)? {
            Some(Value::Varint(place)) => to_usize(place),
            _ => 0,
        };
        let file = self.file(&text_of(blob, 1)?)?;
        let len = file.bytes().len();
        let mut cursor = Cursor::over(file.as_ref(), place.min(len)..len, FORMAT);
        if cursor.u32()? != SENTINEL {
            return Err(cursor.malformed("a weight's description does not begin as one"));
        }
        let (_dtype, size, start) = (cursor.u32()?, cursor.u64()?, cursor.u64()?);
        let expected = to_u64(count.saturating_mul(dtype.size()));
        if size != expected {
            let shape = info.shape;
            return Err(ErrorKind::SizeMismatch { dtype, shape, expected, found: size }.into());
        }
        let end = start.saturating_add(size);
        if end > to_u64(len) {
            return Err(ErrorKind::TruncatedData { end, available: to_u64(len) }.into());
        }
        let owner: Arc<dyn ByteOwner> = file;
        Ok(Some(Listed { info, stored: Stored::Plain { owner, start: to_usize(start), strides: None } }))
    }

    /// The weight file that the program calls so.
    fn file(&mut self, word: &str) -> Result<Arc<MappedFile>, Error> {
        if let Some(known) = self.files.get(word) {
            return Ok(Arc::clone(known));
        }
        let missing = || ErrorKind::MissingPart { part: word.to_owned() };
        let path = inside::resolve(self.folder, word.trim_start_matches(MODEL_PATH))?.ok_or_else(missing)?;
        let file = self.opener.open(&path)?;
        self.files.insert(word.to_owned(), Arc::clone(&file));
        Ok(file)
    }
}

/// A type, if elements are whole bytes, and a shape.
type Typed = (Option<Dtype>, Vec<usize>);

/// Type and shape; no type where elements are no whole bytes, nothing where it is no tensor of numbers.
fn tensor_type(piece: Piece<'_>) -> Result<Option<Typed>, Error> {
    let Some(Value::Bytes(tensor)) = Message::new(piece, FORMAT).find(1)? else { return Ok(None) };
    let mut number = 0;
    let mut shape = Vec::new();
    let mut message = Message::new(tensor, FORMAT);
    while let Some((field, value)) = message.next()? {
        match (field, value) {
            (1, Value::Varint(kind)) => number = kind,
            (3, Value::Bytes(axis)) => {
                let Some(Value::Bytes(constant)) = Message::new(axis, FORMAT).find(1)? else {
                    return Ok(None);
                };
                let size = Message::new(constant, FORMAT).find(1)?;
                shape.push(if let Some(Value::Varint(size)) = size { to_usize(size) } else { 0 });
            }
            _ => {}
        }
        if shape.len() > AXIS_LIMIT {
            return Err(ErrorKind::TooMany { what: "axes", limit: AXIS_LIMIT }.into());
        }
    }
    Ok(match number {
        0 | 2 => None,
        number => Some((dtype(number), shape)),
    })
}

fn dtype(number: u64) -> Option<Dtype> {
    Some(match number {
        1 => Dtype::Bool,
        10 => Dtype::F16,
        11 => Dtype::F32,
        12 => Dtype::F64,
        13 => Dtype::Bf16,
        21 => Dtype::I8,
        22 => Dtype::I16,
        23 => Dtype::I32,
        24 => Dtype::I64,
        31 => Dtype::U8,
        32 => Dtype::U16,
        33 => Dtype::U32,
        34 => Dtype::U64,
        _ => return None,
    })
}

/// The name that a weight had before it was converted: `fc_weight_to_fp16` was `fc.weight`.
fn own_name(name: &str) -> String {
    let name = name.strip_suffix("_to_fp16").unwrap_or(name);
    let split = ["weight", "bias"].iter().find_map(|leaf| {
        let module = name.strip_suffix(leaf)?.strip_suffix('_').filter(|module| !module.is_empty())?;
        Some(format!("{module}.{leaf}"))
    });
    split.unwrap_or_else(|| name.to_owned())
}

/// Every message in this field.
fn each(
    piece: Piece<'_>,
    field: u64,
    mut take: impl FnMut(Piece<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut message = Message::new(piece, FORMAT);
    while let Some((found, value)) = message.next()? {
        if let (true, Value::Bytes(piece)) = (found == field, value) {
            take(piece)?;
        }
    }
    Ok(())
}

/// The value of a map's entry.
fn value_of(entry: Piece<'_>) -> Result<Piece<'_>, Error> {
    let value = Message::new(entry, FORMAT).find(2)?.and_then(Value::piece);
    value.ok_or_else(|| malformed("an entry of a map has no value"))
}

fn text_of(piece: Piece<'_>, field: u64) -> Result<String, Error> {
    let text = Message::new(piece, FORMAT).find(field)?.and_then(Value::piece);
    Ok(text.map(Piece::text).unwrap_or_default())
}

fn malformed(what: &'static str) -> Error {
    ErrorKind::Malformed { format: FORMAT, what }.into()
}
