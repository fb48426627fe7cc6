"""Eigensolvers side by side, two matrices at a time with one thread each; prints a table in Markdown.

    python eigen.py FOLDER_OF_BINARIES [--sides 768,2048,8192:2] [--rounds 5] [--slow 2048]

In every round every solver has its turn, so that whatever else the machine does falls on all of them. The time of a
turn is the mean over its two processes of the seconds that the processor worked on the matrix; ratios are taken round
by round; a side may have a number of rounds of its own. nalgebra takes part up to the side --slow.
"""
import argparse
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


class Solver:
    """Two processes that take a matrix each."""

    def __init__(self, name, command):
        self.name = name
        env = dict(os.environ, **ONE_THREAD)
        pipe = subprocess.PIPE
        self.twins = [subprocess.Popen(command, stdin=pipe, stdout=pipe, env=env, text=True) for _ in range(2)]

    def turn(self, n):
        """Mean processor seconds for one n×n matrix."""
        for twin in self.twins:
            twin.stdin.write(f"{n}\n")
            twin.stdin.flush()
        answers = [twin.stdout.readline().split() for twin in self.twins]
        if not all(answers):
            sys.exit(f"{self.name} gave up at {n}")
        return statistics.mean(float(answer[1]) for answer in answers)

    def close(self):
        for twin in self.twins:
            twin.stdin.close()
            twin.wait()


def gemm_rate(binaries):
    out = subprocess.run([os.path.join(binaries, "rate"), "--cpu", "2"], capture_output=True, text=True, check=True)
    return float(out.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binaries")
    parser.add_argument("--sides", default="64,256,768,2048,4096,8192")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow", type=int, default=2048)
    arguments = parser.parse_args()
    worker = os.path.join(HERE, "lapack_worker.py")
    commands = {name: [os.path.join(arguments.binaries, "eigen"), name] for name in ("heavytail", "faer", "nalgebra")}
    commands |= {name: [sys.executable, worker, name] for name in ("openblas", "mkl")}
    solvers = [Solver(name, command) for name, command in commands.items()]
    names = [solver.name for solver in solvers]
    print(f"| n | {' | '.join(names)} | limit | heavytail / limit | next best / heavytail |")
    print("|---" * (len(names) + 4) + "|")
    for word in arguments.sides.split(","):
        side, _, own = word.partition(":")
        n, count = int(side), int(own or arguments.rounds)
        here = [solver for solver in solvers if solver.name != "nalgebra" or n <= arguments.slow]
        for solver in here:
            solver.turn(min(n, 512))                      # the library is loaded and the machine awake
        rounds, limits = [], []
        for _ in range(count):
            limits.append(4 / 3 * n**3 / gemm_rate(arguments.binaries) / 1e9)
            rounds.append({solver.name: solver.turn(n) for solver in here})
        seconds = {name: statistics.median(taken[name] for taken in rounds) for name in rounds[0]}
        best = min((name for name in seconds if name != "heavytail"), key=seconds.get)
        ratios = [taken[best] / taken["heavytail"] for taken in rounds]
        of_limit = statistics.median(taken["heavytail"] / limit for taken, limit in zip(rounds, limits))
        cells = [f"{seconds[name]:.4g}" if name in seconds else "–" for name in names]
        print(f"| {n} | {' | '.join(cells)} | {statistics.median(limits):.4g} | {of_limit:.2f} "
              f"| {statistics.median(ratios):.2f} ({best}; {min(ratios):.2f} to {max(ratios):.2f}) |", flush=True)
    for solver in solvers:
        solver.close()


if __name__ == "__main__":
    main()
