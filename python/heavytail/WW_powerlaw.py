"""Numbers in, the power law of their tail out, as an object with every candidate: what notebooks call `WW_powerlaw`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from heavytail import _native
from heavytail import constants as ww
from heavytail.details import Details
from heavytail.errors import HeavytailError, MissingPackageError, OptionError
from heavytail.fitting import FloatArray
from heavytail.options import native_options

__all__ = ["Fit", "WWFit", "best_dist", "fit_clipped_powerlaw", "pl_compare", "pl_compute", "pl_fit"]

# The laws that a tail is held against.
_RIVALS = (ww.LOG_NORMAL, ww.EXPONENTIAL, ww.TRUNCATED_POWER_LAW)


class Fit:
    """The law p(x) ∝ x^−alpha on x ≥ xmin of greatest likelihood, xmin of least Kolmogorov–Smirnov distance.

    Parameters
    ----------
    data
        Positive numbers in any order; all are fitted, small ones too.
    xmin, xmax
        Leave out what is below or above the number that is nearest to these.
    distribution
        "power_law"; the other laws are rivals, see `distribution_compare`.
    """

    alpha: np.float64
    """Exponent."""
    sigma: np.float64
    """Its asymptotic standard error, (alpha − 1)/√m of m numbers in the tail."""
    D: np.float64
    """Kolmogorov–Smirnov distance."""
    xmin: np.float64
    xmax: np.float64
    xmins: FloatArray
    """The candidates: every number but the largest, ascending; `alphas`, `Ds` and `sigmas` stand beside."""

    def __init__(
        self,
        data: npt.ArrayLike,
        xmin: float | None = None,
        xmax: float | None = None,
        distribution: str = ww.POWER_LAW,
    ) -> None:
        if distribution != ww.POWER_LAW:
            raise OptionError(f"option distribution: {distribution!r} is not allowed; {ww.POWER_LAW!r}")
        values = _within(data, xmin, xmax)
        # The law has no scale. The engine's cut has: no number is to fall below it.
        self._scale = 2.0 ** -np.floor(np.log2(values[0]))
        table = Details(_native.fit_eigenvalues((values * self._scale).tobytes(), native_options(_EVERY_CANDIDATE)))
        row = table[0]
        if row["status"] != ww.SUCCESS:
            raise HeavytailError(f"no power law: {row['reason']}")
        found = table.native.candidates(0) or (b"", b"", b"")
        xmins, distances, alphas = (np.frombuffer(part, dtype=np.float64) for part in found)
        self.distribution = distribution
        self.N = values.size
        self.xmins, self.Ds, self.alphas = xmins / self._scale, distances, alphas
        tails = values.size - np.searchsorted(values, self.xmins)
        self.sigmas = (self.alphas - 1.0) / np.sqrt(tails)
        best = int(np.argmin(self.Ds))
        self.alpha, self.sigma = self.alphas[best], self.sigmas[best]
        self.D, self.xmin, self.xmax = self.Ds[best], self.xmins[best], values[-1]
        self.data = values[values >= self.xmin]

    def __repr__(self) -> str:
        return f"<Fit alpha {self.alpha:.4f} xmin {self.xmin:.4g} D {self.D:.4f}, {self.data.size} of {self.N} numbers>"

    @property
    def power_law(self) -> Fit:
        """The fit itself, as of the package powerlaw."""
        return self

    def distribution_compare(self, dist1: str, dist2: str, normalized_ratio: bool = True) -> tuple[float, float]:
        """How much more likely the tail is under the first law than under the second, and the p-value of that.

        One of the two is "power_law", the other "lognormal", "exponential" or "truncated_power_law". The ratio
        R = Σ(ln p₁ − ln p₂) is not divided by its deviation; its sign and p are the same either way.
        """
        rival, sign = (dist2, 1.0) if dist1 == ww.POWER_LAW else (dist1, -1.0)
        if ww.POWER_LAW not in (dist1, dist2) or rival not in _RIVALS:
            raise OptionError(f"{dist1!r} against {dist2!r} is not allowed; 'power_law' against {', '.join(_RIVALS)}")
        ratio, chance = _native.compare_tails((self.data * self._scale).tobytes())[rival]
        return sign * ratio, chance

    def plot_pdf(self, ax: Any = None, **options: Any) -> Any:
        """Draws the density of the tail's numbers, in logarithmic bins."""
        from heavytail.plots.canvas import own_or_given

        ax = own_or_given(ax, figsize=(6, 4))
        bins = np.geomspace(self.data[0], self.data[-1] * (1.0 + 1e-12), min(50, self.data.size) + 1)
        density, edges = np.histogram(self.data, bins=bins, density=True)
        ax.loglog(np.sqrt(edges[1:] * edges[:-1])[density > 0], density[density > 0], **options)
        return ax

    def plot_power_law_pdf(self, ax: Any = None, **options: Any) -> Any:
        """Draws the density of the fitted law."""
        from heavytail.plots.canvas import own_or_given

        ax = own_or_given(ax, figsize=(6, 4))
        points = np.unique(self.data)
        ax.loglog(points, (self.alpha - 1.0) / self.xmin * (points / self.xmin) ** -self.alpha, **options)
        return ax


