"""`RMT_Util` and `WW_powerlaw`: what has a truth in closed form is held against it."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import heavytail as ww
from heavytail import RMT_Util, WW_powerlaw


@pytest.fixture
def matrix() -> np.ndarray:
    return np.random.default_rng(2).standard_normal((60, 40))


def test_triplets_make_up_the_matrix_whichever_the_method(matrix):
    for method in ("accurate", "fast"):
        left, values, right = RMT_Util.svd_full(matrix, method)
        np.testing.assert_allclose((left * values) @ right, matrix, atol=1e-12)
        np.testing.assert_allclose(RMT_Util.svd_vals(matrix.T, method), values, rtol=1e-10)
    square = matrix[:40]
    eigenvalues, vectors = RMT_Util.eig_full(square)
    np.testing.assert_allclose(square @ vectors, vectors * eigenvalues, atol=1e-10)


def test_a_smoothed_matrix_keeps_its_largest_triplets_and_no_other(matrix):
    values = np.linalg.svd(matrix, compute_uv=False)
    smoothed = np.linalg.svd(RMT_Util.smooth_W_switch(matrix, 7), compute_uv=False)
    np.testing.assert_allclose(smoothed[:7], values[:7], rtol=1e-10)
    assert np.all(smoothed[7:] < 1e-10)
    left, kept, right = RMT_Util.svd_lowrank(matrix, 7)
    assert (left.shape, kept.shape, right.shape) == ((60, 7), (7,), (7, 40))
    np.testing.assert_allclose(RMT_Util.svd_values(matrix, 7), values[:7], rtol=1e-10)


def test_what_no_decomposition_can_do_is_refused(matrix):
    with pytest.raises(AssertionError, match="'accurate' or 'fast'"):
        RMT_Util.svd_full(matrix, "BAD")
    with pytest.raises(ww.OptionError, match="1 to 40 triplets, not 41"):
        RMT_Util.svd_lowrank(matrix, 41)
    with pytest.raises(ww.OptionError, match="60×40"):
        RMT_Util.eig_full(matrix)
    with pytest.raises(ww.OptionError, match="NaN"):
        RMT_Util.svd_vals(np.full((3, 3), np.nan))
    with pytest.raises(ww.OptionError, match="two axes"):
        RMT_Util.svd_full(np.ones(3))


def test_ranks_and_entropies_of_known_spectra():
    values = np.array([2.0, 2.0, 2.0, 2.0, 0.0])
    assert RMT_Util.matrix_rank(values, 9) == 4
    assert RMT_Util.calc_rank_loss(values, 9) == 1
    assert RMT_Util.matrix_entropy(values, 9) == pytest.approx(1.0, abs=1e-6)
    assert RMT_Util.matrix_entropy(np.array([1.0, 0.0]), 9) == -1.0
    assert RMT_Util.stable_rank(values**2) == pytest.approx(4.0)
    assert RMT_Util.hard_rank(np.diag(values), values) == 4
    assert RMT_Util.matrix_soft_rank(np.diag(values)) == pytest.approx(4.0)
    with pytest.raises(ww.OptionError, match="there are none"):
        RMT_Util.stable_rank([])


def test_measures_of_vectors_have_their_values_in_closed_form():
    even, one = np.ones(100) / 10.0, np.eye(100)[3]
    assert (RMT_Util.localization_ratio(even), RMT_Util.localization_ratio(one)) == pytest.approx((100.0, 1.0))
    assert (RMT_Util.participation_ratio(even), RMT_Util.participation_ratio(one)) == pytest.approx((100**0.25, 1.0))
    assert RMT_Util.vector_entropy(np.ones(4)) == pytest.approx(np.exp(-1.0) / np.sqrt(2.0 * np.pi))
    assert RMT_Util.line_entropy(np.ones(16)) == 0.0
    uniform = RMT_Util.discrete_entropy(np.linspace(0.0, 1.0, 100_000))
    assert uniform == pytest.approx(np.log(100), abs=1e-3)
    assert RMT_Util.max_discrete_entropy(50, sample_size=5) < np.log(100)
    assert RMT_Util.jensen_shannon_distance([1.0, 0.0], [0.0, 1.0]) == pytest.approx(np.sqrt(np.log(2.0)))
    assert RMT_Util.jensen_shannon_distance([1.0, 3.0], [2.0, 6.0]) == pytest.approx(0.0, abs=1e-8)


def test_a_permutation_can_be_taken_back(matrix):
    permuted, places = RMT_Util.permute_matrix(matrix)
    assert not np.array_equal(permuted, matrix)
    np.testing.assert_array_equal(RMT_Util.unpermute_matrix(permuted, places), matrix)
    shuffled = RMT_Util.shuf_matrix(matrix, seed=4)
    np.testing.assert_array_equal(np.sort(shuffled, axis=None), np.sort(matrix, axis=None))
    np.testing.assert_array_equal(shuffled, RMT_Util.shuf_matrix(matrix, seed=4))
    assert RMT_Util.get_shuffled_eigenvalues(matrix, num=3, seed=1).shape == (120,)
    with pytest.raises(ww.OptionError, match="can't order"):
        RMT_Util.unpermute_matrix(matrix, places[:5])


def test_biases_become_a_row_or_a_column():
    weights = np.ones((2, 3))
    assert RMT_Util.combine_weights_and_biases(weights, -2.0 * np.ones(3)).shape == (3, 3)
    assert RMT_Util.combine_weights_and_biases(weights, 2.0 * np.ones(2)).shape == (2, 4)
    assert RMT_Util.combine_weights_and_biases(weights, None) is weights
    with pytest.raises(ww.OptionError, match="neither side"):
        RMT_Util.combine_weights_and_biases(weights, np.ones(5))


def test_the_tail_of_product_one_is_the_engines(matrix):
    row = ww.analyze({"w.weight": matrix}, detX=True, progress=False)[0]
    found, start = RMT_Util.detX_constraint(ww.spectrum(matrix))
    assert found == row["detX_num"]
    assert ww.spectrum(matrix)[start] == pytest.approx(row["detX_val"])
    zeros = np.repeat([0.0, 1.0], [90, 10])
    assert RMT_Util.detX_constraint(zeros, rescale=False) == (11, 89)
    assert RMT_Util.detX_constraint(np.ones(5)) == (0, 0)
    # A product of 400 numbers of 1e10 is beyond every float.
    assert RMT_Util.detX_constraint(np.repeat([1e-11, 1e10], [500, 400]), rescale=False)[0] == 764
    scaled, scale = RMT_Util.rescale_eigenvalues([1.0, 3.0])
    assert scaled.sum() == pytest.approx(2.0)
    np.testing.assert_allclose(RMT_Util.un_rescale_eigenvalues(scaled, scale), [1.0, 3.0])


def test_densities_of_random_matrices_have_the_area_one():
    for q, sigma in ((1.5, 1.0), (2.0, 0.5), (4.0, 3.0)):
        edge = RMT_Util.calc_lambda_plus(q, sigma)
        x, density = RMT_Util.marchenko_pastur_pdf(edge * 1e-9, edge, q, sigma, edge / 200_000)
        assert np.sum(density) * edge / 200_000 == pytest.approx(1.0, abs=0.02)
        assert x[0] >= RMT_Util.calc_lambda_minus(q, sigma)
        x, density = RMT_Util.quarter_circle_pdf(0.0, 10.0, sigma, 1e-4)
        assert np.sum(density) * 1e-4 == pytest.approx(1.0, abs=1e-3)
    assert RMT_Util.calc_sigma(2.0, [RMT_Util.calc_lambda_plus(2.0, 0.7)]) == pytest.approx(0.7)
    assert RMT_Util.get_Q(np.ones((3, 12))) == 4.0
    assert (RMT_Util.spike_min(16.0), RMT_Util.spike_lmax(1.0, 2.0)) == pytest.approx((0.5, 3.0))
    assert [RMT_Util.mu4alpha(alpha) for alpha in (1.5, 2.5, 4.0)] == [1.0, 2.0, 3.0]


def test_the_width_of_a_planted_bulk_comes_back():
    noise = np.random.default_rng(5).standard_normal((800, 400)) * 0.3
    sigma, residual = RMT_Util.fit_density_with_range(ww.spectrum(noise), 2.0)
    # Elements of deviation s make a bulk of width s·√N.
    assert sigma == pytest.approx(0.3 * np.sqrt(800), rel=0.05)
    assert residual >= 0.0
    assert RMT_Util.fit_density(ww.spectrum(noise), 2.0) == (sigma, residual)
    edge = RMT_Util.calc_mp_soft_rank(ww.spectrum(noise), 2.0, sigma)
    assert edge == pytest.approx(1.0, abs=0.1)
    assert RMT_Util.mp_soft_rank([1.0, 2.0, 8.0], 1) == 0.25
    with pytest.raises(ww.OptionError, match="bw"):
        RMT_Util.fit_density_with_range([1.0, 2.0], 2.0, bw=0.5)
    with pytest.raises(ww.HeavytailError, match="no bulk"):
        RMT_Util.fit_density_with_range([], 2.0)


def test_a_fit_has_the_planted_exponent_and_every_candidate():
    data = 1e-9 * np.random.default_rng(3).random(4000) ** (-1.0 / 1.5)
    fit = WW_powerlaw.Fit(data)
    assert fit.alpha == pytest.approx(2.5, abs=0.15)
    for values in (fit.alphas, fit.Ds, fit.sigmas, fit.xmins):
        assert len(values) == len(data) - 1
    best = int(np.argmin(fit.Ds))
    assert (fit.alpha, fit.D, fit.sigma, fit.xmin) == (
        fit.alphas[best],
        fit.Ds[best],
        fit.sigmas[best],
        fit.xmins[best],
    )
    assert fit.xmin in data
    assert fit.data.min() == fit.xmin
    tail = np.log(fit.data / fit.xmin)
    assert fit.alpha == pytest.approx(1.0 + len(tail) / tail.sum())
    assert WW_powerlaw.pl_compute(data).alpha == fit.alpha
    assert WW_powerlaw.pl_fit(data, xmax="force", pl_package="powerlaw").alpha == fit.alpha
    assert len(data) - 9 == WW_powerlaw.pl_fit(data, xmax=np.sort(data)[-10]).N


def test_a_tail_is_held_against_its_rivals():
    rng = np.random.default_rng(4)
    law = WW_powerlaw.Fit(rng.random(2000) ** (-1.0 / 1.5))
    ratio, chance = law.distribution_compare("power_law", "exponential")
    assert ratio > 0.0
    assert chance < 0.05
    assert law.distribution_compare("exponential", "power_law") == (-ratio, chance)
    assert RMT_Util.best_dist(law) == "PL"
    assert WW_powerlaw.pl_compare(law, "power_law")[1] <= 1.0
    even = WW_powerlaw.Fit(rng.exponential(1.0, 2000) + 1.0, xmin=1.0, xmax=None)
    assert even.distribution_compare("truncated_power_law", "power_law")[0] >= 0.0
    with pytest.raises(ww.OptionError, match="weibull"):
        law.distribution_compare("weibull", "power_law")


def test_fingers_are_clipped_as_the_engine_clips_them():
    rng = np.random.default_rng(6)
    eigenvalues = np.sort(np.concatenate([rng.random(300) ** (-1.0 / 4.0), [1e3, 2e3]]))
    fit, fingers, plain = RMT_Util.fit_clipped_powerlaw(eigenvalues, finger_thresh=0.05, min_alpha=None)
    assert plain.alpha == WW_powerlaw.Fit(eigenvalues).alpha
    assert (fingers == 0) == (fit is plain)


def test_what_has_no_law_is_refused():
    for data, words in (
        ([1.0, -2.0], "above 0"),
        ([1.0], "two or more"),
        ([1.0, np.nan], "finite"),
        ([2.0, 2.0], "no power law"),
    ):
        with pytest.raises(ww.HeavytailError, match=words):
            WW_powerlaw.Fit(data)
    with pytest.raises(ww.OptionError, match="distribution"):
        WW_powerlaw.Fit([1.0, 2.0], distribution="lognormal")


def test_pictures_show_the_law_over_the_histogram(tmp_path, matrix):
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("Agg")
    sigma, x, density = RMT_Util.plot_density_and_fit(ww.spectrum(matrix), Q=1.5, layer_name="noise")
    assert len(plt.gca().lines) == 1
    assert np.sum(density) * (x[1] - x[0]) == pytest.approx(1.0, abs=0.05)
    assert sigma == pytest.approx(np.sqrt(60), rel=0.2)
    path = RMT_Util.save_fig(plt, "mpfit", 3, tmp_path / "a" / "b")
    assert path.name == "ww.layer3.mpfit.png"
    assert path.stat().st_size > 1000
    plt.close("all")
    RMT_Util.plot_loghist(ww.spectrum(matrix), xmin=1.0)
    assert plt.gca().get_xscale() == "log"
    fit = WW_powerlaw.Fit(ww.spectrum(matrix))
    ax = fit.plot_pdf()
    fit.plot_power_law_pdf(ax)
    assert len(ax.lines) == 2
    plt.close("all")


@pytest.mark.parametrize("module", [RMT_Util, WW_powerlaw])
def test_every_function_says_what_it_does(module):
    for name in module.__all__:
        assert inspect.getdoc(getattr(module, name)), name
