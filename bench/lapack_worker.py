"""A LAPACK's name in; for every side on standard input the seconds of all eigenvalues of a matrix out.

    python lapack_worker.py openblas|mkl

One of the workers of eigen.py, with the same protocol as bench/src/bin/eigen.rs: a line `n` is answered by a line
`wall cpu smallest largest`. OpenBLAS is SciPy's, MKL the library of its PyPI package; both run LAPACK's dsyevd without
vectors on the lower triangle. The number of threads is the environment's.
"""
import ctypes
import glob
import os
import sys
import time

import numpy as np
import scipy.linalg.lapack


def openblas(a):
    """Eigenvalues by SciPy's LAPACK."""
    values, _, info = scipy.linalg.lapack.dsyevd(a, compute_v=0, lower=1, overwrite_a=1)
    assert info == 0
    return values


def mkl_solver():
    """LAPACKE_dsyevd of the MKL that pip installed beside this interpreter."""
    library = ctypes.CDLL(sorted(glob.glob(os.path.join(sys.prefix, "lib", "libmkl_rt.so*")))[-1])
    pointer = np.ctypeslib.ndpointer(dtype=np.float64, flags="F_CONTIGUOUS")
    solve = library.LAPACKE_dsyevd
    solve.argtypes = [ctypes.c_int, ctypes.c_char, ctypes.c_char, ctypes.c_int, pointer, ctypes.c_int, pointer]
    column_major = 102

    def mkl(a):
        values = np.empty(len(a))
        assert solve(column_major, b"N", b"L", len(a), a, len(a), values) == 0
        return values

    return mkl


def main():
    solve = {"openblas": lambda: openblas, "mkl": mkl_solver}[sys.argv[1]]()
    matrix = np.empty((0, 0))
    for line in sys.stdin:
        n = int(line)
        if len(matrix) != n:
            matrix = np.random.default_rng(n).random((n, n)) - 0.5
            matrix = np.asfortranarray(np.tril(matrix) + np.tril(matrix, -1).T)
        a = matrix.copy(order="F")
        wall, cpu = time.perf_counter(), time.process_time()
        values = solve(a)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"{wall:.6f} {cpu:.6f} {values[0]:.12e} {values[-1]:.12e}", flush=True)


if __name__ == "__main__":
    main()
