#!/usr/bin/env python3
"""Seeded runs on measured data, judged by phases: n solved and n claimed of N draws.

usage: seeded.py SEEDFLIP SHARED [--sets a,b] [--fractions 0.1,0.025] [--wrong 0,0.25] [--draws 10]
                 [--shuffle] [--untold] [--time-limit S] [--of strong-third] [-- more arguments of solve]

For every draw the program makes oracle seeds from the published model (4 bins), solves with them, and
SHARED/judge/judge_phases.py compares the phases written with those of the model. --shuffle puts random
bins in place of the right ones: nothing may be claimed then. Needs the judge's Python packages.
"""
import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SETS = {
    "crambin_3nir_p21": ["--resolution", "0.9"],
    "alpha1_1byz_p1": [],
    "toxin2_1aho_p212121": [],
    "peptide_6mw0_p212121": [],
    "conotoxin_1akg_p212121": [],
    "roxithromycin_p212121": [],
    "ed_biotin_p212121": [],
}


def shuffled(path, draw):
    """Random bins on the same reflections."""
    rng = random.Random(draw)
    lines = path.read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("h,k,l")) + 1
    for i in range(start, len(lines)):
        h, k, l, _, nbins = lines[i].split(",")
        lines[i] = f"{h},{k},{l},{rng.randrange(int(nbins))},{nbins}"
    path.write_text("\n".join(lines) + "\n")


def one(args, folder, name, fraction, wrong, draw, extra):
    data = args.shared / "data" / name
    ins, model = data / f"{name}.ins", data / f"{name}.ref.cif"
    seeds = folder / "seeds.csv"
    resolution = SETS.get(name, [])
    make = [args.seedflip, "seed", "make", ins, "--model", model, "-o", seeds, "--fraction", str(fraction),
            "--wrong", str(wrong), "--seed", str(draw), "--of", args.of, *resolution]
    if args.untold or args.shuffle:
        make.append("--untold")
    subprocess.run(make, check=True, capture_output=True)
    if args.shuffle:
        shuffled(seeds, draw)
    begun = time.monotonic()
    solve = [args.seedflip, "solve", ins, "-o", folder, "--seeds", seeds, "--quiet", "--json", "--backend", "cpu",
             "--time-limit", str(args.time_limit), "--seed", str(draw), *resolution, *extra]
    done = subprocess.run(solve, capture_output=True, text=True)
    if done.returncode != 0:
        # A refusal is an answer: shuffled seeds may contradict each other or leave nothing.
        return None, False, done.stderr.strip(), time.monotonic() - begun
    seconds = time.monotonic() - begun
    claimed = json.loads(done.stdout)["solved"]
    judge = subprocess.run([sys.executable, args.shared / "judge" / "judge_phases.py", folder / f"{name}_a.fcf", model,
                            "--json"], capture_output=True, text=True)
    verdict = json.loads(judge.stdout)
    return verdict["cc"], claimed, "", seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seedflip", type=Path)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--fractions", default="0.1")
    parser.add_argument("--wrong", default="0")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--of", default="strong-third")
    parser.add_argument("--time-limit", type=float, default=60)
    parser.add_argument("--shuffle", action="store_true")
    parser.add_argument("--untold", action="store_true")
    own, extra = sys.argv[1:], []
    if "--" in own:
        own, extra = own[:own.index("--")], own[own.index("--") + 1:]
    args = parser.parse_args(own)
    print("| set | fraction | wrong | judged solved | claimed | false claims | median CC | median s |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for name in args.sets.split(","):
        for fraction in map(float, args.fractions.split(",")):
            for wrong in map(float, args.wrong.split(",")):
                rows = []
                for draw in range(1, args.draws + 1):
                    with tempfile.TemporaryDirectory() as folder:
                        rows.append(one(args, Path(folder), name, fraction, wrong, draw, extra))
                    if rows[-1][2]:
                        print(f"{name} draw {draw}: {rows[-1][2]}", file=sys.stderr)
                solved = [cc is not None and cc >= 0.65 for cc, *_ in rows]
                claimed = [claim for _, claim, *_ in rows]
                false = sum(c and not s for c, s in zip(claimed, solved))
                ccs = sorted(cc if cc is not None else 0.0 for cc, *_ in rows)
                seconds = sorted(r[3] for r in rows)
                n = len(rows)
                print(f"| {name} | {fraction:g} | {wrong:g} | {sum(solved)}/{n} | {sum(claimed)}/{n} | {false} "
                      f"| {ccs[n // 2]:.2f} | {seconds[n // 2]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
