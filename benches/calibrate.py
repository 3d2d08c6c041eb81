"""Fits the probabilities of src/trust/probability.rs on runs whose truth is known (benches/evidence.py).

usage: calibrate.py EVIDENCE.jsonl[.gz] [...]

Prints the weights, in the order of src/trust/probability.rs, and the tables of docs/trust.md: what was said against what
was right, from ten-fold cross-validation in which all runs of a data set are left out together, with the caps of the
program applied. Needs numpy.
"""
import gzip
import json
import math
import sys

import numpy as np

BINS = [0, 0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0001]
RIDGE = 0.05
# As src/trust/probability.rs has them.
WORST_R1, UNEXPLAINED, LEAST_SHARE, EXPLAINED_R1, MOST_PROPOSED, FORBIDDEN = 0.30, 0.3, 0.45, 0.10, 2, 0.9
METRIC_GAIN, METRIC_OFF, EDGES_REFUTED = 3.5, 0.045, -4.0
ALIKE, ALIKE_R1, OPEN, EVEN = 0.5, 0.15, -0.2, 0.58
SIZE_GAIN, SIZE_CHI_SQ, SIZE_OFF = 0.0125, 10.0, 0.065
NO_MODEL_R1 = 0.59
WRONG_CELLS = ("stretched", "scaled", "other", "swapped")


def runs(paths):
    for path in paths:
        with (gzip.open if path.endswith(".gz") else open)(path, "rt") as lines:
            for line in lines:
                diary = json.loads(line)
                looks = [m["judged"] for m in diary["moments"] if isinstance(m, dict) and "judged" in m]
                truth = diary["truth"]
                if not looks or not looks[-1]["evidence"] or not truth["structures"]:
                    continue
                right, group = truth["structures"][0]
                yield {"name": diary["name"], "spoiled": truth["spoiled"], "evidence": looks[-1]["evidence"],
                       "right": right, "group": group}


def terms(e):
    """Of the atoms, in the order of the constants."""
    r1 = NO_MODEL_R1 if e["r1"] is None else e["r1"]
    determined = math.log(min(max(e["per_parameter"], 0.5), 16) / 8) if e["r1"] is not None else 0.0
    share = 1.0 if e["share"] is None else max(e["share"], 0.05)
    return [1.0, math.log(min(max(e["agreeing"], 1), 4)), 0.0 if e["symmetry"] is None else e["symmetry"] - 0.5,
            e["r_weak"] - 0.2, r1 - 0.25, determined, min(0.0, math.log(share / 0.8)), max(0.0, math.log(share / 1.25)),
            0.0 if e["left"] is None else min(e["left"], 1.5), min(e["proposed"], 3),
            0.0 if e["rival"] is None else min(max(math.log(e["rival"]), -0.5), 1.0)]


NAMES = ["constant", "agreeing", "symmetry", "R_weak", "R1", "per parameter", "share below", "share above", "left",
         "proposed", "rival"]
# Which way each can only count.
SIGNS = np.array([0, 1, 1, -1, -1, 1, 1, -1, -1, -1, 1])


def group_terms(e):
    """Of the group, given right atoms."""
    g = e["group"]
    margin = 8.0 if g["margin"] is None else min(max(g["margin"], 0.0), 8.0)
    return [1.0, margin, min(max(g["score"], -5.0), 10.0), float(g["named"]), (e["r1"] or NO_MODEL_R1) - 0.1]


GROUP_NAMES = ["constant", "margin", "score", "named", "R1"]
GROUP_SIGNS = np.array([0, 1, 1, 1, -1])


def cap(e):
    """What the program forbids."""
    r1 = e["r1"]
    off = e["metric"] and e["metric"]["gain"] > METRIC_GAIN and max(
        abs(math.log(f)) for f in e["metric"]["factors"]) > METRIC_OFF
    edges = e["edges"] and (e["edges"]["gain"] is None or e["edges"]["gain"] > EDGES_REFUTED)
    explains = (r1 or 1) <= EXPLAINED_R1 and e["proposed"] < MOST_PROPOSED
    few = e["share"] is not None and e["share"] < LEAST_SHARE and not explains
    size = e.get("falloff") or {"gain": 0, "reflections": 0, "factor": 1}
    sized = size["gain"] > SIZE_GAIN and size["gain"] * size["reflections"] > SIZE_CHI_SQ and abs(math.log(size["factor"])) > SIZE_OFF
    beside = (e["group"] or {}).get("beside")
    higher = beside and not beside["below"] and beside["margin"] < OPEN
    alike = (e.get("likeness") or 0) > ALIKE and (r1 or 1) > ALIKE_R1
    even = (e.get("contrast") or 1) < EVEN and (r1 or 1) > EXPLAINED_R1
    twin = (alike or even) and not e.get("twinned")
    poor = r1 is not None and r1 > WORST_R1
    if poor or r1 is None:
        return UNEXPLAINED
    return FORBIDDEN if off or sized or edges or few or higher or twin or e["proposed"] > MOST_PROPOSED else 1.0


