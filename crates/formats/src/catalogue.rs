//! What the readers of single files list in, one [`TensorSource`] out.
//!
//! Every format reads a file to a [`FileTensors`]: descriptions and, for each, where the elements are. This type
//! joins them in order, watches that no name occurs twice, and loads a tensor when it is asked for.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::packing::{self, Change};
use crate::source::{SourceInfo, TensorSource};
use crate::tensor::{ByteOwner, Unpack};
use crate::{Error, ErrorKind, TensorData, TensorInfo, folder};

/// The tensors of one file, in the order in which they are to be listed.
#[derive(Debug, Default)]
pub(crate) struct FileTensors {
    /// Descriptions, each with the way to its elements.
    pub(crate) tensors: Vec<Listed>,
    /// Free text that the file carries about itself, in its order.
    pub(crate) metadata: Vec<(String, String)>,
}

/// One tensor of a file.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// Name, type and shape.
    pub(crate) info: TensorInfo,
    /// Where the elements are.
    pub(crate) stored: Stored,
}

/// Where a tensor's elements are.
#[derive(Clone)]
pub(crate) enum Stored {
    /// As they are, from byte `start` on, at these strides (row-major where `None`).
    Plain { owner: Arc<dyn ByteOwner>, start: usize, strides: Option<Vec<usize>> },
    /// In blocks that unpack themselves.
    Packed(Arc<dyn Unpack>),
    /// To be unpacked as a whole when asked for: compressed archives, joined parts.
    Deferred(Arc<dyn Load>),
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain { .. } => "Plain",
            Self::Packed(_) => "Packed",
            Self::Deferred(_) => "Deferred",
        })
    }
}

/// Elements that take work to get at.
pub(crate) trait Load: Send + Sync {
    /// Does the work.
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error>;
}

/// Elements of a packing that no reader knows; they are never read as numbers.
pub(crate) struct Unread {
    /// What the file says about it.
    pub(crate) packing: String,
}

impl Load for Unread {
    fn load(&self, _: &TensorInfo) -> Result<TensorData, Error> {
        Err(ErrorKind::UnknownPacking { packing: self.packing.clone() }.into())
    }
}

impl Stored {
    /// The elements as they are described.
    pub(crate) fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let data = match self {
            Self::Plain { owner, start, strides } => {
                let (owner, shape) = (Arc::clone(owner), info.shape.clone());
                match strides {
                    Some(strides) => TensorData::strided(owner, *start, info.dtype, shape, strides)?,
                    None => TensorData::contiguous(owner, *start, info.dtype, shape)?,
                }
            }
            Self::Packed(blocks) => TensorData::packed(info.dtype, info.shape.clone(), Arc::clone(blocks)),
            Self::Deferred(load) => load.load(info)?,
        };
        // All of a remote tensor at once, since many short requests take longer than a long one.
        data.fetch(0..data.len())?;
        Ok(data)
    }
}

/// A checkpoint of one or more files.
#[derive(Debug)]
pub(crate) struct Catalogue {
    info: SourceInfo,
    tensors: Vec<TensorInfo>,
    stored: Vec<Stored>,
    file_of: Vec<usize>,
    metadata: Vec<Vec<(String, String)>>,
}

impl Catalogue {
    /// Joins the files in their order; no name may occur twice.
    pub(crate) fn join(info: SourceInfo, files: Vec<FileTensors>) -> Result<Self, Error> {
        let mut all =
            Self { info, tensors: Vec::new(), stored: Vec::new(), file_of: Vec::new(), metadata: Vec::new() };
        for (number, file) in files.into_iter().enumerate() {
            all.metadata.push(file.metadata);
            for listed in file.tensors {
                all.tensors.push(listed.info);
                all.stored.push(listed.stored);
                all.file_of.push(number);
            }
        }
        all.refuse_duplicates()?;
        Ok(all)
    }

    /// Puts the tensors that `order` names first, in its order; the others follow as they were.
    pub(crate) fn reorder(&mut self, order: &[&str]) {
        let place: HashMap<&str, usize> = order.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let key = |tensor: &TensorInfo| place.get(tensor.name.as_str()).copied().unwrap_or(usize::MAX);
        let mut rows: Vec<(TensorInfo, Stored, usize)> = std::mem::take(&mut self.tensors)
            .into_iter()
            .zip(std::mem::take(&mut self.stored))
            .zip(std::mem::take(&mut self.file_of))
            .map(|((tensor, stored), file)| (tensor, stored, file))
            .collect();
        rows.sort_by_key(|(tensor, ..)| key(tensor));
        for (tensor, stored, file) in rows {
            self.tensors.push(tensor);
            self.stored.push(stored);
            self.file_of.push(file);
        }
    }

    /// Names the path and the files by other names, where `name` has one for them.
    #[cfg(feature = "remote")]
    pub(crate) fn rename(&mut self, name: impl Fn(&Path) -> Option<std::path::PathBuf>) {
        for path in std::iter::once(&mut self.info.path).chain(&mut self.info.files) {
            if let Some(new) = name(path) {
                *path = new;
            }
        }
    }

    /// Names the whole as the caller did.
    #[cfg(feature = "remote")]
    pub(crate) fn name(&mut self, address: &str) {
        self.info.path = address.into();
    }

    /// Carries along what lies in the model's folder beside the weights.
    pub(crate) fn describe(&mut self, is_folder: bool, folder: &Path) {
        self.info.is_folder = is_folder;
        self.info.config = folder::read_config(&folder.join("config.json"));
        self.info.adapter_config = folder::read_text(&folder.join("adapter_config.json"));
    }

