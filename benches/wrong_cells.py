"""Crystals in cells of a wrong size: what is claimed, and whether a warning names axis and factor.

usage: wrong_cells.py BINARY FOLDER OUT.jsonl [--only NAME,...] [--factors F,...] [--kinds own,stretched,scaled] [--seeds N,...] [--keep DIR]
       wrong_cells.py BINARY FOLDER OUT.jsonl --minerals [...]

FOLDER holds NAME/NAME.ins and NAME/NAME.hkl; with --minerals ten crystals of one to six atoms, nine of them without bonds of light atoms, are
first simulated there to 0.6 Å with 4 % of noise (needs gemmi). Each is run as it is (own), with one edge times a factor (stretched: a, b, c
in turn from set to set, with those that symmetry ties to it) and with all three (scaled). Factors go round over the sets, so
that each kind meets all of them. Counted are claims, and among those in wrong cells the ones that come with a line that names
the axes and the factor within 2 %; of right cells the claims with such a line. Ten seconds on one core each.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# 8 % or more, as nobody can ask for less: bonds of one kind differ by 3 %.
FACTORS = [1.08, 1.15, 0.92, 1.2, 0.87, 1.1]
NEAR = 0.02
SECONDS = 10
# Edges are tied to each other by symmetry when they differ by less, Å.
SAME = 0.02

# Group, cell, and element, coordinates and U of each site: textbook structures (Wyckoff 1963; Hazen 1976 and others for parameters, rounded).
MINERALS = {
    "quartz": ("P 32 2 1", (4.913, 4.913, 5.405, 90, 90, 120), [("Si", .4697, 0, 2 / 3, .007), ("O", .4135, .2669, .7858, .012)]),
    "calcite": ("R -3 c:H", (4.990, 4.990, 17.061, 90, 90, 120),
                [("Ca", 0, 0, 0, .008), ("C", 0, 0, .25, .008), ("O", .2568, 0, .25, .013)]),
    "rutile": ("P 42/m n m", (4.594, 4.594, 2.959, 90, 90, 90), [("Ti", 0, 0, 0, .005), ("O", .3053, .3053, 0, .006)]),
    "corundum": ("R -3 c:H", (4.759, 4.759, 12.991, 90, 90, 120), [("Al", 0, 0, .3522, .004), ("O", .3063, 0, .25, .005)]),
    "forsterite": ("P b n m", (4.756, 10.207, 5.980, 90, 90, 90),
                   [("Mg", 0, 0, 0, .006), ("Mg", .9915, .2774, .25, .006), ("Si", .4262, .0940, .25, .004),
                    ("O", .7657, .0913, .25, .006), ("O", .2215, .4474, .25, .006), ("O", .2777, .1628, .0331, .006)]),
    "spinel": ("F d -3 m:2", (8.083, 8.083, 8.083, 90, 90, 90),
               [("Mg", .125, .125, .125, .005), ("Al", .5, .5, .5, .005), ("O", .2624, .2624, .2624, .007)]),
    "zircon": ("I 41/a m d:2", (6.607, 6.607, 5.982, 90, 90, 90),
               [("Zr", 0, .75, .125, .004), ("Si", 0, .25, .375, .004), ("O", 0, .0661, .1953, .007)]),
    "barite": ("P n m a", (8.884, 5.457, 7.157, 90, 90, 90),
               [("Ba", .1845, .25, .1585, .01), ("S", .4370, .75, .1910, .009), ("O", .5870, .75, .1065, .018),
                ("O", .3176, .75, .0498, .018), ("O", .4194, .9704, .3119, .015)]),
    "urea": ("P -4 21 m", (5.565, 5.565, 4.684, 90, 90, 90),
             [("C", 0, .5, .3280, .015), ("O", 0, .5, .5962, .02), ("N", .1447, .6447, .1785, .03), ("H", .2552, .7552, .2841, .05),
              ("H", .1428, .6428, -.0339, .05)]),
    "pyrite": ("P a -3", (5.418, 5.418, 5.418, 90, 90, 90), [("Fe", 0, 0, 0, .004), ("S", .385, .385, .385, .004)]),
}
CELL = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"]
SITE = ["label", "type_symbol", "fract_x", "fract_y", "fract_z", "U_iso_or_equiv"]


def simulated(binary, folder, minerals=MINERALS, resolution=lambda group, cell: 0.6, options=()):
    """Minerals measured by the program itself, to the resolution (Å) that `resolution` asks for, with more `options` of simulate."""
    import gemmi
    for name, (symbol, cell, sites) in minerals.items():
        group = gemmi.find_spacegroup_by_name(symbol)
        lines = [f"data_{name}", "_diffrn_radiation_wavelength 0.71073"] + [f"_cell_{k} {v}" for k, v in zip(CELL, cell)]
        lines += ["loop_", "_space_group_symop_operation_xyz"] + [f"'{op.triplet()}'" for op in group.operations()]
        lines += ["loop_"] + [f"_atom_site_{tag}" for tag in SITE]
        lines += [f"{e}{n} {e} {x:.6f} {y:.6f} {z:.6f} {u}" for n, (e, x, y, z, u) in enumerate(sites, 1)]
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / f"{name}.cif").write_text("\n".join(lines) + "\n")
        limit = f"{resolution(group, cell):.3f}"
        subprocess.run([binary, "simulate", f"{name}.cif", "-d", limit, "--noise", "0.04", "-o", ".", *options], cwd=folder / name, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def spoiled(text, axes, factor):
    """A header with the edges of `axes` times `factor`."""
    lines = text.splitlines()
    at = next(n for n, line in enumerate(lines) if line.upper().startswith("CELL"))
    fields = lines[at].split()
    edges = [float(x) * (factor if i in axes else 1) for i, x in enumerate(fields[2:5])]
    lines[at] = " ".join(fields[:2] + [f"{x:.4f}" for x in edges] + fields[5:8])
    return "\n".join(lines) + "\n"


def axes_of(text, kind, axis):
    line = next(line for line in text.splitlines() if line.upper().startswith("CELL"))
    edges = [float(x) for x in line.split()[2:5]]
    return [i for i in range(3) if kind == "scaled" or i == axis or abs(edges[i] - edges[axis]) < SAME]


def warned(listing):
    """Factors that lines of a listing name: axis and factor."""
    found = []
    for line in listing.splitlines():
        if "check CELL" in line:
            found += [("abc".index(a), float(f)) for f, a in re.findall(r"([0-9.]+) times too long along ([abc])", line)]
            everywhere = re.search(r"([0-9.]+) times too long in all directions", line)
            found += [(i, float(everywhere[1])) for i in range(3)] if everywhere else []
    return found


def names(found, axes, factor):
    """Whether a warning names just these axes with the factor, or with its inverse the others."""
    at = dict(found)
    ratios = [at.get(i, 1.0) / (factor if i in axes else 1.0) for i in range(3)]
    return bool(found) and all(abs(r - 1) < NEAR for r in ratios)


def listing_in(folder):
    """The listing of a run, empty where it left none."""
    path = next(iter(sorted(folder.glob("*.lst")) + sorted(folder.glob("*.lxt"))), None)
    return path.read_text() if path else ""


def run(binary, name, ins, hkl, seed, keep):
    with tempfile.TemporaryDirectory() as folder:
        work = Path(keep or folder)
        work.mkdir(parents=True, exist_ok=True)
        (work / f"{name}.ins").write_text(ins)
        (work / f"{name}.hkl").write_bytes(hkl)
        command = [binary, "solve", f"{name}.ins", "-o", "out", "--backend", "cpu", "--threads", "1", "--time-limit",
                   str(SECONDS), "--seed", str(seed), "--json"]
        done = subprocess.run(command, cwd=work, timeout=120, capture_output=True, text=True)
        record = json.loads(done.stdout)
        return record, listing_in(work / "out")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out")
    parser.add_argument("--only")
    parser.add_argument("--factors")
    parser.add_argument("--kinds", default="own,stretched,scaled")
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--minerals", action="store_true")
    options = parser.parse_args()
    binary = str(Path(options.binary).resolve())
    if options.minerals:
        simulated(binary, options.folder)
    chosen = options.only.split(",") if options.only else sorted(MINERALS if options.minerals else (p.name for p in options.folder.iterdir() if p.is_dir()))
    factors = [float(f) for f in options.factors.split(",")] if options.factors else FACTORS
    counts = {}
    with open(options.out, "a") as out:
        for n, name in enumerate(chosen):
            ins = (options.folder / name / f"{name}.ins").read_text()
            hkl = (options.folder / name / f"{name}.hkl").read_bytes()
            for k, kind in enumerate(options.kinds.split(",")):
                for seed in map(int, options.seeds.split(",")):
                    factor = 1.0 if kind == "own" else factors[(n + k) % len(factors)]
                    axes = [] if kind == "own" else axes_of(ins, kind, n % 3)
                    keep = options.keep / f"{name}_{kind}" if options.keep else None
                    try:
                        record, listing = run(binary, name, spoiled(ins, axes, factor), hkl, seed, keep)
                    except (subprocess.SubprocessError, OSError, ValueError) as error:
                        print(f"{name} {kind}: {type(error).__name__} {error}", file=sys.stderr)
                        continue
                    found = warned(listing)
                    row = {"name": name, "kind": kind, "axes": "".join("abc"[i] for i in axes), "factor": factor,
                           "claimed": record["solved"], "probability": record["probability"], "warned": found,
                           "named": names(found, axes, factor), "evidence": record.get("evidence")}
                    print(json.dumps(row), file=out, flush=True)
                    count = counts.setdefault(kind, [0, 0, 0, 0])
                    count[0] += 1
                    count[1] += row["claimed"]
                    count[2] += row["claimed"] and not row["named"]
                    count[3] += bool(found)
                    if kind != "own" and row["claimed"] and not row["named"]:
                        print(f"claimed: {name} {row['axes']} {factor} p {row['probability']:.3f} warned {found}", flush=True)
                    if kind == "own" and (found or not row["claimed"]):
                        print(f"own cell: {name} claimed {row['claimed']} warned {found}", flush=True)
    for kind, (runs, claimed, slipped, lines) in counts.items():
        print(f"{kind}: {runs} runs, claimed {claimed}, of these without axis and factor named {slipped}, with a line {lines}")


if __name__ == "__main__":
    main()
