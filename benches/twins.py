"""Twins whose law and fraction are known: made, solved, and counted.

usage: twins.py BINARY SHARED OUT.jsonl [--noise R] [--resolution D] [--fractions A,...] [--seeds N,...] [--only NAME,...] [--keep DIR]
       [--overlaps S,... [--axis U,V,W]]
                [--headers p,r,p1]

A molecule of a set of SHARED/data is packed into a cell of another group (PLACES; turned and moved at random until nothing
clashes), `BINARY simulate` measures the crystal, and its list is twinned by the law of the place: I(h) becomes
(1-a) I(h) + a I(hR), both with noise of their own. Each is solved untwinned (a = 0) and twinned. Counted are: group and law
right (any matrix of the law's coset), fraction within 0.05, R1 against that of the untwinned crystal, atoms in place by
SHARED/judge. Places of RETICULAR are rhombohedral crystals with an obverse and a reverse domain: the list holds the reflections of both, those
with l = 3n overlap, and the header says P with the rotations of the Laue class (p), R (r), or nothing (p1). Needs numpy and gemmi.

With --overlaps the twins are those of HKLF 5 instead: a second domain by half a turn about a row that is no axis of any place, of which that share of
the reflections falls together with others (`simulate --domain`). Counted are: group, fraction within 0.02, R1 up to 0.06, atoms.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import gemmi
import numpy as np

# Name, molecule, group, shape of the cell (relative edges, angles), law as R acting on fractional coordinates.
PLACES = [
    ("p4", "xylitol_p212121", "P 4", (1, 1, 1.15, 90, 90, 90), [[0, 1, 0], [1, 0, 0], [0, 0, -1]]),
    ("i4", "lcysteine_p212121", "I 4", (1, 1, 0.7, 90, 90, 90), [[0, 1, 0], [1, 0, 0], [0, 0, -1]]),
    ("p3", "xylitol_p212121", "P 3", (1, 1, 0.9, 90, 90, 120), [[0, 1, 0], [1, 0, 0], [0, 0, -1]]),
    ("p32", "pyrazinamide_p21n", "P 32", (1, 1, 1.6, 90, 90, 120), [[-1, 0, 0], [0, -1, 0], [0, 0, 1]]),
    ("r3", "lcysteine_p212121", "R 3 :H", (1, 1, 0.6, 90, 90, 120), [[0, 1, 0], [1, 0, 0], [0, 0, -1]]),
    ("i41a", "pyrazinamide_p21n", "I 41/a", (1, 1, 1.4, 90, 90, 90), [[0, 1, 0], [1, 0, 0], [0, 0, -1]]),
    ("p21c", "xylitol_p212121", "P 1 21/c 1", (1, 1.4, 0.8, 90, 90.3, 90), [[1, 0, 0], [0, -1, 0], [0, 0, -1]]),
    ("p21", "ylid_p212121", "P 1 21 1", (1, 1.2, 0.8, 90, 90.2, 90), [[1, 0, 0], [0, -1, 0], [0, 0, -1]]),
    ("p21ac", "pyrazinamide_p21n", "P 1 21 1", (1, 0.8, 1.003, 90, 104, 90), [[0, 0, 1], [0, -1, 0], [1, 0, 0]]),
    ("p212121", "lcysteine_p212121", "P 21 21 21", (1, 1.004, 1.5, 90, 90, 90), [[0, 1, 0], [1, 0, 0], [0, 0, -1]]),
    ("pna21", "pyrazinamide_p21n", "P n a 21", (1.003, 1, 0.8, 90, 90, 90), [[0, 1, 0], [1, 0, 0], [0, 0, -1]]),
    ("pm1", "ylid_p212121", "P -1", (1, 1.2, 0.8, 90.2, 103, 89.8), [[-1, 0, 0], [0, 1, 0], [0, 0, -1]]),
    ("p1", "xylitol_p212121", "P 1", (1, 1.2, 0.8, 89.8, 97, 90.3), [[-1, 0, 0], [0, 1, 0], [0, 0, -1]]),
]
# A fraction of HKLF 5 is right within, and R1 of its sums is good up to.
NEAR_OF_DOMAINS = 0.02
GOOD_R1 = 0.06
OVER = [[-1, 0, 0], [0, -1, 0], [0, 0, 1]]
RETICULAR = [
    ("rev_r3", "lcysteine_p212121", "R 3 :H", (1, 1, 0.6, 90, 90, 120), OVER),
    ("rev_r-3", "xylitol_p212121", "R -3 :H", (1, 1, 0.8, 90, 90, 120), OVER),
    ("rev_r3c", "pyrazinamide_p21n", "R 3 c :H", (1, 1, 0.7, 90, 90, 120), OVER),
]
# Å3 for each atom but hydrogen, and the nearest that two molecules come, Å: looser than in crystals, where packing is not random.
ROOM = 24.0
CONTACT = 3.0
NEAR_FRACTION = 0.05


def molecule(shared, name):
    """Elements and Cartesian coordinates of the largest connected part of the published asymmetric unit, hydrogen left out."""
    structure = gemmi.read_small_structure(str(shared / "data" / name / f"{name}.ref.cif"))
    sites = [s for s in structure.sites if s.element.atomic_number > 1 and s.occ > 0.5]
    xyz = np.array([structure.cell.orthogonalize(s.fract).tolist() for s in sites])
    near = np.linalg.norm(xyz[:, None] - xyz[None], axis=2) < 1.95
    part, grown = {0}, True
    while grown:
        more = {int(j) for i in part for j in np.flatnonzero(near[i])}
        grown, part = not more <= part, part | more
    chosen = sorted(part)
    return [sites[i].element.name for i in chosen], xyz[chosen] - xyz[chosen].mean(0)


def packed(rng, xyz, group, shape, room):
    """A cell and fractional coordinates without clashes."""
    ops = [(np.array(op.rot) / 24, np.array(op.tran) / 24) for op in group.operations()]
    edges = np.array(shape[:3])
    for _ in range(40):
        unit = gemmi.UnitCell(*edges, *shape[3:])
        cell = gemmi.UnitCell(*(edges * (room * len(xyz) * len(ops) / unit.volume) ** (1 / 3)), *shape[3:])
        orth = np.array(cell.orth.mat.tolist())
        shifts = np.array([[i, j, k] for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1)])
        for _ in range(400):
            q = rng.normal(size=4)
            turn = gemmi.Mat33()
            w, x, y, z = q / np.linalg.norm(q)
            turn = np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                             [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                             [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]])
            frac = (xyz @ turn.T) @ np.linalg.inv(orth).T + rng.random(3)
            if clear(frac, ops, shifts, orth):
                return cell, frac
        room *= 1.03
    sys.exit("no room")


def clear(frac, ops, shifts, orth):
    centre = frac.mean(0)
    for n, (rot, trans) in enumerate(ops):
        image = frac @ rot.T + trans
        image += np.round(centre - image.mean(0))
        for shift in shifts:
            if n == 0 and not shift.any():
                continue
            delta = (image + shift)[:, None] - frac[None]
            if (np.linalg.norm(delta @ orth.T, axis=2) < CONTACT).any():
                return False
    return True


def write_cif(path, cell, ops, elements, frac, us):
    lines = ["data_twin"]
    lines += [f"_cell_length_{n} {x:.5f}" for n, x in zip("abc", (cell.a, cell.b, cell.c))]
    lines += [f"_cell_angle_{n} {x:.4f}" for n, x in zip(("alpha", "beta", "gamma"), (cell.alpha, cell.beta, cell.gamma))]
    lines += ["loop_", "_space_group_symop_operation_xyz"] + [f"'{triplet(rot, trans)}'" for rot, trans in ops]
    lines += ["loop_", "_atom_site_label", "_atom_site_type_symbol", "_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z",
              "_atom_site_U_iso_or_equiv", "_atom_site_occupancy"]
    for n, (element, (x, y, z), u) in enumerate(zip(elements, frac, us)):
        lines.append(f"{element}{n + 1} {element} {x:.5f} {y:.5f} {z:.5f} {u:.4f} 1")
    path.write_text("\n".join(lines) + "\n")


def triplet(rot, trans):
    op = gemmi.Op()
    op.rot, op.tran = [[round(24 * x) for x in row] for row in rot], [round(24 * x) % 24 for x in trans]
    return op.triplet()


def turned(ops, frac, law):
    """The crystal of the other domain, which is as right: operations and atoms after the law."""
    law = np.array(law)
    back = np.linalg.inv(law)
    return [(law @ rot @ back, law @ trans) for rot, trans in ops], frac @ law.T


def read_hkl(path):
    rows = []
    for line in path.read_text().splitlines():
        h, k, l = (int(line[i:i + 4]) for i in (0, 4, 8))
        if (h, k, l) == (0, 0, 0):
            break
        rows.append((h, k, l, float(line[12:20]), float(line[20:28])))
    return rows


def key(group_ops, hkl):
    return max(max(tuple(image), tuple(-x for x in image)) for image in ([int(round(x)) for x in hkl @ rot] for rot in group_ops))


def twinned(rows, rotations, law, share):
    """The list with the intensities of both domains; rows whose mate is not there are left out."""
    measured = {key(rotations, np.array(row[:3])): row[3:] for row in rows}
    out = []
    for h, k, l, intensity, sigma in rows:
        mate = measured.get(key(rotations, np.array([h, k, l]) @ np.array(law)))
        if mate is not None:
            out.append((h, k, l, (1 - share) * intensity + share * mate[0], np.hypot((1 - share) * sigma, share * mate[1])))
    return out


def both_domains(rows, rotations, law, share):
    """The list with the reflections of both domains, those that overlap added."""
    sums = {}
    for h, k, l, intensity, sigma in rows:
        for part, hkl in ((1 - share, np.array([h, k, l])), (share, np.array([h, k, l]) @ np.array(law))):
            if part > 0:
                value = sums.setdefault(key(rotations, hkl), [0.0, 0.0])
                value[0] += part * intensity
                value[1] = np.hypot(value[1], part * sigma)
    return [(*hkl, *value) for hkl, value in sorted(sums.items())]


def lowered(header, kind, proper):
    """The header with P and the rotations of the Laue class, or with nothing."""
    if kind == "r":
        return header
    lines = [line for line in header.splitlines() if line[:4] not in ("LATT", "SYMM")]
    cards = ["LATT -1"]
    for rot in {tuple(map(tuple, r)) for r in proper} if kind == "p" else ():
        if rot != ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
            cards.append(f"SYMM {triplet(np.array(rot), (0, 0, 0))}")
    at = next(n for n, line in enumerate(lines) if line.startswith("SFAC"))
    return "\n".join(lines[:at] + sorted(cards) + lines[at:]) + "\n"


def write_hkl(path, rows):
    path.write_text("".join(f"{h:4d}{k:4d}{l:4d}{i:8.2f}{s:8.2f}\n" for h, k, l, i, s in rows) + "   0   0   0    0.00    0.00\n")


def same_law(law, matrix, rotations):
    """Whether the matrix of a TWIN card belongs to the coset of the law."""
    found = np.array(matrix).reshape(3, 3).T
    return any(np.abs(np.array(law) @ rot - found).max() < 0.01 for rot in rotations)


def judged(shared, res, cif):
    out = subprocess.run([sys.executable, str(shared / "judge" / "judge.py"), str(res), str(cif), "--json"],
                         capture_output=True, text=True).stdout
    return json.loads(out) if out.strip().startswith("{") else {}


def run(options, folder, name, cifs, header, rows, seed):
    (folder / f"{name}.ins").write_text(header)
    write_hkl(folder / f"{name}.hkl", rows)
    return solved(options, folder, name, cifs, seed)


def solved(options, folder, name, cifs, seed):
    ins = folder / f"{name}.ins"
    subprocess.run([options.binary, "solve", ins.name, "--backend", "cpu", "--threads", "1", "--seed", str(seed)],
                   cwd=folder, capture_output=True)
    record = json.loads((folder / f"{name}.json").read_text())
    first = (record["candidates"] or [{}])[0]
    verdicts = [judged(options.shared, folder / f"{name}_a.res", cif) for cif in cifs]
    verdict = max(verdicts, key=lambda v: (v.get("recall_atoms") or 0, bool(v.get("space_group_right"))))
    return {"claimed": record["solved"], "group": first.get("space_group"), "r1": first.get("r1"), "twin": first.get("twin"),
            "domains": first.get("domains"),
            "laws": first.get("twin_laws"), "seconds": record["timings"]["wall_s"],
            "model": verdict.get("model"), "group_right": verdict.get("space_group_right"), "atoms": verdict.get("recall_atoms")}


def overlapping(options, folder, cif, other, place, seed, out, counts):
    """Twins of HKLF 5 with each share of overlaps and each fraction."""
    for overlap in map(float, options.overlaps.split(",")):
        for share in (float(text) for text in options.fractions.split(",") if float(text) > 0):
            name = f"d{int(100 * overlap):02d}_{int(100 * share):02d}"
            subprocess.run([options.binary, "simulate", cif.name, "-d", str(options.resolution), "--noise", str(options.noise), "--seed", str(seed),
                            "--domain=" + options.axis, "--fraction", str(share), "--overlap", str(overlap), "-o", f"{name}.ins"],
                           cwd=folder, check=True, capture_output=True)
            got = solved(options, folder, name, (cif, other), seed)
            got |= {"place": place, "seed": seed, "share": share, "asked": overlap}
            domains = got["domains"] or {"fractions": [1, 0], "overlap": 0}
            counts["runs"] += 1
            counts["group"] += bool(got["group_right"])
            counts["fraction"] += abs(domains["fractions"][1] - share) < NEAR_OF_DOMAINS
            counts["r1"] += (got["r1"] or 1.0) <= GOOD_R1
            counts["atoms"] += (got["atoms"] or 0) >= 0.95
            counts["claimed"] += got["claimed"]
            out.write(json.dumps(got) + "\n")
            out.flush()
            print(f"{place:9} {seed} {share:4.2f} of {overlap:4.2f}  {got['group'] or '-':12} {'yes' if got['group_right'] else 'no':3}  "
                  f"{domains['fractions'][1]:.3f} of {domains['overlap']:.2f}  R1 {got['r1'] or 1:.3f}  {got['model'] or '-':9} "
                  f"{'claimed' if got['claimed'] else '-':8} {got['seconds']:.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("shared", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--noise", type=float, default=0.05)
    parser.add_argument("--resolution", type=float, default=0.85)
    parser.add_argument("--fractions", default="0,0.1,0.3,0.5")
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--only")
    parser.add_argument("--overlaps")
    parser.add_argument("--axis", default="1,0,2")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--headers", default="p,r")
    options = parser.parse_args()
    options.binary = str(Path(options.binary).resolve())
    fractions = sorted({0.0, *map(float, options.fractions.split(","))})
    only = options.only.split(",") if options.only else None
    whole = ("runs", "group", "fraction", "r1", "atoms", "claimed")
    counts = dict.fromkeys(whole if options.overlaps else ("runs", "group", "law", "both", "fraction", "r1", "claimed"), 0)
    false_laws, untwinned_runs = 0, 0
    with tempfile.TemporaryDirectory() as scratch, options.out.open("w") as out:
        root = options.keep or Path(scratch)
        for seed in map(int, options.seeds.split(",")):
            for place, name, symbol, shape, law in PLACES + RETICULAR:
                if only and place not in only:
                    continue
                folder = root / f"{place}_{seed}"
                folder.mkdir(parents=True, exist_ok=True)
                rng = np.random.default_rng([seed, *map(ord, place)])
                group = gemmi.find_spacegroup_by_name(symbol)
                elements, xyz = molecule(options.shared, name)
                cell, frac = packed(rng, xyz, group, shape, ROOM)
                cif = folder / f"{place}.cif"
                us = 0.025 + 0.02 * rng.random(len(frac))
                ops = [(np.array(op.rot) / 24, np.array(op.tran) / 24) for op in group.operations()]
                write_cif(cif, cell, ops, elements, frac, us)
                other = folder / f"{place}.other.cif"
                write_cif(other, cell, turned(ops, frac, law)[0], elements, turned(ops, frac, law)[1], us)
                if options.overlaps:
                    overlapping(options, folder, cif, other, place, seed, out, counts)
                    continue
                subprocess.run([options.binary, "simulate", cif.name, "-d", str(options.resolution), "--noise", str(options.noise),
                                "--seed", str(seed)], cwd=folder, check=True, capture_output=True)
                header = (folder / f"{place}.ins").read_text()
                rows = read_hkl(folder / f"{place}.hkl")
                rotations = [np.array(op.rot) // 24 for op in group.operations().sym_ops]
                proper = [r if round(np.linalg.det(r)) > 0 else -r for r in rotations]
                over = law is OVER
                for kind in options.headers.split(",") if over else ("given",):
                    single = None
                    for share in fractions:
                        label = f"t{int(100 * share):02d}{kind if over else ''}"
                        list_of = both_domains if over else twinned
                        text = lowered(header, kind, proper) if over else header
                        got = run(options, folder, label, (cif, other), text, list_of(rows, rotations, law, share), seed)
                        got |= {"place": place, "seed": seed, "share": share, "header": kind}
                        twin = got["twin"]
                        if share == 0.0:
                            single = got["r1"] or 1.0
                            untwinned_runs += 1
                            false_laws += twin is not None
                        else:
                            got["law_right"] = twin is not None and same_law(law, twin["matrix"], proper)
                            got["r1_ratio"] = (got["r1"] or 1.0) / single
                            counts["runs"] += 1
                            counts["group"] += bool(got["group_right"])
                            counts["law"] += got["law_right"]
                            counts["both"] += bool(got["group_right"]) and got["law_right"]
                            # The larger domain is the first, where the list leaves the choice.
                            least = min(share, 1 - share) if over else share
                            counts["fraction"] += got["law_right"] and abs(twin["fraction"] - least) < NEAR_FRACTION
                            counts["r1"] += got["r1_ratio"] <= 1.5
                            counts["claimed"] += got["claimed"]
                        out.write(json.dumps(got) + "\n")
                        out.flush()
                        said = f"{twin['law']} {twin['fraction']:.3f}" if twin else "-"
                        print(f"{place:9} {kind:5} {seed} {share:4.2f}  {got['group'] or '-':12} {'yes' if got['group_right'] else 'no':3}  "
                              f"{said:26} R1 {got['r1'] or 1:.3f}  {got['model'] or '-':9} {'claimed' if got['claimed'] else '-':8} "
                              f"{got['seconds']:.1f} s", flush=True)
    n = counts.pop("runs")
    if not options.overlaps:
        print(f"untwinned: {false_laws}/{untwinned_runs} with a law")
    print("twinned: " + ", ".join(f"{what} {count}/{n}" for what, count in counts.items()))


if __name__ == "__main__":
    main()
