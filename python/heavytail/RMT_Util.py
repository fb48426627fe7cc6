"""Matrices, eigenvalues and vectors in, the quantities of random-matrix theory out: what notebooks call `RMT_Util`.

The functions have weightwatcher's names and arguments. Each does what its name says, in f64, also where the
reference's does not; docs/differences.md lists those. The names that begin with `_` are of the reference's own tests.
"""

from __future__ import annotations

from heavytail.rmt.decompositions import (
    best_of_rank,
    eig_full,
    smooth_W_switch,
    svd_full,
    svd_lowrank,
    svd_vals,
    svd_values,
)
from heavytail.rmt.laws import (
    calc_lambda_minus,
    calc_lambda_plus,
    calc_mp_soft_rank,
    calc_sigma,
    fit_density,
    fit_density_with_range,
    get_Q,
    marchenko_pastur_fun,
    marchenko_pastur_pdf,
    mp_soft_rank,
    mu4alpha,
    quarter_circle_fun,
    quarter_circle_pdf,
    spike_lmax,
    spike_min,
)
from heavytail.rmt.measures import (
    calc_rank_loss,
    detX_constraint,
    discrete_entropy,
    hard_rank,
    jensen_shannon_distance,
    line_entropy,
    localization_ratio,
    matrix_entropy,
    matrix_rank,
    matrix_soft_rank,
    max_discrete_entropy,
    participation_ratio,
    rescale_eigenvalues,
    stable_rank,
    un_rescale_eigenvalues,
    vector_entropy,
)
from heavytail.rmt.pictures import plot_density, plot_density_and_fit, plot_loghist, save_fig
from heavytail.rmt.shuffles import (
    combine_weights_and_biases,
    get_shuffled_eigenvalues,
    permute_matrix,
    shuf_matrix,
    unpermute_matrix,
)
from heavytail.WW_powerlaw import best_dist, fit_clipped_powerlaw, pl_compare, pl_fit

__all__ = [
    "best_dist",
    "calc_lambda_minus",
    "calc_lambda_plus",
    "calc_mp_soft_rank",
    "calc_rank_loss",
    "calc_sigma",
    "combine_weights_and_biases",
    "detX_constraint",
    "discrete_entropy",
    "eig_full",
    "fit_clipped_powerlaw",
    "fit_density",
    "fit_density_with_range",
    "get_Q",
    "get_shuffled_eigenvalues",
    "hard_rank",
    "has_cuda",
    "has_mac_accelerate",
    "jensen_shannon_distance",
    "line_entropy",
    "localization_ratio",
    "marchenko_pastur_fun",
    "marchenko_pastur_pdf",
    "matrix_entropy",
    "matrix_rank",
    "matrix_soft_rank",
    "max_discrete_entropy",
    "mp_soft_rank",
    "mu4alpha",
    "participation_ratio",
    "permute_matrix",
    "pl_compare",
    "pl_fit",
    "plot_density",
    "plot_density_and_fit",
    "plot_loghist",
    "quarter_circle_fun",
    "quarter_circle_pdf",
    "rescale_eigenvalues",
    "save_fig",
    "shuf_matrix",
    "smooth_W_switch",
    "spike_lmax",
    "spike_min",
    "stable_rank",
    "svd_full",
    "svd_lowrank",
    "svd_vals",
    "svd_values",
    "un_rescale_eigenvalues",
    "unpermute_matrix",
    "vector_entropy",
]


def has_cuda() -> bool:
    """False: nothing here computes on a GPU, whether there is one or not."""
    return False


def has_mac_accelerate() -> bool:
    """False: nothing here uses Apple's Accelerate, whether it is there or not."""
    return False


_eig_full_accurate = _eig_full_fast = eig_full
_svd_full_accurate = _svd_full_fast = svd_full
_svd_vals_accurate = _svd_vals_fast = svd_vals
_svd_lowrank_accurate = _svd_lowrank_fast = svd_lowrank
_svd_values_accurate = _svd_values_fast = svd_values
_smooth_W_accurate = _smooth_W_numpy = _smooth_W_torch = best_of_rank
