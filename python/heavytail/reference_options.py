"""The keywords of weightwatcher 0.7.7 in, the engine's options out; pairs that can't be are refused by name."""

from __future__ import annotations

import logging
import numbers
import os
from typing import Any

from heavytail import constants as ww
from heavytail.errors import OptionError
from heavytail.options import Options

__all__ = ["analyze_options", "describe_options", "fit_options"]

logger = logging.getLogger("heavytail")

# Keywords that mean the same to the engine: those of every method, of analyses, of fits.
_OF_ROWS = (
    "layers",
    "min_evals",
    "max_evals",
    "pool",
    "conv2d_norm",
    "conv2d_fft",
    "fft",
    "glorot_fix",
    "channels",
    "start_ids",
    "intra",
    "stacked",
    "compat",
)
_OF_ANALYSES = (
    "tolerance",
    "mp_fit",
    "randomize",
    "vectors",
    "deltas",
    "inverse",
    "svd_method",
    "scale_free",
    "threads",
    "memory",
    "seed",
)
_OF_FITS = ("fix_fingers", "max_fingers", "finger_thresh", "pl_package")

# Keywords without an effect, and what to do instead.
_WITHOUT_EFFECT = {
    "min_size": "use min_evals",
    "max_size": "use max_evals",
}

_FITS = {"PL": "PL", "power_law": "PL", "TPL": "TPL", "truncated_power_law": "TPL", "E_TPL": "E_TPL"}


def describe_options(given: Options) -> Options:
    """The options of a description."""
    for name, advice in _WITHOUT_EFFECT.items():
        if given.get(name):
            logger.warning("option %s has no effect: %s", name, advice)
    _refuse_what_the_reference_refuses(given)
    options = {name: given[name] for name in _OF_ROWS if name in given}
    options["max_n"] = given.get("max_N") or None
    options["min_evals"] = options.get("min_evals") or 1
    options["peft"] = _peft(given.get("peft", False))
    if given.get("ww2x"):
        options["pool"] = False
    return options


def analyze_options(given: Options) -> Options:
    """The options of an analysis."""
    options = describe_options(given) | fit_options(given)
    options |= {name: given[name] for name in _OF_ANALYSES if name in given}
    options["det_x"] = bool(given.get("detX") or given.get("ERG"))
    if given.get("intra"):
        options["sparsify"] = bool(given.get("sparsify", True))
    if given.get("inverse") and given.get("vectors"):
        raise OptionError(
            "inverse=True and vectors=True can't be combined: there are no inverse eigenvectors to describe"
        )
    return options


def fit_options(given: Options) -> Options:
    """The options of a fit."""
    options = {name: given[name] for name in _OF_FITS if name in given}
    fit, fingers = given.get("fit", ww.PL), given.get("fix_fingers")
    if fit not in _FITS:
        raise OptionError(f"option fit: {fit!r} is not allowed; one of {', '.join(_FITS)}")
    if fingers not in (None, False, ww.XMIN_PEAK, ww.CLIP_XMAX):
        raise OptionError(f"option fix_fingers: {fingers!r} is not allowed; False, 'xmin_peak' or 'clip_xmax'")
    options["fit"] = _FITS[fit]
    # Elsewhere the reference does not read it.
    if fingers == ww.XMIN_PEAK or _FITS[fit] == ww.E_TPL:
        options["xmin_max"] = given.get("xmin_max")
    options["xmax"] = _xmax(given.get("xmax"), fingers)
    return options


def _xmax(xmax: Any, fingers: Any) -> int | str | None:
    if xmax is None or xmax == ww.XMAX_FORCE:
        return xmax
    if not isinstance(xmax, numbers.Integral) or isinstance(xmax, bool) or xmax == 0:
        raise OptionError(f"option xmax: {xmax!r} is not allowed; None, 'force', or how many of the largest to drop")
    if fingers:
        raise OptionError("xmax and fix_fingers can't be combined: both drop the largest eigenvalues")
    return int(xmax)


def _peft(peft: Any) -> bool | str:
    if peft in (False, None):
        return False
    if peft not in (True, ww.PEFT, ww.PEFT_WITH_BASE):
        raise OptionError(f"option peft: {peft!r} is not allowed; False, True or 'with_base'")
    return ww.PEFT_WITH_BASE if peft == ww.PEFT_WITH_BASE else True


def _refuse_what_the_reference_refuses(given: Options) -> None:
    savefig = given.get("savefig")
    if not (savefig is None or isinstance(savefig, (bool, str, os.PathLike))):
        raise OptionError(f"option savefig: {savefig!r} is not allowed; a folder, True or False")
    layers = given.get("layers", ())
    ids = (
        [int(word) for word in layers if isinstance(word, numbers.Integral)]
        if isinstance(layers, (list, tuple))
        else []
    )
    if any(word < 0 for word in ids) and any(word > 0 for word in ids):
        raise OptionError(f"option layers: {layers!r} is not allowed; ids that keep (all ≥ 0) or drop (all < 0)")
