"""Crystals seen through a diamond anvil cell, and small inorganic cells with 20 to 50 unique reflections.

usage: corners.py BINARY SHARED OUT.jsonl [--kinds slab,small] [--seeds N,...] [--only NAME,...]

slab: measured lists of SHARED/data are cut to what the anvils let through, a slab of 60 to 80° about a drawn plane (30 to 40° on
either side), each set with the header as given. small: textbook structures of one to four independent atoms are measured by
`BINARY simulate`, with anomalous dispersion, as far as gives WANTED unique reflections. Ten seconds on one core each. Counted are structures that the
judge of SHARED calls solved, models that it does not call poor, groups that are right, and claims, wrong ones among them: a
claim is wrong where the structure is not solved or the model poor. Needs numpy and gemmi.
"""
import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import evidence
import wrong_cells

# Light and heavy, all lattices, among them cells of 30 to 130 atoms.
SLABS = ["ylid_p212121", "epoxide_p21n", "sucrose_olex_p21", "f183_c2c", "ca_timmy_p212121", "muscovite_c2c", "zns10_pm1", "moco6_pnma",
         "au_p212121", "br2b_pm1", "yicmop_p21n", "lcysteine_p212121", "ga2n3_p212121", "pd_malbac_pm1", "mn_tpt_pm1", "xylitol_p212121",
         "vidarabine_hp_p212121", "ta_i4mmm_hp", "c22no_p212121", "pyrazinamide_p21n"]
# Unique reflections of a small cell: the middle of 20 to 50, where a P1 sphere still holds hundreds.
WANTED = 35
FINEST = 0.38
# Group, cell, and element, coordinates and U of each site: textbook structures (Wyckoff 1963), rounded.
SMALL = {
    "halite": ("F m -3 m", (5.640, 5.640, 5.640, 90, 90, 90), [("Na", 0, 0, 0, .02), ("Cl", .5, .5, .5, .018)]),
    "diamond": ("F d -3 m:1", (3.567, 3.567, 3.567, 90, 90, 90), [("C", 0, 0, 0, .002)]),
    "uraninite": ("F m -3 m", (5.470, 5.470, 5.470, 90, 90, 90), [("U", 0, 0, 0, .003), ("O", .25, .25, .25, .006)]),
    "tungsten": ("I m -3 m", (3.165, 3.165, 3.165, 90, 90, 90), [("W", 0, 0, 0, .002)]),
    "caesium_chloride": ("P m -3 m", (4.123, 4.123, 4.123, 90, 90, 90), [("Cs", 0, 0, 0, .02), ("Cl", .5, .5, .5, .02)]),
    "fluorite": ("F m -3 m", (5.463, 5.463, 5.463, 90, 90, 90), [("Ca", 0, 0, 0, .006), ("F", .25, .25, .25, .008)]),
    "tausonite": ("P m -3 m", (3.905, 3.905, 3.905, 90, 90, 90), [("Sr", 0, 0, 0, .008), ("Ti", .5, .5, .5, .006), ("O", .5, .5, 0, .009)]),
    "cuprite": ("P n -3 m:1", (4.270, 4.270, 4.270, 90, 90, 90), [("O", 0, 0, 0, .015), ("Cu", .25, .25, .25, .018)]),
    "zincite": ("P 63 m c", (3.250, 3.250, 5.207, 90, 90, 120), [("Zn", 1 / 3, 2 / 3, 0, .007), ("O", 1 / 3, 2 / 3, .3826, .008)]),
    "sphalerite": ("F -4 3 m", (5.409, 5.409, 5.409, 90, 90, 90), [("Zn", 0, 0, 0, .009), ("S", .25, .25, .25, .008)]),
    "nickeline": ("P 63/m m c", (3.619, 3.619, 5.025, 90, 90, 120), [("Ni", 0, 0, 0, .008), ("As", 1 / 3, 2 / 3, .25, .007)]),
    "magnesium": ("P 63/m m c", (3.209, 3.209, 5.211, 90, 90, 120), [("Mg", 1 / 3, 2 / 3, .25, .02)]),
    "brucite": ("P -3 m 1", (3.142, 3.142, 4.766, 90, 90, 120), [("Mg", 0, 0, 0, .008), ("O", 1 / 3, 2 / 3, .2203, .009)]),
    "anatase": ("I 41/a m d:1", (3.785, 3.785, 9.514, 90, 90, 90), [("Ti", 0, 0, 0, .006), ("O", 0, 0, .2081, .008)]),
    "rutile": wrong_cells.MINERALS["rutile"],
    "molybdenite": ("P 63/m m c", (3.160, 3.160, 12.295, 90, 90, 120), [("Mo", 1 / 3, 2 / 3, .25, .004), ("S", 1 / 3, 2 / 3, .621, .006)]),
}