def coefficients(x, y, signs):
    """Ridge-penalised logistic fit in which every weight keeps the sign that its term can only have."""
    scale = np.abs(x).max(axis=0) + 1e-12
    z = x / scale
    ridge = np.array([1e-6] + [RIDGE] * (x.shape[1] - 1)) / scale**2
    rate = 1 / (0.25 * np.linalg.eigvalsh(z.T @ z)[-1] + ridge.max())
    w, ahead, momentum = np.zeros(x.shape[1]), np.zeros(x.shape[1]), 1.0
    for _ in range(20000):
        p = 1 / (1 + np.exp(-z @ ahead))
        new = ahead - rate * (z.T @ (p - y) + ridge * ahead)
        new = np.where(signs * new < 0, 0.0, new)
        following = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / following * (new - w)
        done = abs(new - w).max() < 1e-8
        w, momentum = new, following
        if done:
            break
    return w / scale


def crossed(x, y, names, signs):
    """Probabilities from fits without the structure judged."""
    order = sorted(set(names))
    fold = np.array([order.index(name) % 10 for name in names])
    said = np.zeros(len(y))
    for k in range(10):
        if (fold == k).any():
            said[fold == k] = 1 / (1 + np.exp(-x[fold == k] @ coefficients(x[fold != k], y[fold != k], signs)))
    return said


def table(said, y):
    print("| said | runs | mean said | right |\n|---|---|---|---|")
    for low, high in zip(BINS, BINS[1:]):
        here = (said >= low) & (said < high)
        if here.any():
            print(f"| {low:.2f}–{min(high, 1):.2f} | {here.sum()} | {said[here].mean():.3f} | "
                  f"{int(y[here].sum())}/{here.sum()} |")


def loss(said, y):
    said = np.clip(said, 1e-3, 1 - 1e-3)
    return -(y * np.log(said) + (1 - y) * np.log(1 - said)).mean()


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    all_runs = list(runs(sys.argv[1:]))
    wrong_cells = [r for r in all_runs if r["spoiled"].split(" ")[0] in WRONG_CELLS]
    # Wrong cells are for the caps to find: right atoms in them explain the data as well as in the right one, and how often a cell
    # is wrong is not known from here. What a cap forbids is decided without the sum, but a
    # missing model says how little the rest is worth.
    fitted = [r for r in all_runs if r not in wrong_cells and (
        cap(r["evidence"]) == 1.0 or r["evidence"]["r1"] is None or r["right"])]
    x, y = (np.array([f(r) for r in fitted], float) for f in (lambda r: terms(r["evidence"]), lambda r: r["right"]))
    names = [r["name"] for r in fitted]
    said = crossed(x, y, names, SIGNS)
    capped = np.minimum(said, [cap(r["evidence"]) for r in fitted])
    print(f"{len(all_runs)} runs of {len(set(names))} sets; {len(fitted)} that no cap decides, {int(y.sum())} right; "
          f"log loss {loss(capped, y):.4f}")
    for name, weight in zip(NAMES, coefficients(x, y, SIGNS)):
        print(f"  {name:15s} {weight:7.2f}")
    table(capped, y)
    for r, p in sorted(zip(fitted, capped), key=lambda t: -t[1]):
        if p >= 0.95 and not r["right"]:
            print(f"wrong at {p:.3f}: {r['name']} {r['spoiled']} R1 {r['evidence']['r1']}")
    weights = coefficients(x, y, SIGNS)
    slipped = [r for r in wrong_cells if cap(r["evidence"]) == 1.0
               and 1 / (1 + math.exp(-np.dot(weights, terms(r["evidence"])))) >= 0.95]
    print(f"wrong cells {len(wrong_cells)}, claimed {len(slipped)}: "
          + ", ".join(f"{r['name']} {r['spoiled']}" for r in slipped))
    held = [r["name"] + " " + r["spoiled"] for r, p in zip(fitted, capped) if r["right"] and p < 0.95]
    print(f"right and not claimed {len(held)}: " + ", ".join(sorted(held)))
    found = [(r, p) for r, p in zip(fitted, capped) if r["right"] and r["evidence"]["group"]]
    x, y = (np.array([f(r) for r, _ in found], float) for f in (lambda r: group_terms(r["evidence"]), lambda r: r["group"]))
    said = crossed(x, y, [r["name"] for r, _ in found], GROUP_SIGNS)
    print(f"\ngroup, {len(found)} runs with right atoms, {int(y.sum())} in the right group; log loss {loss(said, y):.4f}")
    for name, weight in zip(GROUP_NAMES, coefficients(x, y, GROUP_SIGNS)):
        print(f"  {name:15s} {weight:7.2f}")
    table(said * np.array([p for _, p in found]), y)
    for (r, p), q in sorted(zip(found, said), key=lambda t: -t[1]):
        if q >= 0.9 and not r["group"]:
            print(f"wrong at {q:.3f}: {r['name']} {r['spoiled']} {r['evidence']['group']}")


if __name__ == "__main__":
    main()
