//! Values and marks pushed in, the same popped out: the stack, the memo and the arena of the pickle machine.
//!
//! What lies below an open mark can't be popped, and the number of values is bounded.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::HashMap;

use crate::cursor::{Cursor, to_usize};
use crate::pickle::{Id, Node};
use crate::{Error, ErrorKind};

/// Bounds the memory that a pickle can make us use: 32 bytes a value.
const NODE_LIMIT: usize = 2_000_000;

/// The state between two instructions.
pub(crate) struct Machine<'a> {
    pub(crate) code: Cursor<'a>,
    /// Every value that was ever made; all else refers to it by number.
    pub(crate) nodes: Vec<Node<'a>>,
    pub(crate) stack: Vec<Id>,
    /// Heights of the stack at which marks were set.
    pub(crate) marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl<'a> Machine<'a> {
    /// A machine before the first instruction at `code`.
    pub(crate) fn new(code: Cursor<'a>) -> Self {
        Self { code, nodes: Vec::new(), stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() }
    }

    /// Puts the top into a memo slot, or a slot's value onto the stack.
    pub(crate) fn memory(&mut self, opcode: u8) -> Result<(), Error> {
        let slot = match opcode {
            b'p' | b'g' => {
                self.line()?.parse().map_err(|_| self.code.malformed("a memo slot is no number"))?
            }
            b'q' | b'h' => u32::from(self.code.u8()?),
            b'r' | b'j' => self.code.u32()?,
            _ => u32::try_from(self.memo.len()).unwrap_or(u32::MAX),
        };
        if matches!(opcode, b'g' | b'h' | b'j') {
            let known = self.memo.get(&slot).copied();
            let known = known.ok_or_else(|| self.code.bad_value("an unknown memo slot", u64::from(slot)))?;
            return self.push_id(known);
        }
        let top = self.top()?;
        self.memo.insert(slot, top);
        if self.memo.len() > NODE_LIMIT {
            return Err(too_many());
        }
        Ok(())
    }

    pub(crate) fn push(&mut self, node: Node<'a>) -> Result<(), Error> {
        if self.nodes.len() >= NODE_LIMIT {
            return Err(too_many());
        }
        let id = u32::try_from(self.nodes.len()).map_err(|_| too_many())?;
        self.nodes.push(node);
        self.push_id(Id(id))
    }

    fn push_id(&mut self, id: Id) -> Result<(), Error> {
        if self.stack.len() >= NODE_LIMIT {
            return Err(too_many());
        }
        self.stack.push(id);
        Ok(())
    }

    /// Values below this height belong to an open mark.
    pub(crate) fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    pub(crate) fn pop(&mut self) -> Result<Id, Error> {
        let empty = self.stack.len() <= self.floor();
        self.stack.pop().filter(|_| !empty).ok_or_else(|| self.code.malformed("the stack is empty"))
    }

    pub(crate) fn top(&self) -> Result<Id, Error> {
        self.stack.last().copied().ok_or_else(|| self.code.malformed("the stack is empty"))
    }

    pub(crate) fn top_node(&mut self) -> Result<&mut Node<'a>, Error> {
        let Id(top) = self.top()?;
        let empty = self.code.malformed("the stack is empty");
        self.nodes.get_mut(to_usize(u64::from(top))).ok_or(empty)
    }

    pub(crate) fn node(&self, Id(id): Id) -> Option<&Node<'a>> {
        self.nodes.get(to_usize(u64::from(id)))
    }

    pub(crate) fn pop_mark(&mut self) -> Result<Vec<Id>, Error> {
        let mark = self.marks.pop().ok_or_else(|| self.code.malformed("there is no mark"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    pub(crate) fn line(&mut self) -> Result<&'a str, Error> {
        let start = self.code;
        let line = self.code.until(b'\n')?.ok_or_else(|| start.malformed("a line does not end"))?;
        std::str::from_utf8(line).map_err(|_| self.code.malformed("a line is no text"))
    }
}

fn too_many() -> Error {
    ErrorKind::TooMany { what: "values in the pickle", limit: NODE_LIMIT }.into()
}
