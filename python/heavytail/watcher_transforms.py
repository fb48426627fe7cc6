"""The reference's methods that compare or rewrite models in, the engine's answers out: half of `WeightWatcher`."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heavytail import _native
from heavytail import constants as ww
from heavytail.details import Details
from heavytail.errors import OptionError, refuse_unknown_options
from heavytail.held_model import HeldModel
from heavytail.options import Layers, Options, checked, native_options, whole
from heavytail.sources import open_model
from heavytail.transforms import Write, rewrite

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Transforming"]

logger = logging.getLogger("heavytail")

_DISTANCES = ("layer_id", "method", "name", "delta_W", "delta_b", "M", "N", "b_shape", "longname", "slice_id", "reason")


class Transforming(HeldModel):
    """Distances between models, smoothing, sharpening, correlation traps."""

    changes: Details
    """What the last method that made a new model changed: a row a layer."""

    @refuse_unknown_options
    def distances(
        self,
        model_1: Any,
        model_2: Any,
        method: str = ww.RAW,
        layers: Layers = (),
        start_ids: int = ww.DEFAULT_START_ID,
        pool: bool = ww.DEFAULT_POOL,
        channels: str | None = None,
        *,
        compat: bool = False,
    ) -> tuple[float, float, pd.DataFrame]:
        """How far each layer of one model is from its partner in another.

        `method`: "raw" or "euclidean" (norm of the difference) or "cka" (a likeness). Returns the mean distance of the
        weights, that of the biases, and a frame with a row a layer.
        """
        options = native_options(
            {"layers": layers, "start_ids": start_ids, "pool": pool, "channels": channels, "compat": compat}
        )
        first, second = open_model(model_1, start_ids), open_model(model_2, start_ids)
        method = str(method).lower()
        weights, biases, table = _native.distances(first, second, method, options)
        frame = Details(table).to_pandas()
        if frame.empty:
            # Without rows there is no column either.
            frame = frame.reindex(columns=_DISTANCES)
        frame["b_shape"] = _bias_lengths(first, second, frame["longname"]) if method == ww.RAW else ww.UNKNOWN
        frame = frame[[name for name in _DISTANCES if name in frame.columns]]
        return weights, biases, frame.set_index("layer_id")

    @refuse_unknown_options
    def SVDSmoothing(
        self,
        model: Any = None,
        percent: float = 0.8,
        pool: bool = ww.DEFAULT_POOL,
        layers: Layers = (),
        method: str = ww.DETX,
        fit: str = ww.PL,
        plot: bool = False,
        start_ids: int = ww.DEFAULT_START_ID,
        svd_method: str = ww.FAST_SVD,
        *,
        to: str | Path | None = None,
    ) -> Any:
        """A new model whose layers keep only some of their singular triplets; the model itself is not changed.

        `method`: "detX" (the tail whose product is one), "alpha_min" (the power law's tail), "rmt" (what stands out of
        the random bulk), "auto" ("rmt" where alpha is above 6, "detX" elsewhere) or "svd" (`percent` of all; below 0
        that share of the largest goes). The new model is of the kind of the old one; with `to` it is the path of a
        safetensors file. `plot` draws each layer as it was, with what decided how much of it stays, as
        `analyze(plot=True)` does.
        """
        if fit not in (ww.PL, ww.POWER_LAW):
            raise OptionError(f"option fit: {fit!r} is not allowed; smoothing counts the tail of a power law")
        given, opened, options = self._opened(model, start_ids, layers=layers, pool=pool)
        share = float(percent)
        if plot:
            _draw(opened, {**options, "det_x": method in (ww.DETX, ww.AUTO), "mp_fit": method in (ww.RMT, ww.AUTO)})
        return self._rewritten(given, lambda path, keep: _native.smooth(opened, method, share, path, keep, options), to)

    @refuse_unknown_options
    def SVDSharpness(
        self,
        model: Any = None,
        pool: bool = ww.DEFAULT_POOL,
        layers: Layers = (),
        plot: bool = False,
        start_ids: int = ww.DEFAULT_START_ID,
        *,
        compat: bool = False,
        seed: int = 0,
        to: str | Path | None = None,
    ) -> Any:
        """A new model without its correlation traps; the model itself is not changed.

        `compat` removes as many of each layer's own largest directions instead, as the reference does. `plot` draws
        each layer as it was beside its shuffled copy, whose spikes are the traps, as `analyze(plot=True)` does.
        """
        given, opened, options = self._opened(model, start_ids, layers=layers, pool=pool, compat=compat, seed=seed)
        if plot:
            _draw(opened, {**options, "randomize": True})
        return self._rewritten(given, lambda path, keep: _native.sharpen(opened, path, keep, options), to)

    @refuse_unknown_options
    def analyze_traps(
        self,
        model: Any = None,
        layers: Layers = (),
        start_ids: int = ww.DEFAULT_START_ID,
        *,
        seed: int = 0,
    ) -> pd.DataFrame:
        """A row for each correlation trap: a direction of the shuffled layer that its bulk does not explain.

        `heavytail.columns()` says what each column means.
        """
        _, opened, options = self._opened(model, start_ids, layers=layers, seed=seed)
        return Details(_native.analyze_traps(opened, options)).to_pandas()

    @refuse_unknown_options
    def remove_traps(
        self,
        model: Any = None,
        layers: Layers = (),
        trap_indices: Sequence[int] = (),
        start_ids: int = ww.DEFAULT_START_ID,
        *,
        seed: int = 0,
        to: str | Path | None = None,
    ) -> Any:
        """A new model without the traps of these numbers (from 1, as `analyze_traps` counts; all by default)."""
        given, opened, options = self._opened(model, start_ids, layers=layers, seed=seed)
        indices = [checked("trap_indices", index, whole(1)) for index in trap_indices]
        return self._rewritten(given, lambda path, keep: _native.remove_traps(opened, indices, path, keep, options), to)

    @refuse_unknown_options
    def randomize_model(
        self,
        model: Any = None,
        layers: Layers = (),
        start_ids: int = ww.DEFAULT_START_ID,
        *,
        seed: int = 0,
        to: str | Path | None = None,
    ) -> Any:
        """A new model with the elements of every layer of one matrix permuted, as `analyze_traps` permutes them.

        `changes` has the fingerprint of each permutation. The model itself is not changed.
        """
        given, opened, options = self._opened(model, start_ids, layers=layers, seed=seed)
        return self._rewritten(given, lambda path, keep: _native.randomize_model(opened, path, keep, options), to)

    def _opened(self, model: Any, start_ids: int, **given_options: Any) -> tuple[Any, _native.Model, Options]:
        given, _ = self._models(model, None)
        options = native_options({**given_options, "start_ids": start_ids})
        return given, open_model(given, start_ids), options

    def _rewritten(self, model: Any, write: Write, to: str | Path | None) -> Any:
        made, changes = rewrite(model, write, to)
        self.changes = Details(changes)
        for row in self.changes:
            if (row.get("reason") or "").startswith("is packed"):
                logger.warning("layer %s stays what it is: it %s", row["longname"], row["reason"])
        if to is None:
            # What the reference's watcher holds afterwards, too; the caller's own model is another one and unchanged.
            self.model = made
        return made


def _bias_lengths(first: _native.Model, second: _native.Model, layers: Iterable[str]) -> list[Any]:
    """The length of each layer's bias where both models have it, else the reference's word for none."""
    shapes, others = ({name: shape for name, _, shape in model.tensors()} for model in (first, second))
    biases = ((name, shapes.get(name)) for name in (f"{layer}.bias" for layer in layers))
    return [shape[0] if shape and shape == others.get(name) else ww.UNKNOWN for name, shape in biases]


def _draw(opened: _native.Model, options: Options) -> None:
    """Draws the layers as they are, into the reference's folder."""
    from heavytail.plots.layer_figures import draw_layers

    draw_layers(Details(_native.analyze(opened, {**options, "keep_curves": True})), savefig=True)
