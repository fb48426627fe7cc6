#!/usr/bin/env bash
# Builds the wheel, installs it into fresh environments under target/, and runs the Python tests on it.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
export PIP_DISABLE_PIP_VERSION_CHECK=1

rm -rf "$target/wheels"
python3 -m venv --clear "$target/venv-python"
python="$target/venv-python/bin/python"
"$python" -m pip wheel --quiet --no-deps --wheel-dir "$target/wheels" .
wheel=$(echo "$target"/wheels/heavytail-*-abi3-*.whl)
size=$(wc -c < "$wheel")
echo "the wheel has $size bytes"
if [ "$size" -gt $((15 * 1024 * 1024)) ]; then
    echo "the wheel is larger than 15 MiB: strip symbols, or find out what came in" >&2
    exit 1
fi

# With NumPy alone: everything but the data frames, the bar and the pictures.
"$python" -m pip install --quiet numpy
"$python" -m pip install --quiet --no-deps "$wheel"
(cd "$target" && "$python" "$OLDPWD/python/tests/bare_install.py")

# As a user has it.
"$python" -m pip install --quiet "$wheel[plot,torch,polars,onnx]" keras safetensors transformers peft bitsandbytes pytest mypy pandas-stubs nbclient nbformat ipykernel
"$python" -m pip check
"$python" -m pytest --quiet --import-mode=importlib python/tests
(cd "$target" && "$python" -m mypy --strict "$OLDPWD/python/tests/user_sample.py")

# 1.3 GB for a bfloat16 model of 1 GB and its analysis; the kernel counts the most that was resident on Linux only.
if [ -w /proc/self/clear_refs ]; then
    "$python" bench/python_memory.py --limit-mib 1239 --threads 16
fi
