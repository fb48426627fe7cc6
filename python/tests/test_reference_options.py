"""The reference's options through Python: the columns that each adds, against the golden tables."""

from __future__ import annotations

import pytest

import heavytail as ww

VARIANTS = {
    "details_mp_fit.csv": ({"mp_fit": True}, ["num_spikes", "sigma_mp", "mp_softrank", "bulk_max", "bulk_min"]),
    "details_detX.csv": ({"detX": True}, ["detX_num", "ERG_gap"]),
    "details_ERG.csv": ({"ERG": True}, ["detX_num", "num_ERG_spikes"]),
    "details_xmax5.csv": ({"xmax": 5}, ["alpha", "xmax", "D"]),
    "details_clip_xmax.csv": ({"fix_fingers": "clip_xmax"}, ["num_fingers", "raw_alpha", "alpha"]),
    "details_pool_false.csv": ({"pool": False}, ["alpha", "slice_id"]),
    "details_min_evals50.csv": ({"min_evals": 50}, ["alpha", "N"]),
    "details_inverse.csv": ({"inverse": True}, ["alpha", "lambda_max"]),
}


@pytest.mark.parametrize("golden_file", sorted(VARIANTS))
def test_an_options_columns_hold_the_references_numbers(golden, golden_file):
    import csv

    options, columns = VARIANTS[golden_file]
    with (golden / golden_file).open() as file:
        wanted = list(csv.DictReader(file))
    frame = ww.WeightWatcher(model=str(golden / "matrices.safetensors")).analyze(compat=True, progress=False, **options)
    assert list(frame.columns) == list(wanted[0])
    rows = {}
    for row in frame.to_dict("records"):
        rows.setdefault(row["name"], []).append(row)
    compared = 0
    for expected in wanted:
        candidates = rows.get(expected["name"], [])
        if "slice_id" in expected:
            candidates = [row for row in candidates if row["slice_id"] == int(expected["slice_id"])]
        for row in candidates[:1]:
            for column in columns:
                if expected[column] not in ("", "nan"):
                    assert row[column] == pytest.approx(float(expected[column]), rel=1e-6), (row["name"], column)
                    compared += 1
    assert compared >= 20


def test_differences_from_a_base_model_are_analysed(golden, weights):
    base = {name: 0.5 * value for name, value in weights.items()}
    plain = ww.WeightWatcher(model=weights).analyze(progress=False)
    halves = ww.WeightWatcher(model=weights, base_model=base).analyze(progress=False)
    assert halves["norm"].tolist() == pytest.approx([value / 4 for value in plain["norm"]], rel=1e-6)
    assert halves["alpha"].tolist() == pytest.approx(plain["alpha"].tolist(), rel=1e-6)
