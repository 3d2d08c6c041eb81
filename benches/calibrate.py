"""Runs whose truth is known, and the probability fitted on them.

usage: calibrate.py run BINARY SHARED OUT.jsonl [--runs N] [--minutes M] [--seed S]
       calibrate.py fit OUT.jsonl [...]

`run` draws data sets of SHARED/data, cuts their reflection lists at a resolution drawn from RESOLUTIONS, gives the
program few trials or many and a few seconds, and lets SHARED/judge say whether NAME_a.res is right ("solved": at least
0.8 of the atoms, or 0.6 with 0.9 of the scattering). One run in eight has its intensities shuffled in shells of 100
unique reflections: nothing that comes out of it is right. One JSON line each; no data are copied. `fit` prints the
coefficients for src/trust/probability.rs and the table of docs/trust.md, from ten-fold cross-validation in which all runs
of a data set are left out together. Needs numpy and gemmi.
"""
import argparse
import json
import math
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RESOLUTIONS = [None, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8]
TRIALS = [1, 2, 3, 5, 8, None]
SECONDS = 8
SHUFFLED = 0.125
SHELL = 100
# Cells that take minutes a run.
LARGE = {"lysozyme_4axt_p43212", "toxin2_1aho_p212121", "crambin_3nir_p21", "in2_alcaf_p21c", "alpha1_1byz_p1",
         "c20si_105k_p21c", "ni_i43d"}
BINS = [0, 0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0001]


def reflections(path):
    for line in path.read_text().splitlines():
        try:
            hkl = int(line[0:4]), int(line[4:8]), int(line[8:12])
        except ValueError:
            continue
        if hkl == (0, 0, 0):
            return
        yield hkl, line


def shuffled(rows, crystal, draw):
    """Unique reflections with the intensities of others of like resolution."""
    import gemmi
    group = crystal.spacegroup or gemmi.SpaceGroup("P 1")
    operations, asu = group.operations(), gemmi.ReciprocalAsu(group)
    unique = {}
    for hkl, line in rows:
        if not operations.is_systematically_absent(hkl):
            unique.setdefault(tuple(asu.to_asu(hkl, operations)[0]), line[12:28])
    order = sorted(unique, key=lambda h: -crystal.cell.calculate_d(h))
    for start in range(0, len(order), SHELL):
        shell = order[start:start + SHELL]
        values = [unique[h] for h in shell]
        draw.shuffle(values)
        for (h, k, l), value in zip(shell, values):
            yield f"{h:4d}{k:4d}{l:4d}{value}"


