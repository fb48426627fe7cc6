//! A function's or class's name in, whether a checkpoint may mention it out.
//!
//! Nothing is ever called, so this is no wall against attacks: it tells the user that a file is hostile, and it
//! keeps calls whose result we would have to guess from passing as understood.

use crate::{Error, ErrorKind};

/// What a pickle does with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Only has it, as a dtype or as a storage class.
    Mention,
    /// Makes an object of the class without calling its constructor, then sets its attributes.
    New,
    /// Calls it.
    Call,
}

/// Modules that no weights need and every attack does: they reach the system, files, the network or the interpreter.
const HOSTILE: [&str; 26] = [
    "os",
    "posix",
    "nt",
    "subprocess",
    "sys",
    "shutil",
    "socket",
    "pty",
    "runpy",
    "importlib",
    "imp",
    "ctypes",
    "commands",
    "webbrowser",
    "code",
    "codeop",
    "asyncio",
    "multiprocessing",
    "pickle",
    "_pickle",
    "marshal",
    "types",
    "pip",
    "builtins",
    "__builtin__",
    "operator",
];

/// Names of those modules that are data all the same.
const HARMLESS_BUILTINS: [&str; 15] = [
    "set",
    "frozenset",
    "list",
    "dict",
    "tuple",
    "int",
    "float",
    "bool",
    "str",
    "bytes",
    "bytearray",
    "complex",
    "slice",
    "object",
    "range",
];

/// Functions whose result a reader knows how to make, or that only make plain data.
const CALLED: [(&str, &str); 24] = [
    ("collections", "OrderedDict"),
    ("collections", "defaultdict"),
    ("collections", "Counter"),
    ("torch._utils", "_rebuild_tensor"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_tensor_v3"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch._utils", "_rebuild_parameter_with_state"),
    ("torch._utils", "_rebuild_qtensor"),
    ("torch._tensor", "_rebuild_from_type_v2"),
    ("torch", "Size"),
    ("torch", "device"),
    ("torch.nn.parameter", "Parameter"),
    ("torch.serialization", "_get_layout"),
    ("_codecs", "encode"),
    ("copyreg", "_reconstructor"),
    ("copy_reg", "_reconstructor"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("pathlib", "PosixPath"),
    ("pathlib", "WindowsPath"),
];

/// Packages all of whose calls make settings, never weights.
const SETTINGS: [&str; 4] =
    ["omegaconf", "datetime", "torch.jit._pickle", "torch.distributed.checkpoint.metadata"];

/// Refuses a name that a checkpoint has no business with.
pub(crate) fn check(module: &str, name: &str, how: Use) -> Result<(), Error> {
    let root = module.split('.').next().unwrap_or(module);
    let builtin = matches!(module, "builtins" | "__builtin__") && HARMLESS_BUILTINS.contains(&name);
    let hostile = HOSTILE.contains(&root) && !builtin;
    let called = CALLED.contains(&(module, name))
        || builtin
        || SETTINGS.iter().any(|settings| {
            module.strip_prefix(settings).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
    let allowed = match how {
        Use::Mention | Use::New => !hostile,
        Use::Call => !hostile && called,
    };
    if allowed {
        return Ok(());
    }
    Err(ErrorKind::ForbiddenGlobal { module: module.to_owned(), name: name.to_owned() }.into())
}
