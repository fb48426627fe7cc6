//! One instruction of a pickle in, the machine's next state out.
//!
//! Instructions go to one of five families by their byte: marks and the stack itself, the memo, scalars, containers
//! and objects. Protocols 0 to 5 are known, less out-of-band buffers, which no file has.
#![deny(clippy::arithmetic_side_effects)]

use crate::Error;
use crate::pickle::globals::{Use, check};
use crate::pickle::stack::Machine;
use crate::pickle::{Call, Id, Node};

impl<'a> Machine<'a> {
    /// One instruction; false at the end.
    pub(crate) fn step(&mut self) -> Result<bool, Error> {
        let opcode = self.code.u8()?;
        match opcode {
            b'.' => return Ok(false),
            0x80 => drop(self.code.u8()?),
            0x95 => drop(self.code.u64()?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_mark()?),
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }
            b'p' | b'q' | b'r' | 0x94 | b'g' | b'h' | b'j' => self.memory(opcode)?,
            b'c' | 0x93 | b'R' | 0x81 | 0x92 | b'i' | b'o' | b'b' | b'P' | b'Q' => self.object(opcode)?,
            b']'
            | b'l'
            | b'a'
            | b'e'
            | b')'
            | b't'
            | 0x85..=0x87
            | b'}'
            | b'd'
            | b's'
            | b'u'
            | 0x8f..=0x91 => {
                self.container(opcode)?;
            }
            _ => self.scalar(opcode)?,
        }
        Ok(true)
    }

    fn scalar(&mut self, opcode: u8) -> Result<(), Error> {
        let node = match opcode {
            b'N' => Node::None,
            0x88 | 0x89 => Node::Bool,
            b'J' => Node::Int(i64::from(self.code.i32()?)),
            b'K' => Node::Int(i64::from(self.code.u8()?)),
            b'M' => Node::Int(i64::from(self.code.u16()?)),
            b'I' | b'L' => integer(self.line()?),
            0x8a => {
                let length = usize::from(self.code.u8()?);
                long(self.code.take(length)?)
            }
            0x8b => {
                let length = self.code.len32()?;
                long(self.code.take(length)?)
            }
            b'F' => {
                self.line()?;
                Node::Number
            }
            b'G' => {
                self.code.take(8)?;
                Node::Number
            }
            b'S' => Node::Text(self.line()?.trim_matches(['\'', '"'])),
            b'V' => Node::Text(self.line()?),
            b'U' | 0x8c | b'T' | b'X' | 0x8d => {
                let bytes = self.counted(opcode)?;
                // Python 2's byte strings need not be text; as names of tensors they are.
                std::str::from_utf8(bytes).map_or(Node::Bytes, Node::Text)
            }
            b'C' | b'B' | 0x8e | 0x96 => {
                self.counted(opcode)?;
                Node::Bytes
            }
            _ => return Err(self.code.bad_value("an instruction", u64::from(opcode))),
        };
        self.push(node)
    }

    /// Bytes after their length, which has one, four or eight bytes.
    fn counted(&mut self, opcode: u8) -> Result<&'a [u8], Error> {
        let length = match opcode {
            b'U' | 0x8c | b'C' => usize::from(self.code.u8()?),
            0x8d | 0x8e | 0x96 => self.code.len64()?,
            _ => self.code.len32()?,
        };
        self.code.take(length)
    }

    fn container(&mut self, opcode: u8) -> Result<(), Error> {
        match opcode {
            b']' | 0x8f => self.push(Node::List(Vec::new())),
            b')' => self.push(Node::Tuple(Box::default())),
            b'}' => self.push(Node::Dict(Vec::new())),
            b'l' | 0x91 => {
                let members = self.pop_mark()?;
                self.push(Node::List(members))
            }
            b't' => {
                let members = self.pop_mark()?;
                self.push(Node::Tuple(members.into()))
            }
            0x85..=0x87 => {
                let count = usize::from(opcode.saturating_sub(0x84));
                let at = self.stack.len().checked_sub(count).filter(|at| *at >= self.floor());
                let at = at.ok_or_else(|| self.code.malformed("the stack is empty"))?;
                let members = self.stack.split_off(at);
                self.push(Node::Tuple(members.into()))
            }
            b'd' => {
                let pairs = self.pairs()?;
                self.push(Node::Dict(pairs))
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(vec![(key, value)])
            }
            b'u' => {
                let pairs = self.pairs()?;
                self.set(pairs)
            }
            b'a' => {
                let member = self.pop()?;
                self.append(vec![member])
            }
            _ => {
                let members = self.pop_mark()?;
                self.append(members)
            }
        }
    }

    fn pairs(&mut self) -> Result<Vec<(Id, Id)>, Error> {
        let members = self.pop_mark()?;
        let (pairs, rest) = members.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(self.code.malformed("a key has no value"));
        }
        Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
    }

    fn set(&mut self, pairs: Vec<(Id, Id)>) -> Result<(), Error> {
        match self.top_node()? {
            Node::Dict(items) => items.extend(pairs),
            Node::Call(call) => call.items.extend(pairs),
            _ => return Err(self.code.malformed("items are set on what is no dict")),
        }
        Ok(())
    }

    fn append(&mut self, members: Vec<Id>) -> Result<(), Error> {
        match self.top_node()? {
            Node::List(items) => items.extend(members),
            // An object that behaves as a list; its members are kept as pairs with themselves.
            Node::Call(call) => call.items.extend(members.into_iter().map(|member| (member, member))),
            _ => return Err(self.code.malformed("members are appended to what is no list")),
        }
        Ok(())
    }

    fn object(&mut self, opcode: u8) -> Result<(), Error> {
        match opcode {
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.global(module, name)
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                match (self.node(module), self.node(name)) {
                    (Some(Node::Text(module)), Some(Node::Text(name))) => self.global(module, name),
                    _ => Err(self.code.malformed("a global's name is no text")),
                }
            }
            b'R' => {
                let (arguments, callable) = (self.pop()?, self.pop()?);
                self.call(callable, arguments, Use::Call)
            }
            0x81 => {
                let (arguments, class) = (self.pop()?, self.pop()?);
                self.call(class, arguments, Use::New)
            }
            0x92 => {
                let (_, arguments, class) = (self.pop()?, self.pop()?, self.pop()?);
                self.call(class, arguments, Use::New)
            }
            b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                let arguments = self.pop_mark()?;
                self.global(module, name)?;
                self.instance(arguments)
            }
            b'o' => {
                let mut members = self.pop_mark()?;
                if members.is_empty() {
                    return Err(self.code.malformed("the stack is empty"));
                }
                self.stack.push(members.remove(0));
                self.instance(members)
            }
            b'b' => {
                let state = self.pop()?;
                if let Node::Call(call) = self.top_node()? {
                    call.state = Some(state);
                }
                Ok(())
            }
            b'P' => {
                let line = self.line()?;
                self.push(Node::Text(line))?;
                let name = self.pop()?;
                self.push(Node::Persistent(name))
            }
            _ => {
                let name = self.pop()?;
                self.push(Node::Persistent(name))
            }
        }
    }

    /// An old-style instance of the class on the stack.
    fn instance(&mut self, arguments: Vec<Id>) -> Result<(), Error> {
        let class = self.pop()?;
        self.push(Node::Tuple(arguments.into()))?;
        let arguments = self.pop()?;
        self.call(class, arguments, Use::New)
    }

    fn global(&mut self, module: &'a str, name: &'a str) -> Result<(), Error> {
        check(module, name, Use::Mention)?;
        self.push(Node::Global(module, name))
    }

    fn call(&mut self, callable: Id, arguments: Id, how: Use) -> Result<(), Error> {
        match self.node(callable) {
            Some(Node::Global(module, name)) => check(module, name, how)?,
            _ => return Err(self.code.malformed("what is called is no global")),
        }
        self.push(Node::Call(Box::new(Call { callable, arguments, state: None, items: Vec::new() })))
    }
}

fn integer<'a>(line: &str) -> Node<'a> {
    match line {
        "00" | "01" => Node::Bool,
        _ => line.trim_end_matches('L').parse().map_or(Node::Number, Node::Int),
    }
}

/// Little-endian two's complement of any length.
fn long<'a>(bytes: &[u8]) -> Node<'a> {
    if bytes.len() > 8 {
        return Node::Number;
    }
    let fill = if bytes.last().is_some_and(|top| *top >= 0x80) { 0xff } else { 0 };
    let mut whole = [fill; 8];
    for (to, from) in whole.iter_mut().zip(bytes) {
        *to = *from;
    }
    Node::Int(i64::from_le_bytes(whole))
}
