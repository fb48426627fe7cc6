//! The program of a Core ML package in, its constant weights out, under the names that they had before conversion.
//!
//! `model.mlmodel` describes the program in protobuf; constants of more than a few bytes lie in `weights/weight.bin`, each
//! behind a description of 64 bytes that the program points to. What an operation unpacks while the program is loaded
//! (`constexpr_…`: palettes, scaled integers, pruned weights) is listed as the weight that comes out.

mod functions;
mod held;
mod nodes;
mod operations;
mod shapes;
mod values;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bytes::{MappedFile, Opener};
use crate::catalogue::{FileTensors, Listed, Stored, Unread};
use crate::coreml::functions::{FUNCTION_LIMIT, Origin, Weight, join};
use crate::coreml::operations::{Known, Operation, PREFIX};
use crate::coreml::values::{Constant, Element, Files, Typed};
use crate::wire::{Message, Piece, Value};
use crate::{Dtype, Error, ErrorKind, TensorInfo};

const FORMAT: &str = "Core ML";
/// The field of a model that holds a program.
const PROGRAM: u64 = 502;
/// Why integers that no operation unpacks are not read.
const FEW_BITS: &str = "integers of a few bits";
/// Blocks inside operations.
const DEPTH_LIMIT: usize = 16;
/// More arguments than an operation that unpacks has.
const ARGUMENT_LIMIT: usize = 8;
/// More constants than any program has.
const TENSOR_LIMIT: usize = 500_000;

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
    let files = Files::new(path.parent().unwrap_or(Path::new("")), opener);
    let mut reader =
        Reader { files, known: HashMap::new(), unpacked: HashSet::new(), weights: Vec::new(), count: 0 };
    let mut functions = Vec::new();
    // Functions by name, then the blocks of each by the set of operations that they are written for.
    each(program, 2, |entry| {
        if functions.len() >= FUNCTION_LIMIT {
            return Err(ErrorKind::TooMany { what: "functions", limit: FUNCTION_LIMIT }.into());
        }
        each(value_of(entry)?, 3, |entry| value_of(entry).and_then(|block| reader.block(block, 0)))?;
        functions.push((text_of(entry, 1)?, reader.take()));
        Ok(())
    })?;
    Ok(FileTensors { tensors: join(functions), metadata: Vec::new() })
}

struct Reader<'a> {
    files: Files<'a>,
    /// What operations can be given, by the name of the output.
    known: HashMap<String, Known>,
    /// The outputs that go into an operation that unpacks them.
    unpacked: HashSet<String>,
    /// What has been listed of the function that is being read.
    weights: Vec<Weight>,
    /// How many were listed of all functions.
    count: usize,
}

/// An operation as the program writes it.
#[derive(Default)]
struct Written<'a> {
    kind: String,
    outputs: Vec<(String, Option<Piece<'a>>)>,
}

impl<'a> Written<'a> {
    fn read(operation: Piece<'a>) -> Result<Self, Error> {
        let mut written = Self::default();
        let mut message = Message::new(operation, FORMAT);
        while let Some((field, value)) = message.next()? {
            match (field, value) {
                (1, Value::Bytes(text)) => written.kind = text.text(),
                (3, Value::Bytes(output)) => {
                    let kind = Message::new(output, FORMAT).find(2)?.and_then(Value::piece);
                    written.outputs.push((text_of(output, 1)?, kind));
                }
                _ => {}
            }
        }
        Ok(written)
    }

    /// The name of the first output.
    fn name(&self) -> &str {
        self.outputs.first().map_or("", |(name, _)| name)
    }
}

