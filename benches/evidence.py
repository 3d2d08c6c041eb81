"""Runs whose truth is known, kept as diaries: what the decisions of the program are replayed and fitted on.

usage: evidence.py BINARY SHARED OUT.jsonl [--runs N] [--minutes M] [--seed S] [--jobs J] [--kinds K,...] [--only NAME,...]

Each run draws a data set of SHARED/data and a kind (KINDS, with how often): the header as it was given or spoiled as headers
are, data cut in resolution or to the slab that a diamond anvil cell leaves, noise in place of intensities, another cell.
The program keeps its diary (solve --diary), SHARED/judge says which of its structures are right, and the diary goes to OUT
with that. What is right: the judge calls the structure solved and its model not poor; nothing is in noise and in a wrong
cell. No intensities, phases or atoms are kept. Needs numpy and gemmi. `seedflip replay OUT` prints what comes of the
decisions, benches/calibrate.py fits the probabilities.
"""
import argparse
import concurrent.futures
import json
import math
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Cells that take minutes a run.
LARGE = {"lysozyme_4axt_p43212", "toxin2_1aho_p212121", "crambin_3nir_p21", "alpha1_1byz_p1", "ni_i43d"}
KINDS = {"given": 6, "laue": 3, "ones": 2, "asu": 1, "light": 2, "equal": 1, "unnamed": 2, "extra": 1, "cut": 4, "few": 1,
         "slab": 2, "shuffled": 2, "random": 2, "constant": 0.5, "stretched": 3, "scaled": 2, "other": 1, "swapped": 1}
NEVER_RIGHT = {"shuffled", "random", "constant", "stretched", "scaled", "other", "swapped"}
RESOLUTIONS = [0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6]
# Factors of edges: from where bond lengths can tell.
FACTORS = [1.05, 1.08, 1.1, 1.15, 1.2, 0.93, 0.9, 0.85]
# Half the opening of an anvil cell, degrees.
OPENINGS = [30, 35, 40]
SECONDS = 10
SHELL = 60
JUDGED = 3
OTHER_HAND = {"P 41": "P 43", "P 41 2 2": "P 43 2 2", "P 41 21 2": "P 43 21 2", "P 31": "P 32", "P 31 1 2": "P 32 1 2",
              "P 31 2 1": "P 32 2 1", "P 61": "P 65", "P 62": "P 64", "P 61 2 2": "P 65 2 2", "P 62 2 2": "P 64 2 2",
              "P 43 3 2": "P 41 3 2"}


def reflections(path):
    """Rows of a list: indices, intensity, σ; up to the row of zeros."""
    rows = []
    for line in path.read_text().splitlines():
        try:
            hkl = int(line[0:4]), int(line[4:8]), int(line[8:12])
            value, sigma = float(line[12:20]), float(line[20:28])
        except ValueError:
            continue
        if hkl == (0, 0, 0):
            break
        rows.append([hkl, value, sigma])
    return rows


def number(x):
    """Eight columns, as exactly as they allow."""
    for digits in (2, 1, 0):
        text = f"{x:8.{digits}f}"
        if len(text) <= 8:
            return text
    return f"{x:8.1e}"


def by_unique(rows, crystal):
    import gemmi
    operations = crystal.ops
    asu = gemmi.ReciprocalAsu(gemmi.find_spacegroup_by_ops(operations))
    unique = {}
    for row in rows:
        unique.setdefault(tuple(asu.to_asu(row[0], operations)[0]), []).append(row)
    return unique


def spoil_rows(kind, rows, crystal, cell, draw):
    """The reflection list of a kind."""
    s_sq = lambda hkl: 1 / cell.calculate_d(hkl) ** 2 / 4
    if kind == "cut":
        limit = draw.choice(RESOLUTIONS)
        return [row for row in rows if cell.calculate_d(row[0]) >= limit], f"{limit}"
    if kind == "slab":
        # What the anvils let through: reflections within so many degrees of the plane across their axis.
        import numpy as np
        opening = draw.choice(OPENINGS)
        axis = np.array([draw.gauss(0, 1) for _ in range(3)])
        axis /= np.linalg.norm(axis)
        frac = np.array(cell.frac.mat.tolist())
        def seen(hkl):
            v = frac.T @ np.array(hkl)
            return abs(v @ axis) / np.linalg.norm(v) <= math.sin(math.radians(opening))
        return [row for row in rows if seen(row[0])], f"{opening}"
    if kind == "constant":
        return [[hkl, 1000.0, 10.0] for hkl, _, _ in rows], ""
    if kind == "swapped":
        return [[(hkl[2], hkl[1], hkl[0]), value, sigma] for hkl, value, sigma in rows], ""
    unique = by_unique(rows, crystal)
    if kind == "random":
        out = []
        for hkl, group in unique.items():
            value = draw.expovariate(1) * math.exp(-8 * s_sq(hkl)) * 1000
            out += [[row[0], value * draw.gauss(1, 0.02), max(0.5, 0.03 * value)] for row in group]
        return out, ""
    order = sorted(unique, key=s_sq)
    out = []
    for start in range(0, len(order), SHELL):
        shell = order[start:start + SHELL]
        values = [unique[hkl][0] for hkl in shell]
        draw.shuffle(values)
        for hkl, (_, value, sigma) in zip(shell, values):
            out += [[row[0], value, sigma] for row in unique[hkl]]
    return out, ""