def one(binary, folder, name, draw, work):
    import gemmi
    from judge import judge
    crystal = gemmi.read_small_structure(str(folder / f"{name}.ref.cif"))
    rows = list(reflections(folder / f"{name}.hkl"))
    is_shuffled = draw.random() < SHUFFLED
    d_min = None if is_shuffled else draw.choice(RESOLUTIONS)
    trials, seed = draw.choice(TRIALS), draw.randrange(1, 10**6)
    if is_shuffled:
        lines = list(shuffled(rows, crystal, draw))
    else:
        lines = [line for hkl, line in rows if not d_min or crystal.cell.calculate_d(hkl) >= d_min]
    shutil.copy(folder / f"{name}.ins", work)
    (work / f"{name}.hkl").write_text("\n".join(lines) + "\n   0   0   0    0.00    0.00\n")
    command = [binary, "solve", str(work / f"{name}.ins"), "-o", str(work / "out"), "-q", "--backend", "cpu",
               "--threads", "1", "--time-limit", str(SECONDS), "--seed", str(seed)]
    command += ["--trials", str(trials)] if trials else []
    subprocess.run(command, check=True, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    record = json.loads((work / "out" / f"{name}.json").read_text())
    verdict = judge(work / "out" / f"{name}_a.res", folder / f"{name}.ref.cif")
    return {"name": name, "shuffled": is_shuffled, "d_min": d_min, "trials": trials, "seed": seed,
            "right": not is_shuffled and verdict["verdict"] == "solved", "recall": verdict["recall"],
            "group_right": verdict["space_group_right"], "said": record["probability"], "evidence": record["evidence"]}


def run(options):
    sys.path.insert(0, str(options.shared / "judge"))
    data = options.shared / "data"
    names = [line.split("\t")[0] for line in (data / "INDEX.tsv").read_text().splitlines()[1:]]
    names = [name for name in names if name not in LARGE]
    draw, begun = random.Random(options.seed), time.time()
    with open(options.out, "a") as out:
        for _ in range(options.runs):
            if time.time() - begun > 60 * options.minutes:
                break
            name = draw.choice(names)
            with tempfile.TemporaryDirectory() as work:
                try:
                    result = one(options.binary, data / name, name, draw, Path(work))
                except (subprocess.SubprocessError, OSError, ValueError, RuntimeError) as error:
                    print(f"{name}: {error}", file=sys.stderr)
                    continue
            print(json.dumps(result), file=out, flush=True)


def terms(evidence):
    """As src/trust/probability.rs has them."""
    symmetry, r1 = evidence["symmetry"], evidence["r1"]
    determined = math.log(max(evidence["per_parameter"], 0.5) / 8) if r1 is not None else 0.0
    return [1.0, math.log(min(max(evidence["agreeing"], 1), 4)), 0.0 if symmetry is None else symmetry - 0.5,
            evidence["r_weak"] - 0.2, (0.59 if r1 is None else r1) - 0.25, determined]


def fit(options):
    import numpy as np
    runs = [json.loads(line) for path in options.files for line in open(path)]
    runs = [r for r in runs if r["evidence"]]
    x, y = np.array([terms(r["evidence"]) for r in runs]), np.array([float(r["right"]) for r in runs])
    ridge = np.diag([1e-6] + [0.05] * (x.shape[1] - 1))

    def coefficients(x, y):
        w = np.zeros(x.shape[1])
        for _ in range(100):
            p = 1 / (1 + np.exp(-x @ w))
            step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + ridge, x.T @ (p - y) + ridge @ w)
            w -= step
            if abs(step).max() < 1e-9:
                break
        return w

    names = sorted({r["name"] for r in runs})
    fold = np.array([names.index(r["name"]) % 10 for r in runs])
    said = np.zeros(len(y))
    for k in range(10):
        said[fold == k] = 1 / (1 + np.exp(-x[fold == k] @ coefficients(x[fold != k], y[fold != k])))
    loss = -(y * np.log(said) + (1 - y) * np.log(1 - said)).mean()
    print(f"{len(runs)} runs of {len(names)} sets, {int(y.sum())} right, "
          f"{sum(r['shuffled'] for r in runs)} shuffled; log loss {loss:.4f}")
    print("constant, agreeing, symmetry, R_weak, R1, per parameter:", np.round(coefficients(x, y), 2))
    print("| said | runs | mean said | right |\n|---|---|---|---|")
    for low, high in zip(BINS, BINS[1:]):
        here = (said >= low) & (said < high)
        if here.any():
            print(f"| {low:.2f}–{min(high, 1):.2f} | {here.sum()} | {said[here].mean():.3f} | "
                  f"{int(y[here].sum())}/{here.sum()} |")
    for r, p in sorted(zip(runs, said), key=lambda t: -t[1]):
        if p >= 0.9 and not r["right"]:
            print(f"wrong at {p:.3f}: {r['name']} d_min {r['d_min']} recall {r['recall']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run")
    running.add_argument("binary")
    running.add_argument("shared", type=Path)
    running.add_argument("out")
    running.add_argument("--runs", type=int, default=1000)
    running.add_argument("--minutes", type=float, default=60)
    running.add_argument("--seed", type=int, default=1)
    running.set_defaults(go=run)
    fitting = commands.add_parser("fit")
    fitting.add_argument("files", nargs="+")
    fitting.set_defaults(go=fit)
    options = parser.parse_args()
    options.go(options)


if __name__ == "__main__":
    main()
