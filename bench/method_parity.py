"""Calls the methods of weightwatcher's class on one torch model with weightwatcher and with heavytail; prints a table.

    python bench/method_parity.py

Runs in an environment with weightwatcher 0.7.7 and torch beside heavytail. `analyze` under its options is the affair of
`cargo xtask differential` and whole notebooks that of bench/notebook_parity.py; here are the other methods and their
arguments. Numbers are held to 1e-5, since the reference computes in single precision. Where both may not agree,
bench/known_differences.py holds them to the very difference that docs/differences.md tells. Exits with 1 where anything
else differs, or such a difference is gone.
"""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import numbers
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import numpy as np
import pandas as pd
import torch
from known_differences import KNOWN, Both
from torch import nn

TOLERANCE = 1e-5


class Net(nn.Module):
    """A convolution, matrices of several shapes, an embedding."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(24, 32, 3)
        self.embed = nn.Embedding(70, 24)
        self.fc1 = nn.Linear(64, 48)
        self.fc2 = nn.Linear(48, 80)


def net(seed: int = 0) -> Net:
    """The model; another seed is one trained a little further from it."""
    torch.manual_seed(0)
    model = Net()
    with torch.no_grad():
        # Heavy tails, so that the fits are no accidents of noise.
        for parameter in model.parameters():
            parameter.copy_(torch.distributions.StudentT(3.0).sample(parameter.shape) / 20)
        if seed:
            torch.manual_seed(seed)
            for parameter in model.parameters():
                parameter.add_(0.01 * torch.randn_like(parameter))
    return model


def ours(package) -> bool:
    """Whether it is heavytail, which takes `compat` where the reference is wrong."""
    return package.__name__ == "heavytail"


def weights(model) -> dict:
    """The weights of a model that a method returned."""
    return {name: value.detach().double().numpy() for name, value in model.state_dict().items()}


def distances(package, method, **options):
    """Means and the frame less what only we tell."""
    compat = {"compat": True} if ours(package) else {}
    weight, bias, frame = package.WeightWatcher().distances(net(), net(1), method=method, **options, **compat)
    names = [name for name in frame.reset_index().columns if name != "reason"]
    return {"means": [weight, bias], "rows": frame.reset_index()[names]}


def smoothed(package, **options):
    """The weights after SVDSmoothing."""
    return weights(package.WeightWatcher(model=net()).SVDSmoothing(**options))


def sharpened(package):
    """The weights after SVDSharpness of a model without a trap: none goes."""
    compat = {"compat": True} if ours(package) else {}
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(200, 300))
    nn.init.normal_(model[0].weight)
    return weights(package.WeightWatcher(model=model).SVDSharpness(model=model, **compat))


def described(package, **options):
    """The description of the model."""
    return package.WeightWatcher(model=net()).describe(**options, **({"compat": True} if ours(package) else {}))


def analyzed(package, **options):
    """A watcher that has analysed the model."""
    watcher = package.WeightWatcher(model=net())
    watcher.analyze(**options, **({"compat": True, "progress": False} if ours(package) else {}))
    return watcher


def layers(iterator):
    """What the objects of an iterator say of themselves."""
    return [[one.layer_id, one.name, one.longname, one.N, one.M, one.rf, len(one.Wmats)] for one in iterator]


def permuted(package):
    """Whether elements come back to their places, and are the same ones while they are away."""
    watcher = package.WeightWatcher(model=net())
    layer = next(one for one in watcher.make_layer_iterator() if one.name == "fc1")
    before = copy.deepcopy(layer.Wmats[0])
    watcher.apply_permute_W(layer)
    same = np.allclose(np.sort(layer.Wmats[0], axis=None), np.sort(before, axis=None))
    watcher.apply_unpermute_W(layer)
    return [same, np.allclose(layer.Wmats[0], before)]


def flat_files(package):
    """The configuration of a folder of flat files, its description and its analysis."""
    watcher = package.WeightWatcher()
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as target:
        torch.save(net().state_dict(), Path(source, "pytorch_model.bin"))
        config = watcher.extract_pytorch_bins(model_dir=source, model_name="net", tmp_dir=target)
        folder = config["weights_dir"]
        more = {"compat": True} if ours(package) else {}
        described = package.WeightWatcher(model=str(folder)).describe(**more)
        return {
            "config": {key: config[key] for key in ("framework", "format", "model_name", "layers")},
            "rows": described,
        }


def fitted(package, **options):
    """The tuple of a fit of planted eigenvalues."""
    evals = (1.0 - np.arange(300) / 300) ** -0.5 * np.linspace(1, 1.2, 300)
    return list(package.WeightWatcher().fit_powerlaw(evals, plot=False, **options))[:10]


def vectors(package):
    """Measures of vectors of each form."""
    rng = np.random.default_rng(1)
    watcher = package.WeightWatcher()
    forms = [rng.standard_normal(30), [rng.standard_normal(9), rng.standard_normal(7)], rng.standard_normal((3, 8))]
    return [watcher.vector_metrics(form).select_dtypes("number") for form in forms] + [
        [watcher.valid_vectors(form) for form in [*forms, "no"]]
    ]


def params(package):
    """What the rules of parameters say."""
    default, watcher = package.DEFAULT_PARAMS, package.WeightWatcher
    given = [{}, {"pool": False}, {"fit": "TPL"}, {"xmax": "force"}, {"svd_method": "truncated"}, {"max_N": 3}]
    given += [{"intra": True}, {"savefig": -1}, {"layers": [-1, 1]}, {"fix_fingers": "thumb"}, {"pl_package": "x"}]
    return [bool(watcher.valid_params({**default, **one})) for one in given]


def get_esd(package, layer, **options):
    """The spectrum of a layer, or of its shuffled elements: their number and their sum."""
    found = package.WeightWatcher(model=net()).get_ESD(layer=layer, **options)
    if options.get("random"):
        return [len(found) % 48, float(np.sum(found)) / (len(found) / 48)]
    return np.sort(found)


CALLS: dict[str, Callable] = {
    "describe()": described,
    "describe(pool=False)": lambda ww: described(ww, pool=False),
    "describe(layers=[3, 4], min_evals=30, max_evals=60)": lambda ww: described(
        ww, layers=[3, 4], min_evals=30, max_evals=60
    ),
    "describe(layers=[LAYER_TYPE.DENSE])": lambda ww: described(ww, layers=[ww.LAYER_TYPE.DENSE]),
    "describe(layers=[-3])": lambda ww: described(ww, layers=[-3]),
    "describe(start_ids=1)": lambda ww: described(ww, start_ids=1),
    "get_details()": lambda ww: analyzed(ww).get_details(),
    "get_summary()": lambda ww: analyzed(ww).get_summary(),
    "get_summary() after mp_fit": lambda ww: analyzed(ww, mp_fit=True).get_summary(),
    "get_summary(details)": lambda ww: ww.WeightWatcher().get_summary(analyzed(ww).get_details().head(2)),
    "get_ESD(layer=3)": lambda ww: get_esd(ww, 3),
    "get_ESD(layer='fc2')": lambda ww: get_esd(ww, "fc2"),
    "get_ESD(layer=1), a convolution": lambda ww: get_esd(ww, 1),
    "get_ESD(layer=3, random=True)": lambda ww: get_esd(ww, 3, random=True),
    "get_Weights(layer=3)": lambda ww: ww.WeightWatcher(model=net()).get_Weights(layer=3),
    "get_framework_layer(layer=3)": lambda ww: str(ww.WeightWatcher(model=net()).get_framework_layer(layer=3)),
    "distances(raw)": lambda ww: distances(ww, "raw"),
    "distances(euclidean)": lambda ww: distances(ww, "euclidean"),
    "distances(cka)": lambda ww: distances(ww, "cka"),
    "distances(euclidean, pool=False)": lambda ww: distances(ww, "euclidean", pool=False),
    "distances(cka, layers=[3, 4])": lambda ww: distances(ww, "cka", layers=[3, 4]),
    "distances(method='miles')": lambda ww: distances(ww, "miles"),
    "SVDSmoothing()": smoothed,
    "SVDSmoothing(method='svd', percent=0.3)": lambda ww: smoothed(ww, method="svd", percent=0.3),
    "SVDSmoothing(method='svd', percent=-0.1)": lambda ww: smoothed(ww, method="svd", percent=-0.1),
    "SVDSmoothing(method='rmt')": lambda ww: smoothed(ww, method="rmt"),
    "SVDSmoothing(method='alpha_min')": lambda ww: smoothed(ww, method="alpha_min"),
    "SVDSmoothing(method='auto')": lambda ww: smoothed(ww, method="auto"),
    "SVDSmoothing(method='melt')": lambda ww: smoothed(ww, method="melt"),
    "SVDSmoothing(layers=[3], method='svd', percent=0.3)": lambda ww: smoothed(
        ww, layers=[3], method="svd", percent=0.3
    ),
    "SVDSmoothing(pool=False)": lambda ww: smoothed(ww, pool=False),
    "SVDSmoothing(svd_method='accurate', method='svd')": lambda ww: smoothed(ww, svd_method="accurate", method="svd"),
    "SVDSharpness()": sharpened,
    "fit_powerlaw(evals)": fitted,
    "fit_powerlaw(xmax=1.2)": lambda ww: fitted(ww, xmax=1.2),
    "fit_powerlaw(fix_fingers='clip_xmax')": lambda ww: fitted(ww, fix_fingers="clip_xmax"),
    "fit_powerlaw(xmin=1.1)": lambda ww: fitted(ww, xmin=1.1),
    "fit_powerlaw(thresh=1.2)": lambda ww: fitted(ww, thresh=1.2),
    "make_layer_iterator()": lambda ww: layers(ww.WeightWatcher(model=net()).make_layer_iterator()),
    "make_layer_iterator(pool=False)": lambda ww: layers(
        ww.WeightWatcher(model=net()).make_layer_iterator(params={**ww.DEFAULT_PARAMS, "pool": False})
    ),
    "make_delta_layer_iterator(base)": lambda ww: [
        one.Wmats for one in ww.WeightWatcher(model=net()).make_delta_layer_iterator(net(1), net())
    ],
    "apply_permute_W, apply_unpermute_W": permuted,
    "extract_pytorch_bins, describe": flat_files,
    "vector_metrics, valid_vectors": vectors,
    "valid_params": params,
    "infer_framework": lambda ww: [ww.WeightWatcher.infer_framework(one) for one in (net(), {"a": 1}, 3)],
    "valid_framework": lambda ww: [ww.WeightWatcher.valid_framework(one) for one in ("pytorch", "keras", "spam")],
    "layer_type_from_str": lambda ww: [
        str(ww.WeightWatcher.layer_type_from_str(word)).rpartition(".")[2] for word in ("dense", "conv2d", "spam")
    ],
}

def difference(theirs, mine) -> str:
    """What differs first, or nothing."""
    if isinstance(theirs, pd.DataFrame):
        if not isinstance(mine, pd.DataFrame) or list(theirs.columns) != list(mine.columns):
            return f"columns {list(getattr(mine, 'columns', []))[:12]} for {list(theirs.columns)[:12]}"
        return difference({n: theirs[n].tolist() for n in theirs}, {n: mine[n].tolist() for n in mine})
    if isinstance(theirs, dict):
        if set(theirs) != set(mine):
            return f"keys {sorted(set(theirs) ^ set(mine))[:6]}"
        return next((f"{key}: {told}" for key in theirs if (told := difference(theirs[key], mine[key]))), "")
    if isinstance(theirs, np.ndarray):
        if theirs.shape != np.shape(mine):
            return f"shape {np.shape(mine)} for {theirs.shape}"
        scale = max(float(np.max(np.abs(theirs), initial=0.0)), 1e-12)
        off = float(np.max(np.abs(theirs - np.asarray(mine)), initial=0.0)) / scale
        return "" if off < TOLERANCE else f"numbers differ by {off:.1e} of the largest"
    if isinstance(theirs, (list, tuple)):
        if len(theirs) != len(mine):
            return f"{len(mine)} items for {len(theirs)}"
        return next((told for pair in zip(theirs, mine, strict=True) if (told := difference(*pair))), "")
    if isinstance(theirs, numbers.Number) and not isinstance(theirs, (bool, np.bool_)):
        same = bool(np.isclose(theirs, mine if mine is not None else np.nan, rtol=TOLERANCE, equal_nan=True))
    else:
        same = theirs == mine or (theirs in (None, "") and mine in (None, ""))
    return "" if same else f"{mine} for {theirs}"


def called(package, call):
    """What a call gives, or the exception that it raises."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return call(package), None
    except Exception as error:
        return None, f"{type(error).__name__}: {str(error).splitlines()[0][:90] if str(error) else ''}"


def known(name: str, theirs, raised, mine, refused) -> str:
    """What is wrong with a difference that was known, or nothing."""
    import heavytail

    both = Both(theirs, raised, mine, refused, weights(net()), lambda **options: smoothed(heavytail, **options))
    try:
        KNOWN[name].check(both)
    except Exception as error:
        return f"not the known difference any more: {type(error).__name__} {error}".strip()
    return ""


def main() -> int:
    import heavytail
    import weightwatcher

    failed = 0
    print("| call | weightwatcher | heavytail |\n|---|---|---|")
    for name, call in CALLS.items():
        theirs, raised = called(weightwatcher, call)
        mine, refused = called(heavytail, call)
        if raised is None and refused is None:
            told = difference(theirs, mine) or "the same"
        else:
            told = refused or "answers"
        if name in KNOWN:
            wrong = known(name, theirs, raised, mine, refused)
            failed += bool(wrong)
            told += f" ({wrong or KNOWN[name].why})"
        else:
            failed += not (told == "the same" or (raised is not None and refused is not None))
        print(f"| `{name}` | {raised or 'answers'} | {told} |", flush=True)
    print(f"\n{len(CALLS)} calls, {failed} differ in a way that docs/differences.md does not tell.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
