//! A folder that DeepSpeed's ZeRO saved in, one model out: full-precision weights put together from the partitions.
//!
//! Every machine keeps, beside its optimiser's state, its share of the weights as flat vectors. Stages 1 and 2 cut
//! each group's vector of all weights in equal parts; stage 3 cuts every weight by itself. Names and shapes are in the
//! files of model states. The rules are those of DeepSpeed's `zero_to_fp32.py`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::archive::Archive;
use crate::bytes::Opener;
use crate::catalogue::{Catalogue, FileTensors, Listed, Load, Stored};
use crate::cursor::to_u64;
use crate::joined::{self, Joined, Place};
use crate::pickle::{Id, Node, Pickle};
use crate::source::{Format, SourceInfo};
use crate::tensor::element_count;
use crate::torch::names::{Named, strip_wrappers};
use crate::torch::read_chosen;
use crate::torch::tensor::tensor;
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo, folder, inside};

const OPTIMISER: &str = "_optim_states.pt";
const MODEL: &str = "_model_states.pt";
/// The file that names the newest of several checkpoints has a word in it.
const LATEST_LIMIT: usize = 256;

/// The folder of the partitions, if this is one or names one as its latest.
pub(crate) fn partitions(folder: &Path, names: &[String]) -> Result<Option<PathBuf>, Error> {
    let has = |names: &[String], ending: &str| names.iter().any(|name| name.ends_with(ending));
    if has(names, OPTIMISER) && has(names, MODEL) {
        return Ok(Some(folder.to_path_buf()));
    }
    if !names.iter().any(|name| name == "latest") || has(names, ".safetensors") {
        return Ok(None);
    }
    let latest = folder.join("latest");
    let Some(word) = std::fs::read_to_string(&latest).ok().filter(|word| word.len() <= LATEST_LIMIT) else {
        return Ok(None);
    };
    let inner = inside::resolve(folder, word.trim()).map_err(|error| error.in_file(&latest))?;
    let Some(inner) = inner.filter(|inner| inner.is_dir()) else { return Ok(None) };
    let names = folder::names(&inner)?;
    Ok((has(&names, OPTIMISER) && has(&names, MODEL)).then_some(inner))
}

/// Opens the partitions in `folder`; `path` is what the caller asked for.
pub(crate) fn open(path: &Path, folder: &Path, opener: &dyn Opener) -> Result<Catalogue, Error> {
    let names = folder::names(folder)?;
    let mut shares = Vec::new();
    let mut files = Vec::new();
    for file in in_order_of_machines(&names, OPTIMISER).into_iter().map(|name| folder.join(name)) {
        shares.push(read_share(&file, opener).map_err(|error| error.in_file(&file))?);
        files.push(file);
    }
    let model = in_order_of_machines(&names, MODEL).into_iter().next().map(|name| folder.join(name));
    let model = model.ok_or_else(|| ErrorKind::MissingPart { part: format!("*{MODEL}") })?;
    let (groups, mut tensors) = read_model(&model, opener).map_err(|error| error.in_file(&model))?;
    let weights = Weights { shares }.put_together(&groups).map_err(|error| error.in_file(&model))?;
    tensors.tensors.extend(weights);
    strip_wrappers(&mut tensors.tensors, |listed| &mut listed.info.name);
    files.insert(0, model);
    let info = SourceInfo::new(Format::Torch, path.to_path_buf(), files);
    Catalogue::join(info, vec![tensors])
}

/// The names that end so, by the first number in them: machine 10 comes after machine 9.
fn in_order_of_machines<'n>(names: &'n [String], ending: &str) -> Vec<&'n String> {
    let number = |name: &str| {
        let digits = name.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
        digits.get(..end).and_then(|digits| digits.parse::<u64>().ok())
    };
    let mut found: Vec<&String> = names.iter().filter(|name| name.ends_with(ending)).collect();
    found.sort_by_key(|name| number(name));
    found
}

/// What one machine keeps.
struct Share {
    stage: usize,
    machines: usize,
    /// One flat vector for each group of weights.
    groups: Vec<Listed>,
}

fn malformed(what: &'static str) -> Error {
    ErrorKind::Malformed { format: "ZeRO checkpoint", what }.into()
}

