"""A dictionary of the reference's parameters in, whether its rules allow it out."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

from heavytail import constants as ww

__all__ = ["layer_type_from_str", "normalized_params", "valid_params"]

_FITS = (ww.PL, ww.POWER_LAW, ww.TPL, ww.TRUNCATED_POWER_LAW, ww.E_TPL)
_KINDS = (
    ww.LAYER_TYPE.DENSE,
    ww.LAYER_TYPE.CONV1D,
    ww.LAYER_TYPE.CONV2D,
    ww.LAYER_TYPE.FLATTENED,
    ww.LAYER_TYPE.EMBEDDING,
    ww.LAYER_TYPE.NORM,
)


def valid_params(params: Mapping[str, Any]) -> bool:
    """Whether weightwatcher 0.7.7 takes these parameters together; what is not given has its default."""
    given = {**ww.DEFAULT_PARAMS, **params}
    package, xmax, fingers = given[ww.PL_PACKAGE], given[ww.XMAX], given[ww.FIX_FINGERS]
    least, most, longest = (given[name] or 0 for name in (ww.MIN_EVALS, ww.MAX_EVALS, ww.MAX_N))
    drops = isinstance(xmax, numbers.Integral) and not isinstance(xmax, bool) and xmax != 0
    rules = (
        not (least and most) or least < most,
        most >= -1,
        longest >= max(least, most),
        package in (ww.WW_POWERLAW, ww.POWERLAW_PACKAGE),
        given[ww.FIT] in _FITS,
        given[ww.FIT] in (ww.PL, ww.POWER_LAW) or package == ww.POWERLAW_PACKAGE,
        xmax is None or xmax is False or drops or (xmax == ww.XMAX_FORCE and package == ww.POWERLAW_PACKAGE),
        fingers in (None, False, ww.XMIN_PEAK, ww.CLIP_XMAX),
        not fingers or (not drops and (given[ww.MAX_FINGERS] is None or given[ww.MAX_FINGERS] >= 1)),
        not (given[ww.FIT] == ww.E_TPL and fingers == ww.CLIP_XMAX),
        not (given[ww.INVERSE] and given[ww.VECTORS]),
        given[ww.SVD_METHOD] in ww.VALID_SVD_METHODS,
        given[ww.CHANNELS_STR] in (None, ww.FIRST, ww.LAST),
        not given[ww.WW2X],
        not (given[ww.CONV2D_FFT] and (given[ww.INTRA] or not given[ww.POOL])),
        not (given[ww.INTRA] and (given[ww.RANDOMIZE] or given[ww.VECTORS])),
        not _of_both_signs(given.get(ww.LAYERS)),
        isinstance(given[ww.SAVEFIG], (bool, str)),
        given.get(ww.START_IDS, 0) >= 0,
    )
    return all(rules)


def _of_both_signs(layers: Any) -> bool:
    """Whether ids are to be kept and dropped at once."""
    given = [layers] if isinstance(layers, numbers.Integral) else [] if layers is None else list(layers)
    ids = [int(layer) for layer in given if isinstance(layer, numbers.Integral)]
    return any(layer < 0 for layer in ids) and any(layer > 0 for layer in ids)


def layer_type_from_str(str_type: str) -> str:
    """The kind of layer that a word names; "unknown" for a word that names none."""
    return str_type if str_type in _KINDS else ww.LAYER_TYPE.UNKNOWN


def normalized_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with the long words for fits; "E_TPL" is a truncated power law with xmin near the peak."""
    given = {**ww.DEFAULT_PARAMS, **params}
    if given[ww.FIT] == ww.E_TPL:
        given |= {ww.FIT: ww.TPL, ww.FIX_FINGERS: ww.XMIN_PEAK}
    given[ww.FIT] = {ww.PL: ww.POWER_LAW, ww.TPL: ww.TRUNCATED_POWER_LAW}.get(given[ww.FIT], given[ww.FIT])
    return given
