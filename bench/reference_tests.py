"""Runs weightwatcher's own tests, from a checkout of its repository, with heavytail in its place; prints what passed.

    python bench/reference_tests.py CHECKOUT [--with weightwatcher]

Pretrained weights are not downloaded: the tests' models get the same architectures with random weights, TensorFlow is
a stand-in that fails when it is used, and tests that need either are told apart from those that fail.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.machinery
import io
import logging
import sys
import tempfile
import types
import unittest
import warnings
from pathlib import Path


class NeedsDownload(Exception):
    """What a test asks for is not on this machine."""


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
    import torchvision.models as models
    import transformers

    for name in ("vgg11", "vgg13", "resnet18"):
        build = getattr(models, name)

        def seeded(weights=None, *, build=build, **options):
            import torch

            torch.manual_seed(len(build.__name__))
            return build(weights=None, **options)

        setattr(models, name, seeded)
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


class Outcomes(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.rows: list[tuple[str, str, str]] = []

    def note(self, test, word, why=""):
        self.rows.append((test.id().removeprefix("test."), word, why))
        print(*self.rows[-1], sep=" | ", file=sys.__stdout__, flush=True)

    def addSuccess(self, test):
        self.note(test, "passes")

    def addSkip(self, test, reason):
        self.note(test, "skipped", reason)

    def addFailure(self, test, error):
        self.note(test, "fails", why(error))

    def addError(self, test, error):
        text = why(error)
        offline = isinstance(error[1], NeedsDownload) or "NeedsDownload" in text or isinstance(error[1], OSError)
        self.note(test, "needs a download" if offline else "fails", text)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.note(subtest, "fails", why(error))


def why(error) -> str:
    lines = str(error[1]).strip().splitlines() or [""]
    return f"{error[0].__name__}: {lines[0][:160]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--with", dest="package", choices=["heavytail", "weightwatcher"], default="heavytail")
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
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
    outcomes = Outcomes()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        import test as suite

        tests = unittest.defaultTestLoader.loadTestsFromModule(suite)
        for group in tests:
            chosen = unittest.TestSuite(test for test in group if asked.only in test.id())
            chosen.run(outcomes)
    for word in ("passes", "fails", "needs a download", "skipped"):
        print(f"{word}: {sum(row[1] == word for row in outcomes.rows)}")


if __name__ == "__main__":
    main()