fn read_share(file: &Path, opener: &dyn Opener) -> Result<Share, Error> {
    let (mut stage, mut machines) = (0, 0);
    let choose = |pickle: &Pickle<'_>| {
        let state = pickle.entry(pickle.root, "optimizer_state_dict");
        let state = state.ok_or_else(|| malformed("there is no state of an optimiser"))?;
        let number = |key| pickle.entry(state, key).and_then(|id| pickle.size(id));
        stage = number("zero_stage").ok_or_else(|| malformed("there is no stage"))?;
        let counts =
            pickle.entry(state, "partition_count").ok_or_else(|| malformed("there is no partition count"))?;
        let many =
            pickle.members(counts).unwrap_or_default().iter().filter_map(|count| pickle.size(*count)).max();
        machines = pickle.size(counts).or(many).ok_or_else(|| malformed("there is no partition count"))?;
        let key = if stage == 3 { "fp32_flat_groups" } else { "single_partition_of_fp32_groups" };
        let groups = pickle.entry(state, key).and_then(|groups| pickle.members(groups));
        let groups = groups.ok_or_else(|| malformed("there are no partitions of weights"))?;
        groups.iter().enumerate().map(|(number, id)| named(pickle, number.to_string(), *id)).collect()
    };
    let groups = read_chosen(Archive::open(&opener.open(file)?)?, choose)?.tensors;
    Ok(Share { stage, machines, groups })
}

fn named(pickle: &Pickle<'_>, name: String, id: Id) -> Result<Named, Error> {
    let tensor = tensor(pickle, id).ok_or_else(|| malformed("a partition is no tensor"))?;
    Ok(Named { tensor: tensor.map_err(|error| error.of_tensor(&name))?, name })
}

/// Names and shapes of the weights of each group.
type Groups = Vec<Vec<(String, Vec<usize>)>>;

/// The groups, and the tensors that are not partitioned.
fn read_model(file: &Path, opener: &dyn Opener) -> Result<(Groups, FileTensors), Error> {
    let mut groups = Vec::new();
    let choose = |pickle: &Pickle<'_>| {
        let shapes = pickle.entry(pickle.root, "param_shapes").and_then(|groups| pickle.members(groups));
        for group in shapes.ok_or_else(|| malformed("there are no shapes of weights"))? {
            let items = items(pickle, *group).iter().map(|(name, shape)| {
                let name = pickle.text(*name).map(str::to_owned);
                name.zip(pickle.sizes(*shape)).ok_or_else(|| malformed("a weight has no name or shape"))
            });
            groups.push(items.collect::<Result<_, _>>()?);
        }
        let buffers = pickle.entry(pickle.root, "buffer_names").and_then(|names| pickle.members(names));
        let module =
            pickle.entry(pickle.root, "module").map(|module| items(pickle, module)).unwrap_or_default();
        let mut kept = Vec::new();
        for buffer in buffers.unwrap_or_default().iter().filter_map(|name| pickle.text(*name)) {
            if let Some((_, id)) = module.iter().find(|(name, _)| pickle.text(*name) == Some(buffer)) {
                kept.push(named(pickle, buffer.to_owned(), *id)?);
            }
        }
        Ok(kept)
    };
    let tensors = read_chosen(Archive::open(&opener.open(file)?)?, choose)?;
    Ok((groups, tensors))
}

/// The pairs of a dict or an `OrderedDict`.
fn items<'p>(pickle: &'p Pickle<'_>, id: Id) -> &'p [(Id, Id)] {
    match pickle.get(id) {
        Node::Dict(items) => items,
        Node::Call(call) => &call.items,
        _ => &[],
    }
}

/// All machines' shares, in the order of the machines.
struct Weights {
    shares: Vec<Share>,
}

impl Weights {
    fn put_together(&self, groups: &Groups) -> Result<Vec<Listed>, Error> {
        let first = self.shares.first().ok_or_else(|| malformed("there are no partitions of weights"))?;
        let machines = self.shares.len();
        if first.machines != machines {
            let (what, value) = ("the count of its partitions", to_u64(first.machines));
            return Err(ErrorKind::BadValue { format: "ZeRO checkpoint", what, value }.into());
        }
        match first.stage {
            1 | 2 => groups
                .iter()
                .enumerate()
                .map(|(number, group)| self.cut_as_one(number, group))
                .collect::<Result<Vec<_>, _>>()
                .map(|all| all.concat()),
            3 => self.cut_by_weight(groups),
            stage => {
                let (what, value) = ("its stage", to_u64(stage));
                Err(ErrorKind::BadValue { format: "ZeRO checkpoint", what, value }.into())
            }
        }
    }

