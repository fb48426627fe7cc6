"""A model and options in, its `Details` out: the functions of the package that a script calls."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from heavytail import _native
from heavytail.comparison import Comparison
from heavytail.details import Details
from heavytail.errors import OptionError, refuse_unknown_options, unknown_option
from heavytail.options import Layers, Options, limits, native_options
from heavytail.progress import Progress, ProgressOption
from heavytail.sources import describe_type, is_path, open_model

__all__ = ["analyze", "analyze_with", "compare", "describe"]


@refuse_unknown_options
def analyze(
    model: Any,
    *,
    base_model: Any = None,
    layers: Layers = (),
    min_evals: int = 8,
    max_evals: int = 15000,
    max_N: int | None = None,
    start_ids: int = 0,
    pool: bool = True,
    conv2d_norm: bool = True,
    conv2d_fft: bool = False,
    channels: str | None = None,
    glorot_fix: bool = False,
    peft: bool | str = False,
    intra: bool = False,
    sparsify: bool = True,
    stacked: bool = False,
    inverse: bool = False,
    fit: str = "PL",
    pl_package: str = "ww",
    xmax: int | str | None = None,
    xmin_method: str | float = "ks",
    xmin_max: float | None = None,
    fix_fingers: str | bool | None = None,
    max_fingers: int = 10,
    finger_thresh: float = 1.0,
    scale_free: bool = False,
    bootstrap: int = 0,
    alternatives: bool = False,
    mp_fit: bool = False,
    randomize: bool = False,
    detX: bool = False,
    deltas: bool = False,
    vectors: bool = False,
    farms: bool = False,
    svd_method: str = "fast",
    eigs: str = "all",
    tolerance: float = 1e-6,
    compat: bool = False,
    threads: int = 0,
    memory: int | None = None,
    seed: int = 0,
    progress: ProgressOption = None,
) -> Details:
    """Analyses every layer of a model and returns its table, verdict and coverage.

    Parameters
    ----------
    model
        A torch module (Hugging Face and PEFT models are such), a Keras model, an `onnx.ModelProto`, a dict of tensors
        or arrays, or the path or Hugging Face id of a checkpoint. It is only read.
    base_model
        Analyse the differences from this model or, with `peft`, what adapters add to it.
    layers
        Which layers: ids, names, globs (`"h.*.attn.*"`) or types (`"conv2d"`); a leading `-` drops. All by default.
    min_evals, max_evals, max_N
        Layers with fewer or more eigenvalues, or a longer side N, are left out; no limit on N by default.
    start_ids
        The first id.
    pool
        Pool the slices of a convolution into one spectrum, or make one row a slice.
    conv2d_norm
        Scale the slices of a convolution by √(1/2), as weightwatcher does.
    conv2d_fft
        Take a convolution as a whole, in its Fourier basis, and not slice by slice.
    channels
        Where a convolution's channels stand, `"first"` or `"last"`, where its name and format don't tell.
    glorot_fix
        Divide weights by the standard deviation of Glorot's initialisation.
    peft
        `True`: low-rank adapters alone; `"with_base"`: with all other layers.
    intra, sparsify
        Analyse the products of neighbouring layers in place of the layers, with random gates between them.
    stacked
        Analyse all layers as one stacked matrix.
    inverse
        Analyse 1/λ in place of λ.
    fit
        The law of the tail: `"PL"`, `"TPL"` (truncated) or `"E_TPL"` (truncated, xmin near the peak).
    pl_package
        Whose power law: with (`"ww"`) or without (`"powerlaw"`) the rule for fewer than 20 eigenvalues.
    xmax
        Drop this many of the largest eigenvalues before the fit, or `"force"` the law to end at the largest.
    xmin_method, xmin_max
        Where the tail starts: `"ks"`, `"peak"`, `"median"`, or the share of eigenvalues in it; the largest xmin near
        the peak.
    fix_fingers, max_fingers, finger_thresh
        `"xmin_peak"` or `"clip_xmax"` keeps a few huge eigenvalues from steepening the fit: fewer than `max_fingers`
        whose absence lowers alpha by `finger_thresh`.
    scale_free
        Fit eigenvalues above 1e-5·λ_max instead of above 1e-5.
    bootstrap
        Samples behind alpha's interval and `gof_p`; 0 for the asymptotic interval.
    alternatives
        Test the power law against lognormal, exponential and truncated power law.
    mp_fit, randomize, detX, deltas, vectors, farms
        More columns: the Marchenko–Pastur bulk, the layer against its shuffled copy, the tail whose product is one,
        the gaps between eigenvalues, the eigenvectors of bulk and tail, the mean alpha of square pieces.
    svd_method
        `"fast"` or `"accurate"`.
    eigs
        `"all"`, or `"top:K"` for the K largest only: columns that need the others are null.
    tolerance
        Eigenvalues below this count as weak rank loss.
    compat
        Reproduce weightwatcher 0.7.7 where it is wrong, too.
    threads
        Threads; 0 for one a core. The result does not depend on it.
    memory
        Bytes of working memory that may be held at once; half of the machine's by default.
    seed
        Seed of every random draw.
    progress
        `True` for a tqdm bar, `False` for none, or a callable of (done, total, share, name). By default a bar in
        notebooks and terminals when tqdm is installed.

    `columns()` tells what each column means, and which option adds it.

    Raises
    ------
    OptionError
        An option does not exist or can't have its value.
    ModelError
        The model can't be read.
    """
    options = {name: value for name, value in locals().items() if name not in ("model", "base_model", "progress")}
    return analyze_with(model, options, progress, base_model)


def analyze_with(model: Any, options: Options, progress: ProgressOption = None, base_model: Any = None) -> Details:
    """Analyses a model under options that are named as the engine names them."""
    native = native_options({**options, "keep_curves": True})
    start_ids = int(native.get("start_ids", 0))
    opened = open_model(model, start_ids)
    base = None if base_model is None else open_model(base_model, start_ids)
    with Progress.of(progress) as bar:
        table = _native.analyze(opened, native, bar, base)
    return Details(table, label=label_of(model))


def describe(model: Any, options: Options, base_model: Any = None) -> Details:
    """Lists the layers of a model without any maths."""
    native = native_options(options)
    start_ids = int(native.get("start_ids", 0))
    base = None if base_model is None else open_model(base_model, start_ids)
    return Details(_native.describe(open_model(model, start_ids), native, base), label=label_of(model))


def compare(
    *models: Any,
    labels: Sequence[str] | None = None,
    resamples: int | None = None,
    confidence: float | None = None,
    seed: int | None = None,
    tolerated_share: float | None = None,
    significance: float | None = None,
    min_layers: int | None = None,
    progress: ProgressOption = None,
    **options: Any,
) -> Comparison:
    """Tells which of two or more models was trained with less data for its size.

    Parameters
    ----------
    models
        Two or more `Details`, or anything that `analyze` takes.
    labels
        The names by which sentences speak of the models; their own by default.
    resamples, confidence, seed
        Of the bootstrap over layers: how many resamples (10000), how often the intervals of all pairs hold at once
        (0.95), and the seed of the draws (0).
    tolerated_share, significance, min_layers
        Limits of each model's own verdict: the share of layers above 6 that a model with enough data may have (0.05),
        how improbable more of them must be before they count as proof (0.05), and the number of fitted layers below
        which a model is told neither (5).
    progress, options
        As for `analyze`, of models that are not `Details` yet.

    Raises
    ------
    OptionError
        A limit is out of range, an option does not exist, or there are fewer than two models.
    """
    within = limits(locals())
    if len(models) < 2:
        raise OptionError(f"compare() takes two or more models, not {len(models)}")
    _check_names(options, everything_analysed=all(isinstance(model, Details) for model in models))
    tables = [model if isinstance(model, Details) else analyze(model, progress=progress, **options) for model in models]
    names = list(labels) if labels is not None else unique([table.label for table in tables])
    if len(names) != len(tables):
        raise OptionError(f"compare() got {len(names)} labels for {len(tables)} models")
    pairs = [(name, table.native) for name, table in zip(names, tables, strict=True)]
    return Comparison(_native.compare(pairs, within), names, tables)


def _check_names(options: Options, everything_analysed: bool) -> None:
    """Refuses keywords that `analyze` does not have, and all of them where nothing is left to analyse."""
    own, theirs = (inspect.signature(function).parameters for function in (compare, analyze))
    known = [name for name in (*own, *theirs) if name not in ("model", "models", "options")]
    for name in options:
        if name not in known:
            raise unknown_option("compare", name, known)
        if everything_analysed:
            raise OptionError(f"option {name} has no effect: every model of this comparison is analysed already")


def label_of(model: Any) -> str:
    """The name by which sentences speak of a model."""
    if is_path(model):
        from pathlib import Path

        path = Path(model)
        return path.parent.name if path.is_file() and path.parent.name else path.name or str(path)
    if isinstance(model, Mapping):
        return "model"
    name = getattr(getattr(model, "config", None), "name_or_path", "") or getattr(model, "name", "")
    return name if isinstance(name, str) and name else describe_type(model).rpartition(".")[2]


def unique(names: Sequence[str]) -> list[str]:
    """The names, numbered where one occurs twice."""
    numbered = []
    for position, name in enumerate(names):
        before = names[:position].count(name)
        numbered.append(f"{name} ({before + 1})" if before or name in names[position + 1 :] else name)
    return numbered
