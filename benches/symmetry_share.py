#!/usr/bin/env python3
"""What the search for the space group takes of a run.

Solves each data set twice: as its header has it, or with its Laue class alone, and with the group that was found given by `--space-group`, so
that phases are worked up in it and in nothing else. The share is what the first run's structures take beyond those of the second, over the whole
of the first run.

    benches/symmetry_share.py SEEDFLIP DATA [--only NAME,NAME ...] [--seed 1] [--repeat 1]

DATA holds a folder NAME with NAME.ins and NAME.hkl for each set. Times are of one thread; of repeated runs the shortest counts.
"""
import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path


def timings(seedflip, source, name, seed, repeat, *more):
    """Record of a run, with the shortest times of some."""
    best = None
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as folder:
            for suffix in ("ins", "hkl"):
                shutil.copy(source / f"{name}.{suffix}", folder)
            run = subprocess.run([seedflip, "solve", f"{name}.ins", "--backend", "cpu", "--threads", "1", "--seed", str(seed), *more],
                                 cwd=folder, capture_output=True, text=True)
            if run.returncode:
                return None
            record = json.loads((Path(folder) / f"{name}.json").read_text())
        if best is None or record["timings"]["wall_s"] < best["timings"]["wall_s"]:
            best = record
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seedflip")
    parser.add_argument("data", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--seed", default=1, type=int)
    parser.add_argument("--repeat", default=1, type=int)
    options = parser.parse_args()
    seedflip = str(Path(options.seedflip).resolve())
    names = options.only.split(",") if options.only else sorted(p.parent.name for p in options.data.glob("*/*.ins"))
    shares = {}
    print(f"{'set':<26} {'group':<12} {'run s':>7} {'trials':>7} {'struct.':>7} {'in it':>7} {'share':>6}")
    for name in names:
        first = timings(seedflip, options.data / name, name, options.seed, options.repeat)
        if not first or not first["space_group"]:
            print(f"{name:<26} not solved")
            continue
        group = first["space_group"]["hermann_mauguin"]
        second = timings(seedflip, options.data / name, name, options.seed, options.repeat, "--space-group", group)
        if not second:
            print(f"{name:<26} {group:<12} cannot be given on these axes")
            continue
        times, alone = first["timings"], second["timings"]["structures_s"]
        shares[name] = max(0.0, times["structures_s"] - alone) / times["wall_s"]
        print(f"{name:<26} {group:<12} {times['wall_s']:7.2f} {times['trials_s']:7.2f} {times['structures_s']:7.2f} {alone:7.2f} "
              f"{shares[name]:6.2f}", flush=True)
    if shares:
        above = [name for name, share in shares.items() if share > 1 / 3]
        print(f"median share {statistics.median(shares.values()):.2f}; above a third: {len(above)} of {len(shares)} {' '.join(above)}")


if __name__ == "__main__":
    main()