    /// Lists the weights that several tensors make together in place of their parts.
    ///
    /// # Errors
    /// Two of them have the same name.
    pub(crate) fn combine(&mut self) -> Result<(), Error> {
        let parts = self.tensors.iter().cloned().zip(self.stored.iter().cloned());
        let parts: Vec<Listed> = parts.map(|(info, stored)| Listed { info, stored }).collect();
        let changes = packing::combine(&parts, self.info.config.as_deref());
        let files = std::mem::take(&mut self.file_of);
        self.tensors.clear();
        self.stored.clear();
        for ((part, change), file) in parts.into_iter().zip(changes).zip(files) {
            let listed = match change {
                Change::Stays => part,
                Change::Becomes(weight) => *weight,
                Change::WentIntoAnother => continue,
            };
            self.tensors.push(listed.info);
            self.stored.push(listed.stored);
            self.file_of.push(file);
        }
        self.refuse_duplicates()
    }

    fn refuse_duplicates(&self) -> Result<(), Error> {
        let mut seen: HashMap<&str, usize> = HashMap::with_capacity(self.tensors.len());
        for (tensor, &file) in self.tensors.iter().zip(&self.file_of) {
            if let Some(first) = seen.insert(&tensor.name, file) {
                let first = self.info.files.get(first).filter(|_| first != file).cloned();
                let twice = Error::from(ErrorKind::DuplicateTensor { first }).of_tensor(&tensor.name);
                return Err(twice.in_file(self.path_of(file)));
            }
        }
        Ok(())
    }

    fn path_of(&self, file: usize) -> &Path {
        self.info.files.get(file).unwrap_or(&self.info.path)
    }
}

impl TensorSource for Catalogue {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    fn load(&self, index: usize) -> Result<TensorData, Error> {
        let (Some(tensor), Some(stored)) = (self.tensors.get(index), self.stored.get(index)) else {
            return Err(ErrorKind::NoSuchTensor { index, len: self.tensors.len() }.into());
        };
        let file = self.path_of(self.file_of(index));
        let loaded = stored.load(tensor).map(|data| data.placed(&tensor.name, file));
        loaded.map_err(|error| error.of_tensor(&tensor.name).in_file(file))
    }

    fn expect(&self, index: usize, positions: Range<usize>) {
        // Loading fetches what is remote, which is no hint any more.
        if let (Some(tensor), Some(stored @ Stored::Plain { owner, .. })) =
            (self.tensors.get(index), self.stored.get(index))
            && owner.is_whole()
            && let Ok(data) = stored.load(tensor)
        {
            data.expect(positions);
        }
    }

    fn file_of(&self, index: usize) -> usize {
        self.file_of.get(index).copied().unwrap_or(0)
    }

    fn metadata(&self, file: usize) -> &[(String, String)] {
        self.metadata.get(file).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::{Dtype, Format};

    #[derive(Default)]
    struct Counting {
        is_whole: bool,
        fetched: AtomicUsize,
        expected: Mutex<Vec<Range<usize>>>,
    }

    impl ByteOwner for Counting {
        fn bytes(&self) -> &[u8] {
            &[0; 48]
        }

        fn is_whole(&self) -> bool {
            self.is_whole
        }

        fn fetch(&self, _: Range<usize>) -> Result<(), Error> {
            self.fetched.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }

        fn expect(&self, range: Range<usize>) {
            self.expected.lock().unwrap().push(range);
        }
    }

    /// A tensor of this shape, row-major or at these strides.
    fn source(owner: &Arc<Counting>, shape: Vec<usize>, strides: Option<Vec<usize>>) -> Catalogue {
        let info = TensorInfo { name: "a".to_owned(), dtype: Dtype::F32, shape, quantisation: None };
        let stored = Stored::Plain { owner: Arc::<Counting>::clone(owner), start: 0, strides };
        let file = FileTensors { tensors: vec![Listed { info, stored }], metadata: Vec::new() };
        Catalogue::join(SourceInfo::new(Format::Memory, "x".into(), Vec::new()), vec![file]).unwrap()
    }

    #[test]
    fn of_a_stack_only_the_slice_is_expected_that_is_needed() {
        let expected = |strides, positions| {
            let owner = Arc::new(Counting { is_whole: true, ..Counting::default() });
            source(&owner, vec![3, 2, 2], strides).expect(0, positions);
            let ranges = owner.expected.lock().unwrap();
            ranges.iter().map(|range| (range.start, range.end)).collect::<Vec<_>>()
        };
        assert_eq!(expected(None, 4..8), [(16, 32)]);
        assert_eq!(expected(None, 8..12), [(32, 48)]);
        assert_eq!(expected(None, 0..12), [(0, 48)]);
        // More than there is, or nothing.
        assert_eq!(expected(None, 8..99), [(32, 48)]);
        assert!(expected(None, 5..5).is_empty() && expected(None, 12..20).is_empty());
        // Experts that lie inside one another in memory can't be told apart.
        assert_eq!(expected(Some(vec![1, 6, 3]), 4..8), [(0, 48)]);
    }

    #[test]
    fn what_is_expected_of_a_remote_file_is_not_fetched() {
        for is_whole in [true, false] {
            let owner = Arc::new(Counting { is_whole, ..Counting::default() });
            let source = source(&owner, vec![1], None);
            source.expect(0, 0..1);
            assert_eq!(owner.expected.lock().unwrap().len(), usize::from(is_whole));
            let before = owner.fetched.load(Ordering::Relaxed);
            assert!(is_whole || before == 0, "a hint has fetched");
            assert!(source.load(0).is_ok() && owner.fetched.load(Ordering::Relaxed) == before + 1);
        }
    }
}
