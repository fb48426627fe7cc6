"""A bug of ours, a panic of the engine, is an exception or a row's reason that says so; Python lives on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import heavytail
from heavytail import _native

WEIGHTS = {"w.weight": np.random.default_rng(0).standard_normal((40, 30))}
WATCHER = heavytail.WeightWatcher()
TABLE = heavytail.analyze(WEIGHTS, progress=False)

CALLS = {
    "analyze": lambda: heavytail.analyze(WEIGHTS, progress=False),
    "analyze, with a bar": lambda: heavytail.analyze(WEIGHTS, progress=lambda *told: None),
    "compare": lambda: heavytail.compare(TABLE, TABLE),
    "spectrum": lambda: heavytail.spectrum(WEIGHTS["w.weight"]),
    "fit_powerlaw": lambda: heavytail.fit_powerlaw(np.arange(1.0, 60.0)),
    "to_csv": lambda: TABLE.native.to_csv(),
    "describe": lambda: WATCHER.describe(WEIGHTS),
    "get_ESD": lambda: WATCHER.get_ESD(WEIGHTS, layer="w"),
    "distances": lambda: WATCHER.distances(WEIGHTS, WEIGHTS),
    "SVDSmoothing": lambda: WATCHER.SVDSmoothing(WEIGHTS),
    "SVDSharpness": lambda: WATCHER.SVDSharpness(WEIGHTS),
    "analyze_traps": lambda: WATCHER.analyze_traps(WEIGHTS),
    "remove_traps": lambda: WATCHER.remove_traps(WEIGHTS),
    "randomize_model": lambda: WATCHER.randomize_model(WEIGHTS),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_panic_is_an_exception_that_says_what_to_report_and_the_next_call_works(call, capfd):
    _native.fail_next_call()
    with pytest.raises(heavytail.HeavytailError, match="asked for by a test") as raised:
        CALLS[call]()
    told = str(raised.value)
    assert told.startswith(f"this is a bug of heavytail {heavytail.__version__}, and not your mistake")
    assert re.search(r"please report it at https://\S+/issues with this call.*the shapes of its weights", told)
    assert "panicked at" in capfd.readouterr().err
    assert CALLS[call]() is not None


# What pyo3 raises for a panic becomes one again on its way back: so the loading of a tensor panics where it is called,
# on a thread of the engine, in the middle of its work. Only pyo3's own class does, of which every such package has one.
PANICS_WHILE_LOADING = """
import numpy as np, heavytail

(panic,) = [one for one in BaseException.__subclasses__() if one.__name__ == "PanicException"]

class Faulty:
    shape, dtype = (40, 30), np.dtype(np.float64)

    def __array__(self, *args, **kwargs):
        raise panic("a fault of ours")

good = np.random.default_rng(0).standard_normal((40, 30))
weights = {"a.weight": good, "b.weight": Faulty(), "c.weight": good}
details = heavytail.analyze(weights, progress=False)
print(details["status"], "|", details["reason"][1])
for call in ("SVDSmoothing", "SVDSharpness", "randomize_model", "remove_traps"):
    try:
        getattr(heavytail.WeightWatcher(weights), call)()
    except Exception as raised:
        print(type(raised).__name__, "|", raised)
assert heavytail.analyze({"a.weight": good}, progress=False)["status"] == ["success"]
assert heavytail.WeightWatcher({"a.weight": good}).SVDSmoothing().keys() == {"a.weight"}
print("alive")
"""


def test_a_panic_on_a_thread_of_the_engine_costs_one_row_of_an_analysis_and_ends_a_rewriting():
    found = subprocess.run([sys.executable, "-c", PANICS_WHILE_LOADING], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    row, *rewritings, last = found.stdout.splitlines()
    assert row.startswith("['success', 'failed', 'success'] | heavytail failed on this layer; please report it")
    assert len(rewritings) == 4
    for told in rewritings:
        assert re.match(r"HeavytailError \| this is a bug of heavytail .*: a fault of ours$", told)
    assert last == "alive"


def test_no_profile_of_the_build_turns_a_panic_into_an_abort():
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 reads no TOML")
    for profile in tomllib.loads((Path(__file__).parents[2] / "Cargo.toml").read_text())["profile"].values():
        assert profile.get("panic", "unwind") == "unwind"
