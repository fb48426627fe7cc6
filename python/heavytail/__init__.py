"""Was this network trained with enough data? heavytail judges it from its weights.

    import heavytail
    details = heavytail.analyze(model)       # a torch, Keras or ONNX model, a dict of tensors, a path
    print(details.verdict)

Notebooks written for weightwatcher run with one line changed:

    import heavytail as ww
    watcher = ww.WeightWatcher(model=model)
    frame = watcher.analyze()
"""

from heavytail import RMT_Util, WW_powerlaw, constants, weightwatcher
from heavytail._native import __version__
from heavytail.analysis import analyze, compare
from heavytail.comparison import Comparison, Interval, PairComparison
from heavytail.constants import *  # noqa: F403  (weightwatcher's words, as its own package exports them)
from heavytail.details import Details, Uncovered
from heavytail.errors import (
    HeavytailError,
    LayerNotFoundError,
    MissingPackageError,
    ModelError,
    ModelNotFoundError,
    OptionError,
    UnknownOptionError,
)
from heavytail.fitting import PowerLaw, fit_powerlaw, spectrum
from heavytail.registry import Column, columns
from heavytail.verdict import Verdict
from heavytail.watcher import WeightWatcher

WWException = HeavytailError

__all__ = [
    "Column",
    "Comparison",
    "Details",
    "HeavytailError",
    "Interval",
    "LayerNotFoundError",
    "MissingPackageError",
    "ModelError",
    "ModelNotFoundError",
    "OptionError",
    "PairComparison",
    "PowerLaw",
    "RMT_Util",
    "Uncovered",
    "UnknownOptionError",
    "Verdict",
    "WWException",
    "WW_powerlaw",
    "WeightWatcher",
    "__version__",
    "analyze",
    "columns",
    "compare",
    "constants",
    "fit_powerlaw",
    "spectrum",
    "weightwatcher",
]