impl Reader<'_> {
    /// The weights of the function that has been read: what goes into an operation that unpacks it is none.
    fn take(&mut self) -> Vec<Weight> {
        self.known.clear();
        let unpacked = std::mem::take(&mut self.unpacked);
        let mut weights = std::mem::take(&mut self.weights);
        weights.retain(|weight| !unpacked.contains(&weight.output));
        weights
    }

    fn block(&mut self, block: Piece<'_>, depth: usize) -> Result<(), Error> {
        if depth > DEPTH_LIMIT {
            return Err(malformed("blocks are nested too deep"));
        }
        each(block, 3, |operation| self.operation(operation, depth))
    }

    fn operation(&mut self, operation: Piece<'_>, depth: usize) -> Result<(), Error> {
        let written = Written::read(operation)?;
        each(operation, 4, |block| self.block(block, depth.saturating_add(1)))?;
        if written.kind.starts_with(PREFIX) {
            let unpacking = self.unpacking(operation, &written);
            return unpacking.map_err(|error| error.of_tensor(written.name()));
        }
        each(operation, 5, |attribute| {
            let (key, output) = (text_of(attribute, 1)?, written.name());
            let is_constant = written.kind == "const" && key == "val";
            let name = if is_constant { own_name(output) } else { format!("{output}/{key}") };
            let constant = Constant::read(value_of(attribute)?, &mut self.files);
            let Some(constant) = constant.map_err(|error| error.of_tensor(&name))? else { return Ok(()) };
            let constant = Arc::new(constant);
            if constant.is_apart {
                let packing = if is_constant { None } else { Some(written.kind.clone()) };
                let listed = listed(&constant, name, packing);
                self.list(output, Origin::Constant(Arc::clone(&constant)), listed)?;
            }
            if is_constant {
                self.known.insert(output.to_owned(), Known::Constant(constant));
            }
            Ok(())
        })
    }

    /// Lists what an operation unpacks.
    fn unpacking(&mut self, operation: Piece<'_>, written: &Written<'_>) -> Result<(), Error> {
        let mut arguments = Vec::new();
        // Attributes have a value, inputs a value or the name of an output.
        each(operation, 5, |attribute| {
            let constant = Constant::read(value_of(attribute)?, &mut self.files)?;
            arguments.push((text_of(attribute, 1)?, known(constant)));
            Ok(())
        })?;
        each(operation, 2, |input| {
            let Some(Value::Bytes(bound)) = Message::new(value_of(input)?, FORMAT).find(1)? else {
                return Ok(());
            };
            let output = text_of(bound, 1)?;
            let known = match Message::new(bound, FORMAT).find(2)? {
                Some(Value::Bytes(value)) => known(Constant::read(value, &mut self.files)?),
                _ => self.known.get(&output).cloned().unwrap_or(Known::Nothing),
            };
            self.unpacked.insert(output);
            arguments.push((text_of(input, 1)?, known));
            Ok(())
        })?;
        if arguments.len() > ARGUMENT_LIMIT {
            return Err(ErrorKind::TooMany { what: "arguments", limit: ARGUMENT_LIMIT }.into());
        }
        let unpacking = Arc::new(Operation::new(&written.kind, arguments));
        for (number, (output, _)) in written.outputs.iter().enumerate() {
            self.known.insert(output.clone(), Known::Output(Arc::clone(&unpacking), number));
        }
        // Before the numbers there may be their mask, which is no weight.
        let Some((output, Some(kind))) = written.outputs.last() else { return Ok(()) };
        let Some(typed) = Typed::read(*kind)? else { return Ok(()) };
        typed.count()?;
        let listed = unpacked(own_name(output), typed, &unpacking);
        self.list(output, Origin::Operation(unpacking), listed)
    }

    fn list(&mut self, output: &str, origin: Origin, listed: Listed) -> Result<(), Error> {
        if self.count >= TENSOR_LIMIT {
            return Err(ErrorKind::TooMany { what: "tensors", limit: TENSOR_LIMIT }.into());
        }
        self.count = self.count.saturating_add(1);
        self.weights.push(Weight { output: output.to_owned(), origin, listed });
        Ok(())
    }
}

/// What an argument is that is written in the program as this.
fn known(constant: Option<Constant>) -> Known {
    constant.map_or(Known::Nothing, |constant| Known::Constant(Arc::new(constant)))
}

/// What an operation makes, of this name and type.
fn unpacked(name: String, typed: Typed, operation: &Arc<Operation>) -> Listed {
    let (packing, stored): (String, Stored);
    let mut dtype = Dtype::U8;
    match (operation.problem(), typed.element) {
        (None, Element::Whole(whole)) => {
            (dtype, packing) = (whole, format!("coreml-{}", operation.packing()));
            stored = Stored::Deferred(Arc::<Operation>::clone(operation));
        }
        (problem, _) => {
            packing = problem.or_else(|| typed.element.unknown()).unwrap_or_else(|| FEW_BITS.to_owned());
            stored = Stored::Deferred(Arc::new(Unread { packing: packing.clone() }));
        }
    }
    Listed { info: TensorInfo { name, dtype, shape: typed.shape, quantisation: Some(packing) }, stored }
}

/// A constant as it is; not read where an operation that is unknown, or nothing, tells how it is packed.
fn listed(constant: &Constant, name: String, packing: Option<String>) -> Listed {
    let shape = constant.typed.shape.clone();
    if let (Element::Whole(dtype), None) = (constant.typed.element, &packing) {
        let info = TensorInfo { name, dtype, shape, quantisation: None };
        let (owner, start) = (Arc::clone(&constant.owner), constant.start);
        return Listed { info, stored: Stored::Plain { owner, start, strides: None } };
    }
    let unknown = constant.typed.element.unknown();
    let packing = packing.or(unknown).unwrap_or_else(|| FEW_BITS.to_owned());
    let info = TensorInfo { name, dtype: Dtype::U8, shape, quantisation: Some(packing.clone()) };
    Listed { info, stored: Stored::Deferred(Arc::new(Unread { packing })) }
}

/// The name that a weight had before it was converted and packed: `fc_weight_to_fp16_palettized` was `fc.weight`.
fn own_name(name: &str) -> String {
    const ENDINGS: [&str; 5] = ["_to_fp16", "_quantized", "_palettized", "_sparsified", "_pcs"];
    let mut name = name;
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)) {
        name = shorter;
    }
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