    /// Stages 1 and 2: the machines' parts of a group are one vector of all its weights.
    fn cut_as_one(&self, number: usize, group: &[(String, Vec<usize>)]) -> Result<Vec<Listed>, Error> {
        let vectors: Vec<&Listed> = self.shares.iter().filter_map(|share| share.groups.get(number)).collect();
        let mut offset = 0_usize;
        let one = |(name, shape): &(String, Vec<usize>)| {
            let mut pieces = Pieces::of(shape).map_err(|error| error.of_tensor(name))?;
            pieces.take(&vectors, offset, pieces.count);
            offset = offset.saturating_add(pieces.count);
            pieces.listed(name, shape).map_err(|error| error.of_tensor(name))
        };
        group.iter().map(one).collect()
    }

    /// Stage 3: every machine has an equal part of every weight, in a vector that runs through its groups.
    fn cut_by_weight(&self, groups: &Groups) -> Result<Vec<Listed>, Error> {
        let vectors: Vec<Vec<&Listed>> =
            self.shares.iter().map(|share| share.groups.iter().collect()).collect();
        let mut offset = 0_usize;
        let one = |(name, shape): &(String, Vec<usize>)| {
            let mut pieces = Pieces::of(shape).map_err(|error| error.of_tensor(name))?;
            let each = pieces.count.div_ceil(self.shares.len().max(1));
            vectors.iter().for_each(|vector| pieces.take(vector, offset, each));
            offset = offset.saturating_add(each);
            pieces.listed(name, shape).map_err(|error| error.of_tensor(name))
        };
        groups.iter().flatten().map(one).collect()
    }
}

/// Runs of flat vectors that make one weight.
struct Pieces {
    parts: Vec<(Place, Listed)>,
    filled: usize,
    count: usize,
}

impl Pieces {
    /// No pieces yet of a weight of this shape.
    fn of(shape: &[usize]) -> Result<Self, Error> {
        let overflow = || ErrorKind::ShapeOverflow { shape: shape.iter().copied().map(to_u64).collect() };
        Ok(Self { parts: Vec::new(), filled: 0, count: element_count(shape).ok_or_else(overflow)? })
    }

    /// Adds elements `offset..offset + length` of the vectors as if they followed one another, less what is padding.
    fn take(&mut self, vectors: &[&Listed], offset: usize, length: usize) {
        let (mut begin, end) = (0_usize, offset.saturating_add(length));
        for vector in vectors {
            let next = begin.saturating_add(vector.info.len());
            let (from, to) = (offset.max(begin), end.min(next));
            let wanted = to.saturating_sub(from).min(self.count.saturating_sub(self.filled));
            if wanted > 0
                && let Some(part) = run(vector, from.saturating_sub(begin), wanted)
            {
                self.parts.push((Place { offsets: vec![self.filled], sizes: vec![wanted] }, part));
                self.filled = self.filled.saturating_add(wanted);
            }
            begin = next;
        }
    }

    fn listed(self, name: &str, shape: &[usize]) -> Result<Listed, Error> {
        let places: Vec<Place> = self.parts.iter().map(|(place, _)| place.clone()).collect();
        joined::check(&[self.count], &places)?;
        let dtype = self.parts.first().map_or(Dtype::F32, |(_, part)| part.info.dtype);
        let info = TensorInfo { name: name.to_owned(), dtype, shape: shape.to_vec(), quantisation: None };
        let stored = match self.parts.as_slice() {
            [(_, only)] => only.stored.clone(),
            _ => Stored::Deferred(Arc::new(Runs { parts: self.parts, count: self.count })),
        };
        Ok(Listed { info, stored })
    }
}

/// A run of a flat vector, where it lies in the file as it is.
fn run(vector: &Listed, first: usize, length: usize) -> Option<Listed> {
    let Stored::Plain { owner, start, strides } = &vector.stored else { return None };
    if vector.info.shape.len() != 1 || strides.as_ref().is_some_and(|strides| *strides != [1]) {
        return None;
    }
    let start = start.checked_add(first.checked_mul(vector.info.dtype.size())?)?;
    let stored = Stored::Plain { owner: Arc::clone(owner), start, strides: None };
    Some(Listed { info: TensorInfo { shape: vec![length], ..vector.info.clone() }, stored })
}

/// A weight in several runs.
struct Runs {
    parts: Vec<(Place, Listed)>,
    count: usize,
}

impl Load for Runs {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let open = |(place, part): &(Place, Listed)| Ok((place.clone(), part.data()?));
        let parts = self.parts.iter().map(open).collect::<Result<_, Error>>()?;
        let joined = Joined::new(vec![self.count], parts)?;
        Ok(TensorData::packed(info.dtype, info.shape.clone(), Arc::new(joined)))
    }
}