WWFit = Fit

# No rule for few numbers.
_EVERY_CANDIDATE = {"pl_package": ww.POWERLAW_PACKAGE}


def _within(data: npt.ArrayLike, xmin: float | None, xmax: float | None) -> FloatArray:
    values = np.sort(np.asarray(data, dtype=np.float64).ravel())
    if not np.isfinite(values).all():
        raise OptionError("a power law needs finite numbers; there is NaN or infinity among them")
    if values.size < 2 or values[0] <= 0.0 or not np.isfinite(values[-1] / values[0]):
        raise OptionError("a power law needs two or more numbers, all above 0 and within 300 powers of ten")
    first = 0 if xmin is None or xmin == -1 else int(np.argmin(np.abs(values - xmin)))
    last = values.size - 1 if xmax is None else int(np.argmin(np.abs(values - xmax)))
    return values[first : last + 1]


def pl_fit(
    data: npt.ArrayLike,
    xmin: float | None = None,
    xmax: float | str | None = None,
    verbose: bool = False,
    distribution: str = ww.POWER_LAW,
    pl_package: str = ww.WW_POWERLAW_PACKAGE,
) -> Fit:
    """The power law of numbers; `xmax="force"` is their largest. Either package's name gives the same law."""
    if pl_package not in (ww.WW_POWERLAW_PACKAGE, ww.POWERLAW_PACKAGE):
        raise OptionError(f"option pl_package: {pl_package!r} is not allowed; 'ww' or 'powerlaw'")
    largest = None if xmax in (None, False, ww.FORCE) else float(xmax)  # type: ignore[arg-type]
    return Fit(data, xmin=xmin, xmax=largest, distribution=distribution)


def pl_compute(data: npt.ArrayLike, xmin: float | None = None, xmax: float | None = None) -> Fit:
    """The same as `Fit`: the power law of numbers with all its candidates."""
    return Fit(data, xmin=xmin, xmax=xmax)


def pl_compare(fit: Fit, dist: str) -> tuple[float, float]:
    """A law against the truncated power law, see `Fit.distribution_compare`."""
    return fit.distribution_compare(dist, ww.TRUNCATED_POWER_LAW)


def best_dist(fit: Fit) -> str:
    """The law that no rival beats with p ≤ 0.05: "PL", "TPL", "EXP" or "LOG_N"."""
    for name, word in ((ww.TRUNCATED_POWER_LAW, "TPL"), (ww.EXPONENTIAL, "EXP"), (ww.LOG_NORMAL, "LOG_N")):
        try:
            ratio, chance = fit.distribution_compare(name, ww.POWER_LAW)
        except HeavytailError:
            continue
        if ratio > 0.0 and chance <= 0.05:
            return word
    return "PL"


def fit_clipped_powerlaw(
    evals: npt.ArrayLike,
    xmin: float | None = None,
    xmax: float | str | None = None,
    verbose: bool = False,
    max_fingers: int = ww.DEFAULT_MAX_FINGERS,
    min_alpha: float | None = 2.0,
    finger_thresh: float = ww.DEFAULT_FINGER_THRESH,
    logger: Any = None,
    plot: bool = False,
    pl_package: str = ww.WW_POWERLAW_PACKAGE,
) -> tuple[Fit, int, Fit]:
    """Fits a power law without the few largest numbers that steepen it: the fit, how many they are, the plain fit.

    The 2, 3, … (fewer than `max_fingers`) largest are left out until alpha has fallen by more than `finger_thresh`, and
    no further than to `min_alpha`; where it does not fall so far, the plain fit is both.
    """
    values = np.sort(np.asarray(evals, dtype=np.float64).ravel())
    first = pl_fit(values, xmin, xmax, pl_package=pl_package)
    for clipped in range(2, min(max_fingers, values.size - 1)):
        fit = pl_fit(values[:-clipped], xmin, ww.FORCE if xmax else None, pl_package=pl_package)
        if fit.alpha + finger_thresh < first.alpha:
            return fit, clipped - 1, first
        if min_alpha is not None and fit.alpha <= min_alpha:
            break
    return first, 0, first


def __getattr__(name: str) -> Any:
    """The package powerlaw, which notebooks reach through this module, where it is installed."""
    if name != "powerlaw":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        import powerlaw
    except ImportError:
        raise MissingPackageError("WW_powerlaw.powerlaw needs powerlaw: pip install powerlaw") from None
    return powerlaw
