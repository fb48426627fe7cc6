"""The keywords of weightwatcher 0.7.7 in, the engine's options out; pairs that can't be are refused by name."""

from __future__ import annotations

import logging
import numbers
import os
from typing import Any

from heavytail import constants as ww
from heavytail.errors import OptionError
from heavytail.options import Options

__all__ = ["analyze_options", "describe_options"]

logger = logging.getLogger("heavytail")

# Keywords that the engine knows by the same name.
_SAME = (
    "layers",
    "min_evals",
    "max_evals",
    "pool",
    "conv2d_norm",
    "tolerance",
    "start_ids",
    "compat",
    "scale_free",
    "threads",
    "memory",
    "seed",
)

# Keywords that the engine knows by another or the same name, passed on only where they differ from the default.
_OPTIONAL = {
    "mp_fit": ("mp_fit", False),
    "randomize": ("randomize", False),
    "vectors": ("vectors", False),
    "intra": ("intra", False),
    "stacked": ("stacked", False),
    "inverse": ("inverse", False),
    "max_fingers": ("max_fingers", ww.DEFAULT_MAX_FINGERS),
    "finger_thresh": ("finger_thresh", ww.DEFAULT_FINGER_THRESH),
    "xmin_max": ("xmin_max", None),
    "svd_method": ("svd_method", ww.FAST_SVD),
    "pl_package": ("pl_package", ww.WW_POWERLAW_PACKAGE),
}

# Keywords without an effect, and what to do instead.
_WITHOUT_EFFECT = {
    "min_size": "use min_evals",
    "max_size": "use max_evals",
    "glorot_fix": "it has none in weightwatcher 0.7.7 either",
    "conv2d_fft": "weightwatcher's own is no reference; convolutions are sliced",
    "fft": "it raises in weightwatcher 0.7.7",
    "channels": "it raises in weightwatcher 0.7.7; the layout is known from the framework",
}

_FITS = {"PL": "PL", "power_law": "PL", "TPL": "TPL", "truncated_power_law": "TPL", "E_TPL": "E_TPL"}


def describe_options(given: Options) -> Options:
    """The options of a description."""
    for name, advice in _WITHOUT_EFFECT.items():
        if given.get(name):
            logger.warning("option %s has no effect: %s", name, advice)
    _refuse_what_the_reference_refuses(given)
    options = {name: given[name] for name in _SAME if name in given}
    options["max_n"] = given.get("max_N") or None
    options["min_evals"] = options.get("min_evals") or 1
    if given.get("ww2x"):
        options["pool"] = False
    for name in ("intra", "stacked"):
        if given.get(name):
            options[name] = True
    _set_peft(options, given.get("peft", False))
    return options


def _refuse_what_the_reference_refuses(given: Options) -> None:
    savefig = given.get("savefig")
    if not (savefig is None or isinstance(savefig, (bool, str, os.PathLike))):
        raise OptionError(f"option savefig: {savefig!r} is not allowed; a folder, True or False")
    if given.get("conv2d_fft") and (not given.get("pool", True) or given.get("intra")):
        raise OptionError("conv2d_fft can't be combined with pool=False or intra=True")
    layers = given.get("layers", ())
    ids = (
        [int(word) for word in layers if isinstance(word, numbers.Integral)]
        if isinstance(layers, (list, tuple))
        else []
    )
    if any(word < 0 for word in ids) and any(word > 0 for word in ids):
        raise OptionError(f"option layers: {layers!r} is not allowed; ids that keep (all ≥ 0) or drop (all < 0)")


def analyze_options(given: Options) -> Options:
    """The options of an analysis."""
    options = describe_options(given)
    for name, (native, default) in _OPTIONAL.items():
        value = given.get(name, default)
        if value is not None and value != default:
            options[native] = value
    if given.get("detX") or given.get("ERG"):
        options["det_x"] = True
    if given.get("intra"):
        options["sparsify"] = bool(given.get("sparsify", True))
    _set_fit(options, given)
    _set_xmax(options, given.get("xmax"), given.get("fix_fingers"))
    if given.get("inverse") and given.get("vectors"):
        raise OptionError(
            "inverse=True and vectors=True can't be combined: there are no inverse eigenvectors to describe"
        )
    return options


def _set_fit(options: Options, given: Options) -> None:
    fit = given.get("fit", ww.PL)
    if fit not in _FITS:
        raise OptionError(f"option fit: {fit!r} is not allowed; one of {', '.join(_FITS)}")
    if _FITS[fit] != ww.PL:
        options["fit"] = _FITS[fit]
    fingers = given.get("fix_fingers")
    if fingers not in (None, False, ww.XMIN_PEAK, ww.CLIP_XMAX):
        raise OptionError(f"option fix_fingers: {fingers!r} is not allowed; False, 'xmin_peak' or 'clip_xmax'")
    if fingers:
        options["fix_fingers"] = fingers


def _set_xmax(options: Options, xmax: Any, fingers: Any) -> None:
    if xmax is None:
        return
    if xmax == ww.XMAX_FORCE:
        options["xmax_force"] = True
    elif isinstance(xmax, numbers.Integral) and not isinstance(xmax, bool) and xmax != 0:
        if fingers:
            raise OptionError("xmax and fix_fingers can't be combined: both drop the largest eigenvalues")
        options["xmax"] = int(xmax)
    else:
        raise OptionError(f"option xmax: {xmax!r} is not allowed; None, 'force', or how many of the largest to drop")


def _set_peft(options: Options, peft: bool | str) -> None:
    if peft in (False, None):
        return
    if peft not in (True, ww.PEFT, ww.PEFT_WITH_BASE):
        raise OptionError(f"option peft: {peft!r} is not allowed; False, True or 'with_base'")
    options["peft"] = ww.PEFT_WITH_BASE if peft == ww.PEFT_WITH_BASE else "lora"
