"""Runs weightwatcher's own tests, from a checkout of its repository, with heavytail in its place, and tabulates them.

    python bench/reference_tests.py CHECKOUT > ours.txt
    python bench/reference_tests.py CHECKOUT --with weightwatcher > theirs.txt
    python bench/reference_tests.py --table ours.txt theirs.txt

Nothing is downloaded. torchvision's models get the same architectures with random, seeded weights; TensorFlow is a
stand-in that fails when it is used, and so are the hub's models. A test counts as runnable offline if the reference
itself passes it here: one that wants numbers of pretrained weights, TensorFlow, a GPU or an older library does not, and
the table says which. `heavytail` runs under the reference's module names, since its tests compare the names of types,
and with `compat=True`, since they compare lists of columns.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import copy
import functools
import importlib.machinery
import io
import logging
import re
import signal
import sys
import tempfile
import types
import unittest
import warnings
from pathlib import Path


class NeedsDownload(Exception):
    """What a test asks for is not on this machine."""


class TooLong(Exception):
    """A test was stopped."""


def refuse(*_args, **_kwargs):
    raise NeedsDownload("a pretrained model or TensorFlow")


class Absent(types.ModuleType):
    """A module that can be imported and not used."""

    __path__: list[str] = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "clear_session":
            return lambda: None
        if name in ("keras", "backend", "models", "layers"):
            return Absent(name)
        return refuse


def stand_in_for_tensorflow() -> None:
    for name in (
        "tensorflow",
        "tensorflow.keras",
        "tensorflow.keras.applications",
        "tensorflow.keras.applications.vgg16",
    ):
        sys.modules[name] = Absent(name)
        sys.modules[name].__spec__ = importlib.machinery.ModuleSpec(name, None)


def forbid_downloads() -> None:
    import peft
    import torchvision.models as models
    import transformers

    for name in ("vgg11", "vgg13", "resnet18"):
        build = getattr(models, name)

        @functools.cache
        def seeded(*, build=build):
            import torch

            torch.manual_seed(len(build.__name__))
            return build(weights=None)

        # A copy each, since tests change models.
        setattr(models, name, lambda weights=None, *, seeded=seeded: copy.deepcopy(seeded()))
    for name in ("PeftModel", "PeftConfig", "AutoPeftModel"):
        setattr(getattr(peft, name), "from_pretrained", refuse)
    for name in ("AutoModel", "AlbertModel", "BertForSequenceClassification"):
        setattr(getattr(transformers, name), "from_pretrained", refuse)
    # Its lazy module may have replaced itself meanwhile.
    sys.modules["transformers"].TFAutoModelForSequenceClassification = refuse


def put_heavytail_in_its_place() -> None:
    import heavytail
    from heavytail import constants

    class WeightWatcher(heavytail.WeightWatcher):
        """The drop-in class with the reference's columns only."""

        def analyze(self, *args, **options):
            return super().analyze(*args, compat=True, progress=False, **options)

        def describe(self, *args, **options):
            return super().describe(*args, compat=True, **options)

    package = types.ModuleType("weightwatcher")
    vars(package).update({name: value for name, value in vars(constants).items() if not name.startswith("_")})
    inner = {"RMT_Util": heavytail.RMT_Util, "WW_powerlaw": heavytail.WW_powerlaw, "constants": constants}
    inner["weightwatcher"] = heavytail.weightwatcher
    for name, module in inner.items():
        setattr(package, name, module)
        sys.modules[f"weightwatcher.{name}"] = module
    for name in heavytail.weightwatcher.__all__:
        getattr(heavytail.weightwatcher, name).__module__ = "weightwatcher.weightwatcher"
    package.WeightWatcher = WeightWatcher
    package.__path__ = []
    sys.modules["weightwatcher"] = package


def remember_singular_values(folder: Path) -> None:
    """Keeps the singular values of every matrix in a folder, so that the reference decomposes each but once.

    What it computes stays what it is: the key is a digest of the matrix. VGG11's large layers, the same in 200 tests,
    take it minutes each.
    """
    import hashlib

    import numpy as np
    import scipy.linalg

    folder.mkdir(parents=True, exist_ok=True)
    decompose = scipy.linalg.svd

    @functools.wraps(decompose)
    def remembered(a, full_matrices=True, compute_uv=True, **options):
        if compute_uv or options:
            return decompose(a, full_matrices=full_matrices, compute_uv=compute_uv, **options)
        matrix = np.ascontiguousarray(a)
        digest = hashlib.sha256(f"{matrix.dtype} {matrix.shape} ".encode() + matrix.tobytes()).hexdigest()
        kept = folder / f"{digest}.npy"
        if not kept.exists():
            values = decompose(a, compute_uv=False)
            # Another run may write the same.
            with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
                np.save(part, values)
            Path(part.name).replace(kept)
        return np.load(kept)

    scipy.linalg.svd = remembered


class Outcomes(unittest.TestResult):
    def __init__(self, limit: int):
        super().__init__()
        self.limit = limit
        self.rows: list[tuple[str, str, str]] = []

    def note(self, test, word, why=""):
        self.rows.append((test.id().removeprefix("test."), word, why))
        if not self.rows[-1][0].startswith("setUpClass"):
            print(*self.rows[-1], sep=" | ", file=sys.__stdout__, flush=True)

    def startTest(self, test):
        super().startTest(test)
        signal.setitimer(signal.ITIMER_PROF, self.limit)

    def stopTest(self, test):
        signal.setitimer(signal.ITIMER_PROF, 0)
        super().stopTest(test)

    def addSuccess(self, test):
        self.note(test, "passes")

    def addSkip(self, test, reason):
        self.note(test, "skipped", reason)

    def addFailure(self, test, error):
        self.note(test, "fails", why(error))

    def addError(self, test, error):
        text = why(error)
        if isinstance(error[1], (NeedsDownload, OSError)) or "NeedsDownload" in text:
            self.note(test, "needs a download", text)
        elif isinstance(error[1], TooLong):
            self.note(test, "stopped", f"after {self.limit} s of processor time")
        else:
            self.note(test, "fails", text)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.note(subtest, "fails", why(error))


