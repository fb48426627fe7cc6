"""The columns of correlation traps, against their definitions in NumPy on the permutation that the engine has drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest

import heavytail as ww

ROWS, COLS, SEED = 150, 90, 3


@pytest.fixture(scope="module")
def weight() -> np.ndarray:
    """Noise with a few huge elements of different size, and a direction that is no trap: permuted, it is noise."""
    rng = np.random.default_rng(11)
    matrix = rng.standard_normal((ROWS, COLS))
    matrix[17, 5], matrix[40, 60], matrix[3, 88] = 60.0, -45.0, 30.0
    return matrix + 3.0 * np.outer(rng.standard_normal(ROWS), rng.standard_normal(COLS)) / math.sqrt(COLS)


@pytest.fixture(scope="module")
def table(weight):
    """The rows of the traps by number."""
    frame = ww.WeightWatcher(model={"w.weight": weight}).analyze_traps(seed=SEED)
    assert frame["trap_index"].tolist() == list(range(1, len(frame) + 1))
    assert len(frame) >= 3
    return frame.to_dict("records")


@pytest.fixture(scope="module")
def places(weight):
    """Which element of the layer stands at each place of the shuffled one."""
    watcher = ww.WeightWatcher(model={"w.weight": weight})
    shuffled = watcher.randomize_model(seed=SEED)["w.weight"]
    order = {value: place for place, value in enumerate(weight.ravel())}
    assert len(order) == weight.size
    return np.array([order[value] for value in shuffled.ravel()])


def ipr(x):
    return np.sum(x**4) / np.sum(x**2) ** 2


def share_of_largest(x, most):
    sizes = np.sort(np.abs(x).ravel())[::-1]
    return sizes[:most].sum() / sizes.sum()


def top_share(x, share):
    return share_of_largest(x, math.ceil(share * x.size))


def gini(x):
    sizes, n = np.sort(np.abs(x)), len(x)
    return 2 * np.sum(np.arange(1, n + 1) * sizes) / (n * sizes.sum()) - (n + 1) / n


def entropy(p):
    p = p[p > 0]
    return -np.sum(p * np.log(p))


def of_vector(x, prefix):
    """The columns of one vector by itself."""
    q = x**2 / np.sum(x**2)
    return {
        f"{prefix}_entropy": ww.RMT_Util.discrete_entropy(x),
        f"{prefix}_localization_ratio": np.abs(x).sum() / np.abs(x).max(),
        f"{prefix}_participation_ratio": np.linalg.norm(x) / np.sum(x**4) ** 0.25,
        f"{prefix}_effective_support": 1 / np.sum(q**2),
        f"{prefix}_gini_abs": gini(x),
        f"{prefix}_l2_fourth_moment": np.sum(q**2),
        f"{prefix}_l2_sixth_moment": np.sum(q**3),
        f"{prefix}_squared_amp_entropy": entropy(q),
        f"{prefix}_top1_mass": share_of_largest(x, 1),
        f"{prefix}_top5_mass": share_of_largest(x, 5),
        f"{prefix}_top10_mass": share_of_largest(x, 10),
    }


def quality(x, random):
    return np.clip((ipr(x) - random) / (1 - random), 0, 1)


def modes_of_the_bulk(U, Vt, traps):
    """Ten modes that are no trap, evenly spaced from the largest to the smallest."""
    for mode in range(10):
        at = traps + mode * (COLS - traps) // 10
        yield U[:, at], Vt[at]


def expected(weight, places, index, traps, edge):
    """Every column of a trap by its definition."""
    U, S, Vt = np.linalg.svd(weight.ravel()[places].reshape(ROWS, COLS), full_matrices=False)
    u_perm, v_perm, sigma = U[:, index], Vt[index], S[index]
    trap = np.empty(weight.size)
    trap[places] = sigma * np.outer(u_perm, v_perm).ravel()
    left, values, right = np.linalg.svd(trap.reshape(ROWS, COLS), full_matrices=False)
    u, v = left[:, 0], right[0]
    U0, S0, V0t = np.linalg.svd(weight, full_matrices=False)
    row = {"sigma_perm": sigma, "eval_perm": sigma**2, "sigma_trap_top": values[0]}
    row["rank1_mass_after_unpermute"] = values[0] ** 2 / np.sum(values**2)
    row["top_5_mass"], row["top_10_mass"] = top_share(trap, 0.05), top_share(trap, 0.10)
    row |= of_vector(u, "u") | of_vector(v, "v")
    for side, p in (("left", (U0.T @ u) ** 2), ("right", (V0t @ v) ** 2)):
        row[f"{side}_top_mode"], row[f"{side}_top_mass"] = int(np.argmax(p)) + 1, p.max()
        row[f"{side}_overlap_entropy"], row[f"{side}_overlap_ipr"] = entropy(p), np.sum(p**2)
    row["trap_balance_ratio"] = row["u_effective_support"] / row["v_effective_support"]
    row["trap_eval_minus_bulk"] = sigma**2 - edge
    row["trap_delta"] = max(sigma**2 - edge, 0) / edge
    row["trap_ipr"] = (ipr(u) + ipr(v)) / 2
    row["trap_q"] = math.sqrt(quality(u, 3 / (ROWS + 2)) * quality(v, 3 / (COLS + 2)))
    row["trap_q_uniform"] = math.sqrt(quality(u, 1 / ROWS) * quality(v, 1 / COLS))
    row["trap_diffuseness"] = 1 - row["trap_q"]
    row |= of_burden(row, U, Vt, traps, edge, (u_perm, v_perm), v, (S0, V0t))
    return row | assessed(row)


def of_burden(row, U, Vt, traps, edge, permuted, v, own):
    """What the trap weighs against the bulk and among the layer's own directions."""
    bulk = list(modes_of_the_bulk(U, Vt, traps))
    found = {"bulk_mode_count": 10}
    for name, measure in (
        ("ipr", lambda a, b: (ipr(a) + ipr(b)) / 2),
        ("localization", lambda a, b: sum(np.abs(x).sum() / np.abs(x).max() for x in (a, b)) / 2),
        ("top_5_mass", lambda a, b: top_share(np.outer(a, b), 0.05)),
        ("top_10_mass", lambda a, b: top_share(np.outer(a, b), 0.10)),
    ):
        values = [measure(a, b) for a, b in bulk]
        found[f"bulk_{name}_mean"], found[f"bulk_{name}_std"] = np.mean(values), np.std(values)
    excess = max(row["eval_perm"] - edge, 0)
    found["spectral_excess_abs"], found["spectral_excess_rel"] = excess, excess / edge
    ipr_lift = (ipr(permuted[0]) + ipr(permuted[1])) / 2 / found["bulk_ipr_mean"]
    top_5_lift, top_10_lift = (row[f"top_{n}_mass"] / found[f"bulk_top_{n}_mass_mean"] for n in (5, 10))
    found |= {"ipr_lift": ipr_lift, "top_5_lift": top_5_lift, "top_10_lift": top_10_lift}
    found["ipr_lift_excess_pos"], found["top_5_lift_excess_pos"] = max(ipr_lift - 1, 0), max(top_5_lift - 1, 0)
    found["log1p_top_5_lift"] = np.log1p(top_5_lift)
    p = (own[1] @ v) ** 2
    p /= p.sum()
    lam, rank = own[0] ** 2, np.arange(1, COLS + 1)
    found["ov_lam_weighted_mean"] = mean = np.sum(p * lam)
    found["ov_lam_weighted_var"] = variance = np.sum(p * (lam - mean) ** 2)
    found["ov_rank_mean"] = rank_mean = np.sum(p * rank)
    found["ov_rank_std"] = math.sqrt(np.sum(p * (rank - rank_mean) ** 2))
    found |= {"ov_hhi": np.sum(p**2), "ov_participation": 1 / np.sum(p**2), "ov_entropy": entropy(p), "ov_max": p.max()}
    found["trap_variance_burden_ipr"] = excess * max(ipr_lift - 1, 0) * variance
    found["trap_variance_burden"] = excess * np.log1p(top_5_lift) * rank_mean
    found["trap_variance_burden_top10"] = excess * np.log1p(top_10_lift) * rank_mean
    found["trap_top_sector_overlap"] = p[0]
    found["trap_variance_burden_old"] = row["trap_delta"] ** 2 * row["trap_q"] * p[0] ** 2
    return found