def prepare(shared, name, names, kind, draw, work):
    """Writes NAME.ins and NAME.hkl of a kind; returns the reference, its group, and what was done."""
    import gemmi
    import suite
    folder = shared / "data" / name
    unit = kind if kind in ("ones", "asu", "light", "equal", "unnamed", "extra") else "given"
    group = "laue" if kind == "laue" else "given"
    reference, crystal = suite.prepare(folder, name, work, group, unit)
    ins, hkl = work / f"{name}.ins", work / f"{name}.hkl"
    lines = ins.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.upper().startswith("CELL"))
    fields = lines[at].split()
    edges = [float(x) for x in fields[2:8]]
    done = ""
    if kind in ("stretched", "scaled"):
        factor = draw.choice(FACTORS)
        axis = draw.randrange(3)
        # Axes that symmetry relates go together, or the cell would be refused.
        alike = [i for i in range(3) if kind == "scaled" or i == axis or abs(edges[i] - edges[axis]) < 0.02]
        for i in alike:
            edges[i] *= factor
        lines[at] = " ".join(fields[:2] + [f"{x:.4f}" for x in edges])
        ins.write_text("\n".join(lines) + "\n")
        done = f"{''.join('abc'[i] for i in alike)} {factor}"
    elif kind == "other":
        donor = draw.choice([other for other in names if other != name])
        hkl.write_bytes((shared / "data" / donor / f"{donor}.hkl").read_bytes())
        done = donor
    elif kind in ("cut", "slab", "shuffled", "random", "constant", "swapped"):
        rows, done = spoil_rows(kind, reflections(hkl), crystal, gemmi.UnitCell(*edges), draw)
        text = [f"{h:4d}{k:4d}{l:4d}{number(value)}{number(sigma)}" for (h, k, l), value, sigma in rows]
        hkl.write_text("\n".join(text) + "\n   0   0   0    0.00    0.00\n")
    return reference, crystal, done


def one(task):
    binary, shared, name, names, kind, seed = task
    sys.path.insert(0, str(shared / "judge"))
    import gemmi
    from judge import judge
    draw = random.Random(f"{name} {kind} {seed}")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        reference, crystal, done = prepare(shared, name, names, kind, draw, work)
        command = [binary, "solve", f"{name}.ins", "-o", "out", "-q", "--backend", "cpu", "--threads", "1", "--time-limit",
                   str(SECONDS), "--seed", str(draw.randrange(1, 10**6)), "--diary", "diary.jsonl"]
        command += ["--trials", str(draw.choice([1, 2, 3, 5]))] if kind == "few" else []
        subprocess.run(command, cwd=work, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        diary = json.loads((work / "diary.jsonl").read_text())
        structures = []
        for letter in "abcde"[:JUDGED]:
            path = work / "out" / f"{name}_{letter}.res"
            if not path.exists():
                break
            if kind in NEVER_RIGHT:
                structures.append([False, False])
                continue
            verdict = judge(path, reference)
            right = verdict["verdict"] == "solved" and verdict["model"] != "poor"
            structures.append([right, right and bool(verdict["space_group_right"])])
        group = gemmi.find_spacegroup_by_ops(crystal.ops)
        own = group.hm if group else ""
        other = OTHER_HAND.get(own) or {b: a for a, b in OTHER_HAND.items()}.get(own)
        diary["truth"] = {"spoiled": f"{kind} {done}".strip() if kind != "given" else "",
                          "groups": [own] + ([other] if other else []), "structures": structures}
        return diary


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("shared", type=Path)
    parser.add_argument("out")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--only", help="comma-separated names")
    options = parser.parse_args()
    shared, binary = options.shared.resolve(), str(Path(options.binary).resolve())
    index = (shared / "data" / "INDEX.tsv").read_text().splitlines()[1:]
    names = [name for name in (line.split("\t")[0] for line in index) if name not in LARGE]
    chosen = options.only.split(",") if options.only else names
    kinds = options.kinds.split(",")
    draw, begun = random.Random(options.seed), time.time()
    tasks = []
    while len(tasks) < options.runs:
        # Every set once before any comes twice.
        for name in draw.sample(chosen, len(chosen)):
            kind = draw.choices(kinds, [KINDS[kind] for kind in kinds])[0]
            tasks.append((binary, shared, name, names, kind, options.seed * 10**6 + len(tasks)))
    tasks = tasks[:options.runs]
    with open(options.out, "a") as out, concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        waiting = iter(tasks)
        running = {}
        while True:
            while len(running) < options.jobs and time.time() - begun < 60 * options.minutes:
                task = next(waiting, None)
                if task is None:
                    break
                running[pool.submit(one, task)] = task
            if not running:
                return
            for future in concurrent.futures.wait(running, return_when="FIRST_COMPLETED").done:
                _, _, name, _, kind, _ = running.pop(future)
                try:
                    print(json.dumps(future.result(), separators=(",", ":")), file=out, flush=True)
                except (subprocess.SubprocessError, OSError, ValueError, RuntimeError, KeyError, IndexError) as error:
                    print(f"{name} {kind}: {type(error).__name__} {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