def why(error) -> str:
    lines = str(error[1]).strip().splitlines() or [""]
    return f"{error[0].__name__}: {lines[0][:160]}"


def settle(outcomes: Outcomes, names: dict[str, unittest.TestCase]) -> None:
    """Where the preparation of a class failed, its tests share what it said."""
    known = {row[0]: row for row in outcomes.rows}
    for holder in [name for name in known if name.startswith("setUpClass")]:
        outcomes.rows.remove(known[holder])
        for name in names.keys() - known.keys():
            outcomes.rows.append((name, *known[holder][1:]))
            print(*outcomes.rows[-1], sep=" | ", file=sys.__stdout__, flush=True)


def stop(*_):
    raise TooLong


def read_outcomes(path: Path) -> dict[str, tuple[str, str]]:
    """The word and the reason of each test; of a test that was run again, the last."""
    lines = [line.split(" | ", 2) for line in path.read_text().splitlines() if " | " in line]
    return {line[0]: (line[1], line[2] if len(line) > 2 else "") for line in lines}


def reason(word: str, why: str) -> str:
    """Why the reference does not pass a test here, in few words."""
    if word in ("needs a download", "skipped", "stopped"):
        return {"skipped": "a GPU", "stopped": f"too long ({why})"}.get(word, "a download or TensorFlow")
    if why.startswith("AssertionError"):
        return "numbers of pretrained weights, or of an older version"
    return why.split(":")[0] + " in the reference"


def tabulate(ours: Path, theirs: Path) -> None:
    """A row a class: its tests, those that the reference passes here, those of them that heavytail passes; and why."""
    mine, reference = read_outcomes(ours), read_outcomes(theirs)
    runnable = {name for name, (word, _) in reference.items() if word == "passes"}
    passed = {name for name in runnable if mine.get(name, ("",))[0] == "passes"}
    print("| tests | number | runnable here | pass with heavytail | the others need |\n|---|---|---|---|---|")
    groups: dict[str, list[str]] = {}
    for name in reference:
        groups.setdefault(name.split(".")[0], []).append(name)
    for group, names in groups.items():
        needs = collections.Counter(reason(*reference[name]) for name in names if name not in runnable)
        told = "; ".join(f"{word} ({count})" for word, count in needs.most_common())
        counts = (len(names), len(runnable.intersection(names)), len(passed.intersection(names)))
        print(f"| `{group}` | {' | '.join(map(str, counts))} | {told} |")
    share = 100.0 * len(passed) / max(len(runnable), 1)
    print(f"| all | {len(reference)} | {len(runnable)} | {len(passed)} ({share:.0f} %) | |\n")
    for name in sorted(runnable - passed):
        print(f"- `{name}`: {': '.join(mine.get(name, ('not run', '')))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, nargs="?")
    parser.add_argument("--with", dest="package", choices=["heavytail", "weightwatcher"], default="heavytail")
    parser.add_argument("--only", default="", help="a pattern of the tests' names")
    parser.add_argument("--skip", type=Path, help="leave out what this output has already")
    parser.add_argument("--remember", type=Path, help="keep the reference's singular values in this folder")
    parser.add_argument("--limit", type=int, default=300, help="seconds of processor time a test")
    parser.add_argument("--table", type=Path, nargs=2, metavar=("OURS", "THEIRS"), help="tabulate two outputs")
    asked = parser.parse_args()
    if asked.table:
        tabulate(*asked.table)
    elif asked.checkout is None:
        parser.error("the checkout of the reference's repository is missing")
    else:
        run(asked)


def run(asked: argparse.Namespace) -> None:
    """Runs the tests, each printed as it ends."""
    signal.signal(signal.SIGPROF, stop)
    done = read_outcomes(asked.skip) if asked.skip is not None and asked.skip.exists() else {}
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    for name in ("assertEquals", "assertNotEquals"):
        # Gone from unittest in Python 3.12.
        if not hasattr(unittest.TestCase, name):
            setattr(unittest.TestCase, name, getattr(unittest.TestCase, name.removesuffix("s")))
    forbid_downloads()
    stand_in_for_tensorflow()
    if asked.remember is not None:
        remember_singular_values(asked.remember.resolve())
    if asked.package == "heavytail":
        put_heavytail_in_its_place()
    sys.path.insert(0, str(asked.checkout.resolve() / "tests"))
    outcomes = Outcomes(asked.limit)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        import test as suite

        for group in unittest.defaultTestLoader.loadTestsFromModule(suite):
            names = {test.id().removeprefix("test."): test for test in group if re.search(asked.only, test.id())}
            names = {name: test for name, test in names.items() if name not in done}
            unittest.TestSuite(names.values()).run(outcomes)
            settle(outcomes, names)
    for word in ("passes", "fails", "needs a download", "stopped", "skipped"):
        print(f"{word}: {sum(row[1] == word for row in outcomes.rows)}")


if __name__ == "__main__":
    main()