def reach(group, cell):
    """The resolution (Å) to which WANTED unique reflections are seen."""
    import gemmi
    unit = gemmi.UnitCell(*cell)
    fine, coarse = FINEST, 3.0
    for _ in range(30):
        middle = (fine + coarse) / 2
        fine, coarse = (middle, coarse) if gemmi.count_reflections(unit, group, middle) > WANTED else (fine, middle)
    return coarse


def run(binary, name, work, reference, seed):
    """One run and what the judge says of it."""
    from judge import judge
    command = [binary, "solve", f"{name}.ins", "-o", "out", "--backend", "cpu", "--threads", "1", "--time-limit", "10", "--seed",
               str(seed), "--json"]
    record = json.loads(subprocess.run(command, cwd=work, timeout=120, capture_output=True, text=True).stdout)
    path = work / "out" / f"{name}_a.res"
    weighted = re.search(r"^All data .* wR2 ([0-9.]+)", wrong_cells.listing_in(work / "out"), re.M)
    verdict = judge(path, reference) if path.exists() else {"verdict": "nothing", "model": "poor", "space_group_right": False}
    return {"solved": verdict["verdict"] == "solved", "model": verdict["model"], "group": verdict["space_group_right"],
            "claimed": bool(record["solved"]), "probability": record.get("probability"),
            "r1": (record.get("evidence") or {}).get("r1"), "wr2": float(weighted[1]) if weighted else None,
            "found": (record.get("space_group") or {}).get("hermann_mauguin")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("shared", type=Path)
    parser.add_argument("out")
    parser.add_argument("--kinds", default="slab,small")
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--only")
    options = parser.parse_args()
    shared, binary = options.shared.resolve(), str(Path(options.binary).resolve())
    sys.path.insert(0, str(shared / "judge"))
    rows = []
    with open(options.out, "a") as out, tempfile.TemporaryDirectory() as folder:
        minerals = Path(folder) / "minerals"
        if "small" in options.kinds:
            wrong_cells.simulated(binary, minerals, SMALL, reach, ["--friedel"])
        for kind in options.kinds.split(","):
            for name in SLABS if kind == "slab" else SMALL:
                if options.only and name not in options.only.split(","):
                    continue
                for seed in map(int, options.seeds.split(",")):
                    work = Path(folder) / f"{kind} {name} {seed}"
                    work.mkdir()
                    if kind == "slab":
                        draw = random.Random(f"{name} {seed}")
                        reference, _, done = evidence.prepare(shared, name, SLABS, "slab", draw, work)
                    else:
                        reference, done = minerals / name / f"{name}.cif", ""
                        for end in ("ins", "hkl"):
                            (work / f"{name}.{end}").write_bytes((minerals / name / f"{name}.{end}").read_bytes())
                    row = {"kind": kind, "name": name, "seed": seed, "done": done} | run(binary, name, work, reference, seed)
                    rows.append(row)
                    out.write(json.dumps(row) + "\n")
                    print(*(f"{row[key]}" for key in row), sep="\t", flush=True)
    for kind in options.kinds.split(","):
        of = [row for row in rows if row["kind"] == kind]
        right = lambda row: row["solved"] and row["model"] != "poor"
        print(f"{kind}: {len(of)} runs, solved {sum(row['solved'] for row in of)}, model not poor {sum(map(right, of))}, "
              f"group {sum(row['group'] for row in of)}, claimed {sum(row['claimed'] for row in of)}, "
              f"wrong claims {sum(row['claimed'] and not right(row) for row in of)}")


if __name__ == "__main__":
    main()
