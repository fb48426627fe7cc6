"""The API of weightwatcher 0.7.7 in, the engine's numbers out: `import heavytail as ww` and a notebook runs as before.

Every method has the reference's name, positional order and defaults; our own keywords follow after `*`. Models are
only read. Where the reference drops a layer silently, `coverage` says why.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from heavytail import constants as ww
from heavytail.analysis import analyze_with, describe
from heavytail.details import Details, Uncovered
from heavytail.errors import ModelError, OptionError, refuse_unknown_options
from heavytail.fitting import PowerLawTuple, fit_as_reference
from heavytail.options import Layers, Options
from heavytail.progress import ProgressOption
from heavytail.reference_options import analyze_options, describe_options, fit_options
from heavytail.reference_params import layer_type_from_str, valid_params
from heavytail.verdict import Verdict
from heavytail.watcher_layers import LayerAccess
from heavytail.watcher_transforms import Transforming

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WeightWatcher"]

logger = logging.getLogger("heavytail")

_AVERAGED = ("log_norm", "alpha", "alpha_weighted", "log_alpha_norm", "log_spectral_norm", "stable_rank", "mp_softrank")


class WeightWatcher(Transforming, LayerAccess):
    """Judges trained networks from their weights, as `weightwatcher.WeightWatcher` does.

    Parameters
    ----------
    model
        Anything that `heavytail.analyze` takes: a torch, Keras or ONNX model, a dict of tensors, a path, an id of the
        Hugging Face cache. Each method takes another one in its place.
    framework
        Accepted and ignored: what a model is, it says itself.
    base_model
        A model whose weights are subtracted before the analysis.
    log_level
        Level of the logger `heavytail`.
    """

    @refuse_unknown_options
    def __init__(
        self, model: Any = None, framework: Any = None, base_model: Any = None, log_level: int | str | None = None
    ) -> None:
        self.model = model
        self.base_model = base_model
        self.details: pd.DataFrame | None = None
        self.results: None = None
        self._analyzed: Details | None = None
        if log_level is not None:
            logger.setLevel(log_level)

    def __repr__(self) -> str:
        from heavytail import __version__

        return f"WeightWatcher v{__version__} (heavytail) {'no model' if self.model is None else type(self.model)}"

    @refuse_unknown_options
    def analyze(
        self,
        model: Any = None,
        layers: Layers = (),
        min_evals: int = ww.DEFAULT_MIN_EVALS,
        max_evals: int = ww.DEFAULT_MAX_EVALS,
        min_size: int | None = None,
        max_size: int | None = None,
        max_N: int | None = ww.DEFAULT_MAX_N,
        glorot_fix: bool = False,
        plot: bool = False,
        randomize: bool = False,
        savefig: str | bool = ww.DEF_SAVE_DIR,
        mp_fit: bool = False,
        conv2d_norm: bool = True,
        ww2x: bool = ww.DEFAULT_WW2X,
        pool: bool = ww.DEFAULT_POOL,
        conv2d_fft: bool = False,
        fft: bool = False,
        deltas: bool = False,
        intra: bool = False,
        vectors: bool = False,
        channels: str | None = None,
        stacked: bool = False,
        fix_fingers: str | bool | None = False,
        xmin_max: float | None = None,
        max_fingers: int = ww.DEFAULT_MAX_FINGERS,
        finger_thresh: float = ww.DEFAULT_FINGER_THRESH,
        fit: str = ww.PL,
        sparsify: bool = True,
        detX: bool = False,
        ERG: bool = False,
        svd_method: str = ww.FAST_SVD,
        tolerance: float = ww.WEAK_RANK_LOSS_TOLERANCE,
        start_ids: int = ww.DEFAULT_START_ID,
        pl_package: str = ww.WW_POWERLAW_PACKAGE,
        xmax: int | str | None = ww.DEFAULT_XMAX,
        base_model: Any = None,
        peft: bool | str = ww.DEFAULT_PEFT,
        inverse: bool = False,
        *,
        compat: bool = False,
        scale_free: bool = False,
        threads: int = 0,
        memory: int | None = None,
        seed: int = 0,
        progress: ProgressOption = None,
    ) -> pd.DataFrame:
        """Analyses the layers of a model; returns the reference's data frame, our own columns after its.

        The keywords up to `inverse` are the reference's and mean what its documentation says. After them come ours:
        `compat` reproduces the reference where it is wrong, too, and leaves our columns out; `scale_free` fits
        eigenvalues above 1e-5·λ_max;
        `threads`, `memory` (bytes) and `seed` as for `heavytail.analyze`; `progress` is True, False or a callable.

        The verdict on the model is then in `.verdict`, everything that has no row in `.coverage`.

        Raises
        ------
        OptionError
            An option has a value that it can't have, or contradicts another.
        UnknownOptionError
            A keyword that does not exist; the message names the nearest one.
        ModelError
            There is no model, or it can't be read.
        """
        given = {name: value for name, value in locals().items() if name not in ("self", "model", "base_model")}
        options = analyze_options(given)
        model, base_model = self._models(model, base_model)
        self._analyzed = analyze_with(model, options, progress, base_model=base_model)
        for warning in self._analyzed.warnings:
            logger.warning(warning)
        self.details = self._analyzed.to_pandas(reference_only=compat)
        if plot:
            from heavytail.plots.layer_figures import draw_layers

            draw_layers(self._analyzed, savefig, deltas=deltas)
        return self.details

    @refuse_unknown_options
    def describe(
        self,
        model: Any = None,
        layers: Layers = (),
        min_evals: int = ww.DEFAULT_MIN_EVALS,
        max_evals: int = ww.DEFAULT_MAX_EVALS,
        min_size: int | None = None,
        max_size: int | None = None,
        max_N: int | None = ww.DEFAULT_MAX_N,
        glorot_fix: bool = False,
        savefig: str | bool = ww.DEF_SAVE_DIR,
        ww2x: bool = ww.DEFAULT_WW2X,
        pool: bool = ww.DEFAULT_POOL,
        conv2d_fft: bool = False,
        fft: bool = False,
        conv2d_norm: bool = True,
        intra: bool = False,
        channels: str | None = None,
        stacked: bool = False,
        start_ids: int = ww.DEFAULT_START_ID,
        base_model: Any = None,
        peft: bool | str = ww.DEFAULT_PEFT,
        *,
        compat: bool = False,
    ) -> pd.DataFrame:
        """Lists the layers that `analyze` would analyse, with their sizes, without any maths."""
        given = {name: value for name, value in locals().items() if name not in ("self", "model", "base_model")}
        model, base_model = self._models(model, base_model)
        return describe(model, describe_options(given), base_model=base_model).described_to_pandas(
            reference_only=compat
        )

    valid_params = staticmethod(valid_params)
    layer_type_from_str = staticmethod(layer_type_from_str)

    @staticmethod
    def describe_pytorch_bins(model_dir: str | Path | None = None, **options: Any) -> pd.DataFrame:
        """`describe` of the checkpoints in a folder: the same as of a watcher with that folder as its model."""
        return WeightWatcher(model=model_dir).describe(**options)

    @staticmethod
    def analyze_pytorch_bins(model_dir: str | Path | None = None, **options: Any) -> pd.DataFrame:
        """`analyze` of the checkpoints in a folder: the same as of a watcher with that folder as its model."""
        return WeightWatcher(model=model_dir).analyze(**options)

    def get_details(self) -> pd.DataFrame | None:
        """The data frame of the last `analyze`."""
        return self.details

    def get_summary(self, details: pd.DataFrame | None = None) -> dict[str, float]:
        """Means of the frame's metrics over all rows, failed ones with their −1 included, as the reference's."""
        frame = self.details if details is None else details
        if frame is None:
            return {}
        return {name: float(frame[name].mean()) for name in _AVERAGED if name in frame.columns}

    @property
    def verdict(self) -> Verdict:
        """Whether the analysed model was trained with enough data, with the evidence."""
        return self._last().verdict

    @property
    def coverage(self) -> list[Uncovered]:
        """Every tensor and layer of the analysed model without a row, with its reason."""
        return self._last().coverage

    @property
    def table(self) -> Details:
        """The last analysis as `heavytail.Details`."""
        return self._last()

    @refuse_unknown_options
    def get_ESD(
        self, model: Any = None, layer: int | str | None = None, random: bool = False, params: Any = None
    ) -> npt.NDArray[np.float64]:
        """The eigenvalue spectrum of one layer, by its id or name, ascending; of its shuffled elements if `random`.

        Of the weights as they are: `analyze` scales a convolution unless `conv2d_norm=False`, this does not.

        Raises
        ------
        LayerNotFoundError
            The model has no such layer.
        ModelError
            The layer has no spectrum: numbers that are not finite, a tensor that can't be read.
        """
        model, base_model = self._models(model, None)
        if layer is None:
            raise OptionError("get_ESD() needs a layer: its id or its name")
        every = {"min_evals": 1, "max_evals": 0}
        listed = describe(model, every, base_model=base_model)
        identifier = listed["layer_id"][listed.row_of(layer)]
        options = {**every, "layers": [identifier], "randomize": random, "conv2d_norm": False}
        details = analyze_with(model, options, progress=False, base_model=base_model)
        spectrum = details.shuffled(identifier) if random else details.eigenvalues(identifier)
        if spectrum.size == 0:
            row = details[0]
            raise ModelError(f"layer `{row['longname']}` {row['reason']}")
        return spectrum

    @refuse_unknown_options
    def fit_powerlaw(
        self,
        evals: npt.ArrayLike,
        xmin: float | str | None = None,
        xmax: float | str | None = None,
        plot: bool = True,
        layer_name: str = "",
        layer_id: int = 0,
        plot_id: int | str = 0,
        sample: bool = False,
        sample_size: int | None = None,
        savedir: str = ww.DEF_SAVE_DIR,
        savefig: str | bool = True,
        thresh: float = ww.EVALS_THRESH,
        fix_fingers: str | bool | None = False,
        finger_thresh: float = ww.DEFAULT_FINGER_THRESH,
        xmin_max: float | None = None,
        max_fingers: int = ww.DEFAULT_MAX_FINGERS,
        fit_type: str = ww.POWER_LAW,
        pl_package: str = ww.DEFAULT_POWERLAW_PACKAGE,
    ) -> PowerLawTuple:
        """Fits eigenvalues and draws the fit, as the reference does: files in `savedir` if `savefig`.

        Returns the reference's tuple of eleven, with names: alpha, Lambda, xmin, xmax, D, sigma, num_pl_spikes,
        num_fingers, raw_alpha, status, warning.
        """
        given: Options = {
            "fit": fit_type,
            "fix_fingers": fix_fingers,
            "max_fingers": max_fingers,
            "finger_thresh": finger_thresh,
            "xmin_max": xmin_max,
            "pl_package": pl_package,
        }
        found, table = fit_as_reference(evals, xmin, xmax, thresh, fit_options(given))
        if plot:
            from heavytail.plots.layer_figures import draw_layers

            number, title = str(plot_id or layer_id), layer_name or "eigenvalues"
            draw_layers(table, savedir if savefig else False, number=number, title=title)
        return found

    def _last(self) -> Details:
        if self._analyzed is None:
            raise OptionError("nothing has been analysed yet: call analyze() first")
        return self._analyzed
