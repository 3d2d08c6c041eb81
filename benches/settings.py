"""Crystals on any axes: does the model that is written explain the list for a reader that knows nothing of the run?

usage: settings.py BINARY OUT.jsonl [--shared DIR] [--only NAME,...] [--headers p1,laue] [--rows measured,left] [--noise R] [--keep DIR]
                   [--units]

A molecule typed in below is packed into a cell of a group on its standard axes, `BINARY simulate` measures it, and crystal and list
are brought to the axes of a place (PLACES: columns of a matrix are the new axes in units of the old ones), as a user would have them:
NAME.ins with P 1, or with the rotations and the lattice that LATT can name, and NAME.hkl with all equivalents, the reflections that
the lattice forbids measured as noise or left out. Each is solved. Then this script, without any of the program's code, reads
NAME_a.res and the list that goes with it (NAME_a.hkl where it is there), turns indices by HKLF, merges under LATT and SYMM, and
calculates R1 (I > 2 sigma) from the atoms with gemmi's scattering factors: it must be that of the screen within 0.01, with a scale of its
own and with that of FVAR. Counted too: the number of the group, and d of all reflections in the two cells. With --shared the case
inputs/01 is run as well.

With --units lists of one asymmetric unit (UNITS), with the largest h, k, l or the largest l, k, h of each, are given with P 1 instead.
Needs numpy and gemmi.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import gemmi
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from twins import packed, write_cif  # noqa: E402

# Element and place in Å: 5-chlorocytosine without its hydrogen atoms, and a water beside it. Flat molecules are packed most easily.
MOLECULE = [("N", (0.00, 1.37, 0.0)), ("C", (1.21, 0.70, 0.0)), ("O", (2.28, 1.32, 0.0)), ("N", (1.21, -0.68, 0.0)),
            ("C", (0.00, -1.35, 0.0)), ("N", (0.02, -2.69, 0.0)), ("C", (-1.22, -0.69, 0.0)), ("C", (-1.17, 0.69, 0.0)),
            ("Cl", (-2.73, -1.52, 0.0))]
ROOM = 26.0
SAME_R1, SAME_D = 0.01, 1e-3
# Numbers of groups that are mirror images: intensities without anomalous scattering have both.
HANDS = {n: pair for pair in ((76, 78), (91, 95), (92, 96), (144, 145), (151, 153), (152, 154), (169, 170), (171, 172), (178, 179), (180, 181),
                              (212, 213)) for n in pair}
UNIT = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
CYCLES = {"abc": UNIT, "cab": ((0, 1, 0), (0, 0, 1), (1, 0, 0)), "bca": ((0, 0, 1), (1, 0, 0), (0, 1, 0)),
          "bac": ((0, 1, 0), (1, 0, 0), (0, 0, -1)), "cba": ((0, 0, 1), (0, -1, 0), (1, 0, 0)), "acb": ((1, 0, 0), (0, 0, -1), (0, 1, 0))}
HEX = (1, 1, 1.1, 90, 90, 120)
ORTHO = (1, 1.21, 0.83, 90, 90, 90)
MONO = (1, 1.13, 0.87, 90, 103, 90)
TRI = (1, 1.17, 0.89, 83, 97, 105)
TETRA = (1, 1, 1.23, 90, 90, 90)
CUBE = (1, 1, 1, 90, 90, 90)
THIRDS = ((2 / 3, -1 / 3, -1 / 3), (1 / 3, 1 / 3, -2 / 3), (1 / 3, 1 / 3, 1 / 3))  # rhombohedral axes on obverse hexagonal ones


def after(first, second):
    """Axes `second` in units of axes that are `first` in units of the old ones."""
    return tuple(map(tuple, np.array(first) @ np.array(second)))


# Name, group, shape (relative edges, angles), matrix whose columns are the new axes.
PLACES = [
    ("r_obverse", "R -3 :H", HEX, UNIT),
    ("r_reverse", "R -3 :H", HEX, ((-1, 0, 0), (0, -1, 0), (0, 0, 1))),
    ("r_unique_a", "R -3 :H", HEX, CYCLES["cab"]),
    ("r_unique_b", "R -3 :H", HEX, CYCLES["bca"]),
    ("r_reverse_a", "R 3 :H", HEX, after(((-1, 0, 0), (0, -1, 0), (0, 0, 1)), CYCLES["cab"])),
    ("r_primitive", "R -3 :H", HEX, THIRDS),
    ("r3c_primitive", "R 3 c :H", HEX, THIRDS),
    ("r_f_axes", "R 3 :H", HEX, after(THIRDS, ((-1, 1, 1), (1, -1, 1), (1, 1, -1)))),
    ("r_i_axes", "R 3 :H", HEX, after(THIRDS, ((0, 1, 1), (1, 0, 1), (1, 1, 0)))),
    ("r_ortho", "R 3 :H", HEX, ((1, 1, 0), (0, 2, 0), (0, 0, 1))),
    ("h_centred", "P 3", HEX, ((1, 1, 0), (-1, 2, 0), (0, 0, 1))),
    ("h_31", "P 31 2 1", HEX, ((1, 1, 0), (-1, 2, 0), (0, 0, 1))),
    ("h_unique_b", "P -3", HEX, after(((1, 1, 0), (-1, 2, 0), (0, 0, 1)), CYCLES["bca"])),
    ("d_centred", "P 3", HEX, ((1, 0, -1), (0, 1, -1), (1, 1, 1))),
    ("hex_ortho", "P 61", HEX, ((1, 1, 0), (0, 2, 0), (0, 0, 1))),
    ("p61_unique_a", "P 61", HEX, CYCLES["cab"]),
    *((f"aba2_{name}", "A e a 2", ORTHO, matrix) for name, matrix in CYCLES.items()),
    *((f"fdd2_{name}", "F d d 2", ORTHO, CYCLES[name]) for name in ("abc", "cab", "bca")),
    *((f"iba2_{name}", "I b a 2", ORTHO, CYCLES[name]) for name in ("abc", "cab", "bca")),
    *((f"c2221_{name}", "C 2 2 21", ORTHO, CYCLES[name]) for name in ("abc", "cab", "bca")),
    ("fdd2_primitive", "F d d 2", ORTHO, ((0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0))),
    ("iba2_primitive", "I b a 2", ORTHO, ((-0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0.5, 0.5, -0.5))),
    ("p212121_b", "P 21 21 21", ORTHO, ((1, 0, -1), (0, 1, 0), (1, 0, 1))),
    ("p212121_a", "P 21 21 21", ORTHO, ((1, 0, 0), (0, 1, -1), (0, 1, 1))),
    *((f"c2c_{name}", "C 1 2/c 1", MONO, matrix) for name, matrix in CYCLES.items()),
    ("c2c_a_axes", "C 1 2/c 1", MONO, ((0, 0, -1), (0, 1, 0), (1, 0, 0))),
    ("c2c_i_axes", "C 1 2/c 1", MONO, ((1, 0, -1), (0, 1, 0), (1, 0, 0))),
    ("c2c_i_unique_c", "C 1 2/c 1", MONO, after(((1, 0, -1), (0, 1, 0), (1, 0, 0)), CYCLES["cab"])),
    ("c2c_i_unique_a", "C 1 2/c 1", MONO, after(((1, 0, -1), (0, 1, 0), (1, 0, 0)), CYCLES["bca"])),
    ("c2c_primitive", "C 1 2/c 1", MONO, ((0.5, 0.5, 0), (-0.5, 0.5, 0), (0, 0, 1))),
    ("c2c_oblique", "C 1 2/c 1", MONO, ((1, 0, 2), (0, 1, 0), (0, 0, 1))),
    ("c2c_f_axes", "C 1 2/c 1", MONO, ((1, 0, 1), (0, 1, 0), (0, 0, 2))),
    ("p21c_b", "P 1 21/c 1", MONO, ((1, 0, -1), (0, 1, 0), (1, 0, 1))),
    ("p21c_b_unique_c", "P 1 21/c 1", MONO, after(((1, 0, -1), (0, 1, 0), (1, 0, 1)), CYCLES["cab"])),
    ("pm1_a", "P -1", TRI, ((1, 0, 0), (0, 1, -1), (0, 1, 1))),
    ("pm1_c", "P -1", TRI, ((1, -1, 0), (1, 1, 0), (0, 0, 1))),
    ("pm1_i", "P -1", TRI, ((0, 1, 1), (1, 0, 1), (1, 1, 0))),
    ("pm1_f", "P -1", TRI, ((-1, 1, 1), (1, -1, 1), (1, 1, -1))),
    ("pm1_h", "P -1", TRI, ((1, 1, 0), (-1, 2, 0), (0, 0, 1))),
    ("pm1_d", "P -1", TRI, ((1, 0, -1), (0, 1, -1), (1, 1, 1))),
    ("p1_f", "P 1", TRI, ((-1, 1, 1), (1, -1, 1), (1, 1, -1))),
    ("p41212_c", "P 41 21 2", TETRA, ((1, -1, 0), (1, 1, 0), (0, 0, 1))),
    ("p4_c", "P 4", TETRA, ((1, -1, 0), (1, 1, 0), (0, 0, 1))),
    ("i4_f", "I 4", TETRA, ((1, -1, 0), (1, 1, 0), (0, 0, 1))),
    ("i41a_f", "I 41/a", TETRA, ((1, -1, 0), (1, 1, 0), (0, 0, 1))),
    ("i41a_unique_b", "I 41/a", TETRA, CYCLES["bca"]),
    ("i41a_primitive", "I 41/a", TETRA, ((-0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0.5, 0.5, -0.5))),
    ("i23_primitive", "I 2 3", CUBE, ((-0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0.5, 0.5, -0.5))),
    ("i23_hex", "I 2 3", CUBE, ((1, 0, 0.5), (-1, 1, 0.5), (0, -1, 0.5))),
]

# Groups of each Laue class above mmm, of which lists hold one asymmetric unit.
UNITS = [
    ("u_4m", "P 43", TETRA, UNIT), ("u_4m_i", "I 41/a", TETRA, UNIT), ("u_4mmm", "P 41 21 2", TETRA, UNIT),
    ("u_4mmm_i", "I -4 2 d", TETRA, UNIT), ("u_3", "P 31", HEX, UNIT), ("u_3m1", "P 31 2 1", HEX, UNIT), ("u_31m", "P 31 1 2", HEX, UNIT),
    ("u_3c1", "P 3 c 1", HEX, UNIT), ("u_r3", "R -3 :H", HEX, UNIT), ("u_r3c", "R 3 c :H", HEX, UNIT), ("u_6m", "P 61", HEX, UNIT),
    ("u_6mmm", "P 61 2 2", HEX, UNIT), ("u_m3", "P 21 3", CUBE, UNIT), ("u_m3_i", "I 2 3", CUBE, UNIT), ("u_m3m", "P 43 3 2", CUBE, UNIT),
    ("u_mmm", "P 21 21 21", ORTHO, UNIT), ("u_2m", "P 1 21/c 1", MONO, UNIT),
]


# --- the crystal on other axes --------------------------------------------------------------------------

def listed(path):
    """Rows of a list in I4 and F8.2 columns."""
    rows = []
    for line in path.read_text().splitlines():
        if len(line) < 28 or (hkl := tuple(int(line[i:i + 4]) for i in (0, 4, 8))) == (0, 0, 0):
            break
        rows.append((*hkl, float(line[12:20]), float(line[20:28])))
    return np.array(rows)


def write_list(path, hkl, intensity, sigma):
    with path.open("w") as out:
        for (h, k, l), i, s in zip(hkl, intensity, sigma):
            out.write(f"{h:4d}{k:4d}{l:4d}{i:8.2f}{s:8.2f}\n")
        out.write("   0   0   0    0.00    0.00\n")


def orthogonal(cell):
    return np.array(gemmi.UnitCell(*cell).orth.mat.tolist())


def cell_of(orth):
    """Edges and angles of axes that are columns."""
    lengths = np.linalg.norm(orth, axis=0)
    angle = lambda i, j: np.degrees(np.arccos(orth[:, i] @ orth[:, j] / lengths[i] / lengths[j]))
    return (*lengths, angle(1, 2), angle(0, 2), angle(0, 1))


def lattice_points(matrix):
    """Points of the old lattice (integers) within the new cell, in units of the new axes: what centres it."""
    back = np.linalg.inv(np.array(matrix, float))
    found = set()
    for n in np.ndindex(9, 9, 9):
        point = np.round(24 * (back @ (np.array(n) - 4))).astype(int)
        if np.allclose(24 * (back @ (np.array(n) - 4)), point, atol=1e-6):
            found.add(tuple(int(x) for x in point % 24))
    return found


NUMBERS = {1: [(0, 0, 0)], 2: [(0, 0, 0), (12, 12, 12)], 3: [(0, 0, 0), (16, 8, 8), (8, 16, 16)],
           4: [(0, 0, 0), (0, 12, 12), (12, 0, 12), (12, 12, 0)], 5: [(0, 0, 0), (0, 12, 12)], 6: [(0, 0, 0), (12, 0, 12)],
           7: [(0, 0, 0), (12, 12, 0)]}


def header(kind, group, matrix, points):
    """LATT and SYMM as a user may have them."""
    if kind == "p1":
        return ["LATT -1"]
    number = next((n for n, vectors in NUMBERS.items() if set(vectors) == points), 1)
    back = np.linalg.inv(np.array(matrix, float))
    rotations = []
    for op in group.operations().sym_ops:
        rot = np.array(op.rot) / 24
        rot = back @ (rot * round(np.linalg.det(rot))) @ np.array(matrix, float)
        if np.allclose(rot, np.round(rot), atol=1e-6):
            rotations.append(tuple(map(tuple, np.round(rot).astype(int))))
    own = tuple(map(tuple, np.eye(3, dtype=int)))
    cards = []
    for rot in dict.fromkeys(rotations):
        if rot != own:
            op = gemmi.Op()
            op.rot, op.tran = [[24 * int(x) for x in row] for row in rot], [0, 0, 0]
            cards.append(f"SYMM {op.triplet().upper()}")
    return [f"LATT {-number}", *cards]


def measured(rng, rows, group, matrix, orth, points, noise, kind):
    """All equivalents on the new axes or one of each, each with noise of its own; forbidden reflections as noise or left out."""
    matrix = np.array(matrix, float)
    proper = {tuple(map(tuple, np.array(op.rot) // 24)) for op in group.operations().sym_ops}
    intensity = {}
    for h, k, l, i, _ in rows:
        images = {tuple(int(round(x)) for x in sign * (np.array([h, k, l]) @ np.array(rot)) @ matrix) for rot in proper for sign in (1, -1)}
        if kind.startswith("unit"):
            images = {max(images, key=lambda hkl: hkl if kind == "unit_h" else hkl[::-1])}
        intensity |= dict.fromkeys(images, i)
    floor = noise * np.mean(list(intensity.values()))
    reciprocal = np.linalg.inv(orth @ matrix)
    radius = max(np.linalg.norm(np.array(hkl) @ reciprocal) for hkl in intensity)
    if kind == "measured":
        most = np.ceil(radius * np.linalg.norm(orth @ matrix, axis=0)).astype(int)
        for hkl in np.stack(np.meshgrid(*(np.arange(-m, m + 1) for m in most), indexing="ij"), -1).reshape(-1, 3):
            if np.linalg.norm(hkl @ reciprocal) <= radius and any(hkl @ np.array(p) % 24 for p in points):
                intensity[tuple(int(x) for x in hkl)] = 0.0
    # One of each pair of mates.
    hkl = sorted(h for h in intensity if kind.startswith("unit") or h > (0, 0, 0))
    exact = np.array([intensity[h] for h in hkl])
    sigma = np.maximum(np.hypot(noise * exact, 0.1 * floor + 0.01 * floor), 0.02)
    return np.array(hkl), exact + sigma * rng.normal(size=len(hkl)), sigma


# --- the reader -----------------------------------------------------------------------------------------

def read_res(path):
    """What a .res says, by the manual of SHELXL."""
    text = path.read_text().replace("=\n", " ")
    crystal = {"symm": [gemmi.Op("x,y,z")], "atoms": [], "matrix": np.eye(3), "hklf_scale": 1.0, "sfac": []}
    for line in text.splitlines():
        words = line.split()
        card = words[0].upper() if words else ""
        if card == "END":
            break
        if card == "CELL":
            crystal["cell"] = tuple(map(float, words[2:8]))
        elif card == "LATT":
            crystal["latt"] = int(words[1])
        elif card == "SYMM":
            crystal["symm"].append(gemmi.Op(" ".join(words[1:]).replace(" ", "").lower()))
        elif card == "SFAC":
            crystal["sfac"] += words[1:]
        elif card == "FVAR":
            crystal["scale"] = float(words[1])
        elif card == "EXTI":
            sys.exit(f"{path}: EXTI is not read")
        elif card == "HKLF":
            numbers = list(map(float, words[2:]))
            crystal["hklf_scale"] = numbers[0] if numbers else 1.0
            if len(numbers) > 1:
                crystal["matrix"] = np.array(numbers[1:10]).reshape(3, 3)
        elif len(words) >= 7 and re.fullmatch(r"[A-Za-z]{1,2}\d+[A-Za-z]?", words[0]) and words[1].isdigit():
            x, y, z, sof, u = map(float, words[2:7])
            crystal["atoms"].append((crystal["sfac"][int(words[1]) - 1], (x, y, z), sof - 10.0, u))
    ops = crystal["symm"] + ([gemmi.Op("-x,-y,-z") * op for op in crystal["symm"]] if crystal["latt"] > 0 else [])
    vectors = NUMBERS[abs(crystal["latt"])]
    every = []
    for op in ops:
        for vector in vectors:
            moved = gemmi.Op(op.triplet())
            moved.tran = [(t + v) % 24 for t, v in zip(op.tran, vector)]
            every.append(moved)
    crystal["group"] = gemmi.GroupOps(every)
    crystal["ops"] = [(np.array(op.rot) / 24, (np.array(op.tran) + v) / 24) for v in vectors for op in ops]
    return crystal


def amplitudes(crystal, hkl):
    """|Fc| of the atoms, each of its sites counted."""
    reciprocal = np.linalg.inv(orthogonal(crystal["cell"]))
    stol2 = (np.linalg.norm(hkl @ reciprocal, axis=1) / 2) ** 2
    total = np.zeros(len(hkl), complex)
    for element, xyz, sof, u in crystal["atoms"]:
        table = gemmi.Element(element).it92
        factor = np.array([table.calculate_sf(x) for x in stol2]) * np.exp(-8 * np.pi ** 2 * u * stol2) * sof
        total += factor * sum(np.exp(2j * np.pi * (hkl @ (rot @ np.array(xyz) + trans))) for rot, trans in crystal["ops"])
    return np.abs(total)


def named(ops):
    """The group of operations, on its axes or on those that C and F cells of tetragonal crystals come from."""
    for change in (None, "x-y,x+y,z", "x,y-z,y+z", "x+z,y,-x+z"):
        tried = gemmi.GroupOps(list(ops))
        if change:
            tried.change_basis_forward(gemmi.Op(change))
            # What was a centring may be a whole translation now, and is listed twice.
            tried = gemmi.GroupOps(list({op.wrap().triplet(): op.wrap() for op in tried}.values()))
        if group := gemmi.find_spacegroup_by_ops(tried):
            return group
    return None


def explained(res, rows, cell):
    """R1 of the model on the list with a scale of its own, the same with FVAR, the number of the group, and the largest difference of d."""
    crystal = read_res(res)
    old = rows[:, :3]
    turned = old @ crystal["matrix"].T
    hkl = np.round(turned).astype(int)
    # What has no whole indices stops readers.
    fractional = int((np.abs(turned - hkl).max(1) > 0.05).sum())
    length = lambda indices, cell: np.linalg.norm(indices @ np.linalg.inv(orthogonal(cell)), axis=1)
    # A list that the run wrote is on axes of the run.
    off = 0.0 if cell is None else np.abs(length(old, cell) / length(hkl, crystal["cell"]) - 1).max()
    rotations = [np.round(rot).astype(int) for rot, _ in crystal["ops"]]
    sums = {}
    for h, (i, s) in zip(hkl, rows[:, 3:5]):
        absent = any((h @ rot == h).all() and abs((h @ t) - round(float(h @ t))) > 1e-3 for rot, (_, t) in zip(rotations, crystal["ops"]))
        if not absent:
            key = max(max(tuple(map(int, h @ rot)), tuple(map(int, -(h @ rot)))) for rot in rotations)
            total = sums.setdefault(key, [0.0, 0.0])
            total[0] += crystal["hklf_scale"] * i / s ** 2
            total[1] += 1 / s ** 2
    keys = np.array(sorted(sums))
    values = np.array([sums[tuple(k)] for k in keys])
    intensity, sigma = values[:, 0] / values[:, 1], crystal["hklf_scale"] / np.sqrt(values[:, 1])
    strong = intensity > 2 * sigma
    fo, fc = np.sqrt(intensity[strong]), amplitudes(crystal, keys[strong])
    own = (fo @ fc) / (fc @ fc)
    r1 = lambda scale: float(np.abs(fo - scale * fc).sum() / fo.sum())
    group = named(crystal["group"])
    return {"r1": r1(own), "r1_fvar": r1(crystal["scale"]), "number": group.number if group else None,
            "hm": group.xhm() if group else None, "fractional": fractional, "d_off": float(off), "unique": len(keys), "latt": crystal["latt"]}


# --- runs -----------------------------------------------------------------------------------------------

def solved(binary, folder, name, cell):
    """One run, with what the reader makes of its model."""
    run = subprocess.run([binary, "solve", f"{name}.ins", "--backend", "cpu", "--threads", "1", "--seed", "1"], cwd=folder,
                         capture_output=True, text=True)
    (folder / f"{name}.screen").write_text(run.stderr)
    screen = re.search(r"^SOLVED.*R1 ([\d.]+)", run.stderr, re.M) or re.search(r"^\s+_a\s+([\d.]+)", run.stderr, re.M)
    res = folder / f"{name}_a.res"
    if not res.exists() or screen is None:
        lines = run.stderr.strip().splitlines()
        return {"error": lines[-1][:160] if lines else "nothing said"}
    own = folder / f"{name}_a.hkl"
    got = explained(res, listed(own), None) if own.exists() else explained(res, listed(folder / f"{name}.hkl"), cell)
    record = json.loads((folder / f"{name}.json").read_text())
    return got | {"screen": float(screen[1]), "claimed": record["solved"], "seconds": record["timings"]["wall_s"]}


def place_runs(options, root):
    for place, symbol, shape, matrix in UNITS if options.units else PLACES:
        if options.only and place not in options.only:
            continue
        folder = root / place
        folder.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng([7, *map(ord, place)])
        group = gemmi.find_spacegroup_by_name(symbol)
        elements, xyz = [e for e, _ in MOLECULE], np.array([x for _, x in MOLECULE], float)
        cell, frac = packed(rng, xyz - xyz.mean(0), group, shape, ROOM)
        ops = [(np.array(op.rot) / 24, np.array(op.tran) / 24) for op in group.operations()]
        write_cif(folder / "true.cif", cell, ops, elements, frac, 0.02 + 0.02 * rng.random(len(frac)))
        subprocess.run([options.binary, "simulate", "true.cif", "-d", str(options.resolution)], cwd=folder, check=True, capture_output=True)
        rows = listed(folder / "true.hkl")
        old = np.array(cell.orth.mat.tolist())
        new_cell = cell_of(old @ np.array(matrix, float))
        # The centring of the old axes belongs to the lattice as well.
        points = set()
        for vector in group.operations().cen_ops:
            shift = np.linalg.inv(np.array(matrix, float)) @ (np.array(vector) / 24) * 24
            points |= {tuple(int(round(x)) % 24 for x in np.array(p) + shift) for p in lattice_points(matrix)}
        points = {p for p in points}
        cells = abs(np.linalg.det(np.array(matrix, float)))
        count = {e: cells * len(ops) * elements.count(e) for e in dict.fromkeys(elements)}
        for rows_kind in options.rows:
            hkl, intensity, sigma = measured(np.random.default_rng(3), rows, group, matrix, old, points, options.noise, rows_kind)
            for kind in options.headers:
                name = f"{kind}_{rows_kind}"
                cards = header(kind, group, matrix, points)
                text = [f"TITL {place}", "CELL 0.71073 " + " ".join(f"{x:.5f}" for x in new_cell),
                        f"ZERR {max(1, round(cells * len(ops)))} 0.001 0.001 0.001 0.01 0.01 0.01", *cards, "SFAC " + " ".join(count),
                        "UNIT " + " ".join(f"{n:g}" for n in count.values()), "HKLF 4", "END"]
                (folder / f"{name}.ins").write_text("\n".join(text) + "\n")
                write_list(folder / f"{name}.hkl", hkl, intensity, sigma)
                # The cell as the header has it: five decimals.
                got = solved(options.binary, folder, name, tuple(float(f"{x:.5f}") for x in new_cell))
                yield place, group.number, name, cards[0], got


def shared_runs(options, root):
    case = options.shared / "cases" / "inputs" / "01-reverse-rhombohedral-res"
    if options.only and "case_01" not in options.only or not case.exists():
        return
    folder = root / "case_01"
    folder.mkdir(parents=True, exist_ok=True)
    for ending in ("ins", "hkl"):
        (folder / f"t.{ending}").write_text((case / f"t.{ending}").read_text())
    cell = next(line.split()[2:8] for line in (folder / "t.ins").read_text().splitlines() if line.startswith("CELL"))
    yield "case_01", 148, "t", "LATT 3", solved(options.binary, folder, "t", tuple(map(float, cell)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("out", type=Path)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--headers", type=lambda text: text.split(","), default=["p1", "laue"])
    parser.add_argument("--rows", type=lambda text: text.split(","), default=["measured", "left"])
    parser.add_argument("--noise", type=float, default=0.04)
    parser.add_argument("--resolution", type=float, default=0.9)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--units", action="store_true")
    options = parser.parse_args()
    options.binary = str(Path(options.binary).resolve())
    if options.units:
        options.headers, options.rows, options.shared = ["p1"], ["unit_h", "unit_l"], None
    runs = explained_runs = groups = claimed = 0
    with tempfile.TemporaryDirectory() as scratch, options.out.open("w") as out:
        root = options.keep or Path(scratch)
        sources = [place_runs(options, root)] + ([shared_runs(options, root)] if options.shared else [])
        for place, number, name, latt, got in (row for source in sources for row in source):
            good = "error" not in got and max(abs(got["r1"] - got["screen"]), abs(got["r1_fvar"] - got["screen"])) <= SAME_R1
            good = good and got["d_off"] < SAME_D and not got["fractional"]
            right = got.get("number") in HANDS.get(number, (number,))
            runs, explained_runs, groups, claimed = runs + 1, explained_runs + good, groups + right, claimed + bool(got.get("claimed"))
            out.write(json.dumps({"place": place, "run": name, "header": latt, "group": number, "good": good, "right": right} | got) + "\n")
            out.flush()
            said = got["error"] if "error" in got else (
                f"LATT {got['latt']:2} {got['hm'] or '-':14} screen {got['screen']:.3f} reader {got['r1']:.3f} FVAR {got['r1_fvar']:.3f} "
                f"d {got['d_off']:.0e} {'' if got['claimed'] else 'not claimed '}{got['seconds']:.1f} s")
            print(f"{place:16} {name:14} {latt:8} {'ok ' if good else 'BAD'} {'' if right else 'group! '}{said}", flush=True)
    print(f"explained {explained_runs}/{runs}, group right {groups}/{runs}, claimed {claimed}/{runs}")


if __name__ == "__main__":
    main()