def assessed(row):
    """The scores of its authors' rule of thumb."""
    spread = 0.3 * (row["u_effective_support"] / ROWS + row["v_effective_support"] / COLS)
    spread += 0.2 * (row["u_squared_amp_entropy"] / math.log(ROWS) + row["v_squared_amp_entropy"] / math.log(COLS))
    peaked = 0.3 * (row["u_top1_mass"] + row["v_top1_mass"]) / 2 + 0.2 * (row["u_gini_abs"] + row["v_gini_abs"]) / 2
    peaked += 0.2 * (row["left_top_mass"] + row["right_top_mass"]) / 2
    diffuse = float(np.clip(spread - peaked, 0, 1))
    return {"trap_diffuseness_score": diffuse, "trap_risk_score": min(row["trap_delta"] * (1 - diffuse), 1.0)}


def test_every_column_is_what_its_definition_says(weight, table, places):
    edge = table[0]["mp_bulk_max"]
    wanted = [expected(weight, places, index, len(table), edge) for index in range(len(table))]
    own = {column.name for column in ww.columns() if column.presence == "traps"}
    told_otherwise = {"trap_index", "mp_bulk_max", "mp_bulk_min", "permute_fingerprint", "layer_trap_variance_burden"}
    assert own - told_otherwise - {"trap_assessment"} == set(wanted[0])
    for row, want in zip(table, wanted, strict=True):
        for name, value in want.items():
            assert row[name] == pytest.approx(value, rel=1e-7, abs=1e-10), (row["trap_index"], name)
    burden = sum(want["trap_variance_burden_old"] for want in wanted)
    assert [row["layer_trap_variance_burden"] for row in table] == pytest.approx([burden] * len(table))


def test_a_trap_of_one_huge_element_is_risky_and_a_spread_one_is_not(table):
    assert [row["trap_assessment"] for row in table][:3] == ["localized_risky"] * 3
    for row in table:
        risky, diffuse = row["trap_risk_score"] >= 0.5, row["trap_diffuseness_score"] >= 0.55
        word = "localized_risky" if risky else "benign_diffuse" if diffuse else "mixed"
        assert row["trap_assessment"] == word


def test_a_shuffled_model_has_the_layers_elements_and_the_traps_permutation(weight, table):
    watcher = ww.WeightWatcher(model={"w.weight": weight, "n.bias": np.ones(4)})
    shuffled = watcher.randomize_model(seed=SEED)
    assert not np.array_equal(shuffled["w.weight"], weight)
    np.testing.assert_array_equal(np.sort(shuffled["w.weight"], axis=None), np.sort(weight, axis=None))
    np.testing.assert_array_equal(shuffled["n.bias"], np.ones(4))
    assert watcher.changes["permute_fingerprint"] == [table[0]["permute_fingerprint"]]
    assert watcher.randomize_model(model={"w.weight": weight}, seed=SEED + 1)["w.weight"].tolist() != weight.tolist()
    assert watcher.changes["permute_fingerprint"] != [table[0]["permute_fingerprint"]]
