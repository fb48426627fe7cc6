#!/usr/bin/env bash
# Builds the wheel, installs it beside TensorFlow and both of its Keras, and runs the tests that need them.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
export PIP_DISABLE_PIP_VERSION_CHECK=1 TF_CPP_MIN_LOG_LEVEL=3 KERAS_BACKEND=tensorflow

# Nobody else needs its 2 GB, whether the tests pass or not.
trap 'rm -rf "$target/venv-tensorflow"' EXIT
python3 -m venv --clear "$target/venv-tensorflow"
python="$target/venv-tensorflow/bin/python"
"$python" -m pip install --quiet . tensorflow tf-keras pytest
"$python" -m pytest --quiet --import-mode=importlib python/tests/test_tf_keras.py
