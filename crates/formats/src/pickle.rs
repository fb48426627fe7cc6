//! A Python pickle in, the values it describes out; nothing is ever called.
//!
//! A pickle is a program for a stack machine whose dangerous instructions name functions and call them. This
//! machine ([`crate::pickle::stack`], its instructions in `opcodes`) keeps a call as a value
//! ([`Node::Call`]) that says what would have been called; what state dicts and modules need is then understood by
//! its name, and everything else refused by its name ([`crate::pickle::globals`]). Values live in one arena and refer to each other by number, so that shared and
//! even cyclic ones cost nothing.
#![deny(clippy::arithmetic_side_effects)]

mod globals;
mod opcodes;
mod stack;

use crate::Error;
use crate::cursor::{Cursor, to_usize};
use crate::pickle::stack::Machine;
use crate::tensor::ByteOwner;

const FORMAT: &str = "pickle";

/// Number of a value in the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id(pub(crate) u32);

/// One value.
#[derive(Clone, Debug)]
pub(crate) enum Node<'a> {
    None,
    Bool,
    Int(i64),
    /// A float or an integer of more than 64 bits, of which no tensor needs the value.
    Number,
    Text(&'a str),
    /// Bytes, which no tensor is made of.
    Bytes,
    Tuple(Box<[Id]>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// A function or class by module and name.
    Global(&'a str, &'a str),
    /// What would have been `callable(*arguments)`, and the state set on it afterwards.
    Call(Box<Call>),
    /// A reference to something outside the pickle: a storage.
    Persistent(Id),
}

/// A call that did not happen.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) callable: Id,
    pub(crate) arguments: Id,
    pub(crate) state: Option<Id>,
    /// Items appended or set on the object, as dict and list subclasses have them.
    pub(crate) items: Vec<(Id, Id)>,
}

/// All values of one pickle.
#[derive(Debug)]
pub(crate) struct Pickle<'a> {
    nodes: Vec<Node<'a>>,
    pub(crate) root: Id,
    /// Bytes up to and with the STOP instruction; old files put several pickles in a row.
    pub(crate) length: usize,
}

impl<'a> Pickle<'a> {
    /// Runs the stack machine over one pickle at the start of `bytes`.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::run(Cursor::new(bytes, FORMAT))
    }

    /// Runs the stack machine over one pickle at byte `start` of `file`.
    pub(crate) fn read_at(file: &'a dyn ByteOwner, start: usize) -> Result<Self, Error> {
        Self::run(Cursor::over(file, start..file.bytes().len(), FORMAT))
    }

    fn run(code: Cursor<'a>) -> Result<Self, Error> {
        let mut machine = Machine::new(code);
        while machine.step()? {}
        let root = machine.pop()?;
        let length = machine.code.position();
        Ok(Self { nodes: machine.nodes, root, length })
    }

    /// The value of this number.
    pub(crate) fn get(&self, id: Id) -> &Node<'a> {
        self.nodes.get(to_usize(u64::from(id.0))).unwrap_or(&Node::None)
    }

    /// The names of everything outside that the pickle refers to.
    pub(crate) fn persistent(&self) -> impl Iterator<Item = Id> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Persistent(name) => Some(*name),
            _ => None,
        })
    }

    /// The text at this number, if it is text.
    pub(crate) fn text(&self, id: Id) -> Option<&'a str> {
        match self.get(id) {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer at this number, if it is one that is not negative.
    pub(crate) fn size(&self, id: Id) -> Option<usize> {
        match self.get(id) {
            Node::Int(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }

    /// What was set on an object after it was made.
    pub(crate) fn state(&self, id: Id) -> Option<Id> {
        let Node::Call(call) = self.get(id) else { return None };
        call.state
    }

    /// The attribute of an object, as its state has it.
    pub(crate) fn attribute(&self, id: Id, name: &str) -> Option<Id> {
        self.entry(self.state(id)?, name)
    }

    /// The value under this key of a dict.
    pub(crate) fn entry(&self, id: Id, key: &str) -> Option<Id> {
        let Node::Dict(items) = self.get(id) else { return None };
        items.iter().rev().find(|(name, _)| self.text(*name) == Some(key)).map(|(_, value)| *value)
    }

    /// The sizes in a `torch.Size`, a tuple or a list.
    pub(crate) fn sizes(&self, id: Id) -> Option<Vec<usize>> {
        let id = match self.get(id) {
            Node::Call(call) => *self.members(call.arguments)?.first()?,
            _ => id,
        };
        self.members(id)?.iter().map(|size| self.size(*size)).collect()
    }

    /// The members of a tuple or list.
    pub(crate) fn members(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Node::Tuple(members) => Some(members),
            Node::List(members) => Some(members),
            _ => None,
        }
    }
}
