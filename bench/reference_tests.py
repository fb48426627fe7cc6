"""Runs weightwatcher's own tests, from a checkout of its repository, with heavytail in its place; prints what passed.

    python bench/reference_tests.py CHECKOUT > ours.txt
    python bench/reference_tests.py CHECKOUT --with weightwatcher --rerun ours.txt > theirs.txt

Pretrained weights are not downloaded: the tests' models get the same architectures with random weights, TensorFlow is
a stand-in that fails when it is used. Tests that need either are told apart from those that fail, and so are those of
the reference's own inside (its iterators, layer classes and helpers), which heavytail does not have. What fails is run
again on the reference itself: a number of pretrained weights is one that it does not give for random ones either.
"""

from __future__ import annotations

import argparse
import functools
import contextlib
import importlib.machinery
import io
import logging
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
    for name in ("tensorflow", "tensorflow.keras", "tensorflow.keras.applications", "tensorflow.keras.applications.vgg16"):
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

        # heavytail leaves a model as it was, so that one serves all tests.
        setattr(models, name, lambda weights=None, *, seeded=seeded: seeded())
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
    package.WeightWatcher = WeightWatcher
    for inner in ("RMT_Util", "WW_powerlaw"):
        setattr(package, inner, types.ModuleType(inner))
        sys.modules[f"weightwatcher.{inner}"] = getattr(package, inner)
    package.constants = constants
    package.__path__ = []
    sys.modules["weightwatcher"] = package
    sys.modules["weightwatcher.constants"] = constants


# Words of an error that name what only the reference's inside has.
_INSIDE = ("has no attribute", "is not defined", "cannot import name", "object is not callable")


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
        signal.alarm(self.limit)

    def stopTest(self, test):
        signal.alarm(0)
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
            self.note(test, "stopped", f"after {self.limit} s")
        elif isinstance(error[1], (AttributeError, NameError, ImportError)) and any(word in text for word in _INSIDE):
            self.note(test, "of the inside", text)
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--with", dest="package", choices=["heavytail", "weightwatcher"], default="heavytail")
    parser.add_argument("--only", default="", help="a part of the tests' names")
    parser.add_argument("--rerun", type=Path, help="only what failed in this output")
    parser.add_argument("--limit", type=int, default=300, help="seconds a test")
    asked = parser.parse_args()
    signal.signal(signal.SIGALRM, stop)
    failed = None
    if asked.rerun is not None:
        lines = [line.split(" | ") for line in asked.rerun.read_text().splitlines()]
        failed = {line[0] for line in lines if line[1:2] == ["fails"]}
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    for name in ("assertEquals", "assertNotEquals"):
        # Gone from unittest in Python 3.12.
        if not hasattr(unittest.TestCase, name):
            setattr(unittest.TestCase, name, getattr(unittest.TestCase, name.removesuffix("s")))
    forbid_downloads()
    stand_in_for_tensorflow()
    if asked.package == "heavytail":
        put_heavytail_in_its_place()
    sys.path.insert(0, str(asked.checkout.resolve() / "tests"))
    outcomes = Outcomes(asked.limit)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        import test as suite

        tests = unittest.defaultTestLoader.loadTestsFromModule(suite)
        for group in tests:
            names = {test.id().removeprefix("test."): test for test in group if asked.only in test.id()}
            names = {name: test for name, test in names.items() if failed is None or name in failed}
            unittest.TestSuite(names.values()).run(outcomes)
            settle(outcomes, names)
    for word in ("passes", "fails", "of the inside", "needs a download", "stopped", "skipped"):
        print(f"{word}: {sum(row[1] == word for row in outcomes.rows)}")


if __name__ == "__main__":
    main()
