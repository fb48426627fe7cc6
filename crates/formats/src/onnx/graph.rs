//! An ONNX model's bytes in, its initialisers, constants and nodes out.
//!
//! The bodies of `If`, `Loop` and `Scan` are graphs inside nodes; their initialisers follow those of the graph around
//! them.

use crate::onnx::proto::Proto;
use crate::wire::{Message, Piece, Value};
use crate::{Error, ErrorKind};

const FORMAT: &str = "ONNX";
/// Bodies inside bodies; exporters write two or three.
const DEPTH_LIMIT: usize = 16;
/// More nodes or initialisers than any real graph has.
const COUNT_LIMIT: usize = 2_000_000;

/// What a model holds, the main graph first.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) initialisers: Vec<Proto>,
    /// Values of `Constant` nodes, named like the nodes' outputs.
    pub(crate) constants: Vec<Proto>,
    pub(crate) nodes: Vec<Node>,
    /// Who wrote the model.
    pub(crate) producer: String,
}

/// One operation.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) op: String,
    pub(crate) inputs: Vec<String>,
    pub(crate) outputs: Vec<String>,
    /// Attributes that are integers.
    pub(crate) integers: Vec<(String, i64)>,
}

impl Node {
    /// The integer attribute of this name.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.integers.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// The name of the input at this place, unless it is left out.
    pub(crate) fn input(&self, place: usize) -> Option<&str> {
        self.inputs.get(place).map(String::as_str).filter(|name| !name.is_empty())
    }
}

/// Whether these could be the first bytes of a model: the version of the format, then a field that follows it.
pub(crate) fn may_match(bytes: &[u8]) -> bool {
    // Producer name and version, domain, model version, doc string, graph, operator sets, metadata.
    matches!(bytes, [0x08, 1..=0x40, 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42 | 0x72, ..])
}

/// Whether these bytes begin with fields that a model has.
pub(crate) fn matches(bytes: &[u8]) -> bool {
    let mut message = Message::new(Piece::whole(bytes), FORMAT);
    may_match(bytes)
        && (0..8).all(|_| message.next().is_ok_and(|field| field.is_none_or(|(field, _)| field < 32)))
}

impl Graph {
    /// Reads a whole model.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut graph = Self::default();
        let mut found = false;
        let mut message = Message::new(Piece::whole(bytes), FORMAT);
        while let Some((field, value)) = message.next()? {
            match (field, value) {
                (2, Value::Bytes(name)) => graph.producer = name.text(),
                (7, Value::Bytes(piece)) => {
                    found = true;
                    graph.read_graph(piece, 0)?;
                }
                _ => {}
            }
        }
        if found { Ok(graph) } else { Err(malformed("there is no graph in it")) }
    }

    fn read_graph(&mut self, piece: Piece<'_>, depth: usize) -> Result<(), Error> {
        if depth > DEPTH_LIMIT {
            return Err(malformed("graphs are nested too deep"));
        }
        let mut message = Message::new(piece, FORMAT);
        while let Some((field, value)) = message.next()? {
            match (field, value) {
                (1, Value::Bytes(node)) => self.read_node(node, depth)?,
                (5, Value::Bytes(tensor)) => self.initialisers.push(Proto::read(tensor)?),
                _ => {}
            }
            if self.nodes.len().max(self.initialisers.len()) > COUNT_LIMIT {
                return Err(ErrorKind::TooMany { what: "nodes or initialisers", limit: COUNT_LIMIT }.into());
            }
        }
        Ok(())
    }

    fn read_node(&mut self, piece: Piece<'_>, depth: usize) -> Result<(), Error> {
        let mut node = Node::default();
        let mut value_of_constant = None;
        let mut message = Message::new(piece, FORMAT);
        while let Some((field, value)) = message.next()? {
            match (field, value) {
                (1, Value::Bytes(name)) => node.inputs.push(name.text()),
                (2, Value::Bytes(name)) => node.outputs.push(name.text()),
                (3, Value::Bytes(name)) => node.name = name.text(),
                (4, Value::Bytes(op)) => node.op = op.text(),
                (5, Value::Bytes(attribute)) => {
                    let attribute = self.read_attribute(attribute, depth)?;
                    node.integers.extend(attribute.integer);
                    value_of_constant = value_of_constant.or(attribute.tensor);
                }
                _ => {}
            }
        }
        if let (Some(mut tensor), [output], "Constant") = (value_of_constant, &node.outputs[..], &*node.op) {
            tensor.name.clone_from(output);
            self.constants.push(tensor);
        }
        self.nodes.push(node);
        Ok(())
    }

    fn read_attribute(&mut self, piece: Piece<'_>, depth: usize) -> Result<Attribute, Error> {
        let mut name = String::new();
        let (mut integer, mut tensor) = (None, None);
        let mut message = Message::new(piece, FORMAT);
        while let Some((field, value)) = message.next()? {
            match (field, value) {
                (1, Value::Bytes(text)) => name = text.text(),
                (3, Value::Varint(number)) => integer = Some(number.cast_signed()),
                (5, Value::Bytes(piece)) => tensor = Some(Proto::read(piece)?),
                (6 | 11, Value::Bytes(body)) => self.read_graph(body, depth.saturating_add(1))?,
                _ => {}
            }
        }
        Ok(Attribute { tensor, integer: integer.map(|number| (name, number)) })
    }
}

struct Attribute {
    integer: Option<(String, i64)>,
    tensor: Option<Proto>,
}

fn malformed(what: &'static str) -> Error {
    ErrorKind::Malformed { format: FORMAT, what }.into()
}
