#!/usr/bin/env python3
"""Crystals that nearly have a higher symmetry: how often does a run name the group that they have?

Grows random molecules in the supergroup, takes the asymmetric unit of the subgroup, breaks the symmetry in one of four ways (atoms
exchanged for others, one of two molecules turned, light atoms of their own around heavy ones that keep the symmetry, or not at all: then the
supergroup is right), simulates intensities with noise and solves them, with the space group in the header, its Laue class alone, or the
supergroup. In pairs of a centred lattice and a primitive one it is the centring that nearly holds.

    benches/quasi.py SEEDFLIP [SEEDFLIP ...] [--seeds 1,2] [--only NAME ...] [--header given|laue|above] [--friedel] [--keep FOLDER]

Needs numpy. Simulated data; nothing of it is kept unless a folder is named.
"""
import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

RESOLUTION = 0.85
VOLUME_PER_ATOM = 18.0  # Å3, organic crystals
BOND, APART, BETWEEN = (1.38, 1.54), 2.25, 3.0  # Å: bonds, atoms not bonded, atoms of two molecules
HEAVY_BOND = 1.85  # Å, S, P or Br and its neighbours

P21 = ["x,y,z", "-x,y+1/2,-z"]
INVERSION = ["-x,-y,-z"]


def product(first, second):
    return [compose(a, b) for b in second for a in first]


# Supergroup, subgroup, operations of the subgroup, the operation that only the supergroup has, edges in units of each other, beta.
PAIRS = {
    "p21-p21c": ("P 1 21/c 1", "P 1 21 1", ["x,y,z", "-x,y+1/2,-z+1/2"], "-x,-y,-z", (1.0, 1.1, 1.7), 99.0),
    "p1-pm1": ("P -1", "P 1", ["x,y,z"], "-x,-y,-z", (1.0, 1.2, 1.4), 101.0),
    "p212121-pbca": ("P b c a", "P 21 21 21", ["x,y,z", "-x+1/2,-y,z+1/2", "-x,y+1/2,-z+1/2", "x+1/2,-y+1/2,-z"], "-x,-y,-z",
                     (1.0, 1.3, 1.6), 90.0),
    "p212121-pnma": ("P n m a", "P 21 21 21", ["x,y,z", "-x+1/2,-y,z+1/2", "-x,y+1/2,-z", "x+1/2,-y+1/2,-z+1/2"], "x,-y+1/2,z",
                     (1.0, 0.8, 1.5), 90.0),
    "cc-c2c": ("C 1 2/c 1", "C 1 c 1", ["x,y,z", "x,-y,z+1/2", "x+1/2,y+1/2,z", "x+1/2,-y+1/2,z+1/2"], "-x,-y,-z", (1.6, 0.8, 1.2), 104.0),
    "p21-p21m": ("P 1 21/m 1", "P 1 21 1", ["x,y,z", "-x,y+1/2,-z"], "x,-y+1/2,z", (1.0, 1.1, 1.3), 97.0),
    "p21n-c2c": ("C 1 2/c 1", "P 1 21/n 1", ["x,y,z", "-x+1/2,y+1/2,-z+1/2", "-x,-y,-z", "x+1/2,-y+1/2,z+1/2"], "x+1/2,y+1/2,z",
                 (1.6, 0.8, 1.2), 104.0),
    "p2c-c2c": ("C 1 2/c 1", "P 1 2/c 1", ["x,y,z", "-x,y,-z+1/2", "-x,-y,-z", "x,-y,z+1/2"], "x+1/2,y+1/2,z", (1.6, 0.8, 1.2), 104.0),
    "p21-c2": ("C 1 2 1", "P 1 21 1", ["x,y,z", "-x+1/2,y+1/2,-z"], "x+1/2,y+1/2,z", (1.6, 0.9, 1.2), 101.0),
    "p21212-c222": ("C 2 2 2", "P 21 21 2", ["x,y,z", "-x,-y,z", "x+1/2,-y+1/2,-z", "-x+1/2,y+1/2,-z"], "x+1/2,y+1/2,z", (1.5, 1.2, 1.0), 90.0),
    "pna21-pnma": ("P n m a", "P n a 21", ["x,y,z", "x+1/2,-y+1/2,-z+1/2", "x+1/2,y,-z+1/2", "x,-y+1/2,z"], "-x,-y,-z", (1.0, 1.2, 1.4), 90.0),
}
# Name: pair, independent atoms of the subgroup, how symmetry is broken, heavy atom or none, noise.
CRYSTALS = {
    "racemate-cl": ("p21-p21c", 44, "exchanged", None, 0.03),
    "racemate-turned": ("p21-p21c", 40, "turned", None, 0.05),
    "racemate-br": ("p21-p21c", 36, "heavy", "Br", 0.04),
    "p1-exchanged": ("p1-pm1", 40, "exchanged", None, 0.02),
    "p1-turned": ("p1-pm1", 36, "turned", "S", 0.03),
    "p1-iodine": ("p1-pm1", 34, "heavy", "I", 0.03),
    "p1-gold": ("p1-pm1", 30, "heavy", "Au", 0.03),
    "pbca-exchanged": ("p212121-pbca", 36, "exchanged", None, 0.03),
    "pbca-turned": ("p212121-pbca", 32, "turned", None, 0.04),
    "pnma-bromine": ("p212121-pnma", 26, "heavy", "Br", 0.03),
    "cc-exchanged": ("cc-c2c", 40, "exchanged", None, 0.03),
    "cc-turned": ("cc-c2c", 36, "turned", "P", 0.03),
    "cc-palladium": ("cc-c2c", 34, "heavy", "Pd", 0.03),
    "p21m-iodine": ("p21-p21m", 30, "heavy", "I", 0.03),
    "p21m-gold": ("p21-p21m", 26, "heavy", "Au", 0.02),
    "p21n-exchanged": ("p21n-c2c", 40, "exchanged", None, 0.03),
    "p2c-turned": ("p2c-c2c", 36, "turned", None, 0.03),
    "p21-of-c2": ("p21-c2", 40, "exchanged", None, 0.03),
    "p21212-turned": ("p21212-c222", 32, "turned", "S", 0.03),
    "whole-c222": ("p21212-c222", 32, "whole", None, 0.03),
    "whole-p21c": ("p21-p21c", 44, "whole", None, 0.04),
    "whole-pm1": ("p1-pm1", 40, "whole", None, 0.05),
    "whole-c2c": ("cc-c2c", 36, "whole", "Br", 0.03),
    "whole-pbca": ("p212121-pbca", 32, "whole", None, 0.03),
}


def parsed(text):
    """Rotation and translation of an operation."""
    rotation, translation = np.zeros((3, 3)), np.zeros(3)
    for row, part in enumerate(text.split(",")):
        for term in part.replace("-", "+-").split("+"):
            if not term:
                continue
            if term[-1] in "xyz":
                rotation[row, "xyz".index(term[-1])] = -1 if term[0] == "-" else 1
            else:
                top, bottom = term.split("/")
                translation[row] = float(top) / float(bottom)
    return rotation, translation


def orthogonal(edges, beta):
    a, b, c = edges
    angle = np.radians(beta)
    return np.array([[a, 0, c * np.cos(angle)], [0, b, 0], [0, 0, c * np.sin(angle)]])


class Cell:
    def __init__(self, edges, beta):
        self.edges, self.beta = edges, beta
        self.matrix = orthogonal(edges, beta)

    def distances(self, point, others, itself=True):
        """Shortest distances of a fractional point from others, any lattice translation; the point in its own cell left out unless `itself`."""
        near = [np.array([i, j, k]) for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1)]
        delta = np.asarray(others) - point
        if itself:
            delta = (delta + 0.5) % 1 - 0.5
        else:
            near = [n for n in near if n.any()]
        return np.min([np.linalg.norm((delta + n) @ self.matrix.T, axis=1) for n in near], axis=0)


def images(point, operations):
    return np.array([rotation @ point + translation for rotation, translation in operations])


def grown(cell, operations, count, rng, first, own=(), heavy=False):
    """A molecule of `count` atoms from `first` on, which is `heavy` or not, away from its images under `operations` and from atoms that stand in
    `own`."""
    atoms = [first]
    inverse = np.linalg.inv(cell.matrix)
    tries = 0
    while len(atoms) < count and tries < 200000:
        tries += 1
        place = rng.integers(max(0, len(atoms) - 12), len(atoms))
        step = rng.normal(size=3)
        length = HEAVY_BOND if heavy and place == 0 else rng.uniform(*BOND)
        new = atoms[place] + inverse @ (step / np.linalg.norm(step) * length)
        if np.any(np.sort(np.linalg.norm((np.array(atoms) - new) @ cell.matrix.T, axis=1))[1:2] < APART):
            continue
        if np.min(cell.distances(new, atoms, itself=False)) < BETWEEN:
            continue
        others = [image for atom in atoms for image in images(atom, operations[1:])] + list(own)
        if others and np.min(cell.distances(new, others)) < BETWEEN:
            continue
        if len(operations) > 1 and np.min(cell.distances(new, images(new, operations[1:]))) < BETWEEN:
            continue
        atoms.append(new)
    return np.array(atoms) if len(atoms) == count else None


def turned(cell, atoms, rng):
    """The molecule turned by some degrees and shifted by some hundredths of an Å."""
    axis = rng.normal(size=3)
    axis /= np.linalg.norm(axis)
    angle = np.radians(rng.uniform(7, 11))
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    rotation = np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)
    cart = atoms @ cell.matrix.T
    middle = cart.mean(0)
    return ((cart - middle) @ rotation.T + middle + rng.normal(size=3) * 0.1) @ np.linalg.inv(cell.matrix).T


def crystal(name, seed):
    """Cell, right group, operations, elements and fractional coordinates."""
    pair, count, kind, heavy, _ = CRYSTALS[name]
    supergroup, subgroup, texts, extra, ratio, beta = PAIRS[pair]
    rng = np.random.default_rng([seed, sum(map(ord, name))])
    below = [parsed(text) for text in texts]
    coset = parsed(extra)
    above = below + [(coset[0] @ r, coset[0] @ t + coset[1]) for r, t in below]
    volume = count * len(below) * VOLUME_PER_ATOM
    unit = np.linalg.det(orthogonal(ratio, beta))
    cell = Cell([(volume / unit) ** (1 / 3) * r for r in ratio], beta)
    mirror = extra == "x,-y+1/2,z"
    elements_of = lambda n: [["C", "C", "C", "N", "O"][i] for i in rng.integers(0, 5, size=n)]
    while True:
        if kind == "heavy":
            # Heavy atoms alone obey the supergroup: one on the mirror, one in a general position next to the centre, or two.
            place = rng.random(3) * np.array([0.6, 0.6, 0.6]) + 0.1
            two = pair == "p21-p21c"
            if mirror:
                place[1] = 0.25
            elif not two and pair != "cc-c2c":
                place = np.zeros(3)
            elif pair == "cc-c2c":
                place = np.array([0.0, place[1], 0.25])
            heavies = [place] + ([coset[0] @ place + coset[1]] if two else [])
            start = heavies[0] + np.linalg.inv(cell.matrix) @ (np.array([1.2, 1.4, 0.8]))
            own = [image for at in heavies for image in images(at, below)]
            per = (count - len(heavies)) // len(heavies)
            first = grown(cell, below, per, rng, start, own)
            if first is None:
                continue
            light = first
            if two:
                start = heavies[1] + np.linalg.inv(cell.matrix) @ (np.array([-1.2, 1.3, 0.9]))
                taken = own + [image for atom in first for image in images(atom, below)]
                second = grown(cell, below, per, rng, start, taken)
                if second is None:
                    continue
                light = np.concatenate([first, second])
            return cell, subgroup, texts, [heavy] * len(heavies) + elements_of(len(light)), np.concatenate([heavies, light])
        half = count // 2
        first = grown(cell, above, half, rng, rng.random(3), heavy=bool(heavy))
        if first is None:
            continue
        elements = elements_of(half)
        if heavy:
            elements[0] = heavy
        second = first @ coset[0].T + coset[1]
        if kind == "whole":
            texts = texts + [text_of(op) for op in above[len(below):]]
            return cell, supergroup, texts, elements, first
        others = list(elements)
        if kind == "exchanged":
            others[rng.integers(1, half)] = "Cl"
        else:
            second = turned(cell, second, rng)
        return cell, subgroup, texts, elements + others, np.concatenate([first, second])


def text_of(operation):
    rotation, translation = operation
    parts = []
    for row in range(3):
        text = "".join(("-" if x < 0 else "+") + "xyz"[i] for i, x in enumerate(rotation[row]) if x)
        shift = round(float(translation[row]) % 1 * 24)
        parts.append(text.lstrip("+") + (f"+{shift}/24" if shift else ""))
    return ",".join(parts)


def write_cif(path, name, cell, group, texts, elements, xyz, rng):
    a, b, c = cell.edges
    lines = [f"data_{name}", f"_cell_length_a {a:.4f}", f"_cell_length_b {b:.4f}", f"_cell_length_c {c:.4f}",
             "_cell_angle_alpha 90", f"_cell_angle_beta {cell.beta}", "_cell_angle_gamma 90",
             f"_symmetry_space_group_name_H-M '{group}'", "loop_", "_symmetry_equiv_pos_as_xyz"]
    lines += [f"'{text}'" for text in texts]
    lines += ["loop_"] + [f"_atom_site_{x}" for x in ("label", "type_symbol", "fract_x", "fract_y", "fract_z", "U_iso_or_equiv", "occupancy")]
    for n, (element, at) in enumerate(zip(elements, xyz)):
        x, y, z = at % 1
        lines.append(f"{element}{n + 1} {element} {x:.5f} {y:.5f} {z:.5f} {rng.uniform(0.03, 0.05):.4f} 1")
    path.write_text("\n".join(lines) + "\n")


def laue_alone(ins):
    """The header with nothing but lattice and proper rotations of the Laue class."""
    lines = ins.read_text().splitlines()
    latt = next(abs(int(line.split()[1])) for line in lines if line.startswith("LATT"))
    symm = [line[4:].strip() for line in lines if line.startswith("SYMM")]
    rotations = set()
    for text in symm:
        rotation, _ = parsed(text.replace(" ", "").lower().replace("0.5", "1/2"))
        rotation = rotation * np.sign(np.linalg.det(rotation))
        if not np.allclose(rotation, np.eye(3)):
            rotations.add(text_of((rotation, np.zeros(3))))
    kept = [line for line in lines if not line.startswith(("LATT", "SYMM"))]
    at = next(i for i, line in enumerate(kept) if line.startswith("ZERR")) + 1
    kept[at:at] = [f"LATT -{latt}"] + [f"SYMM {text}" for text in sorted(rotations)]
    ins.write_text("\n".join(kept) + "\n")


def above(ins, supergroup, _, below, extra):
    """The header of the supergroup: one operation of each rotation, and the lattice."""
    operations = [parsed(text) for text in below]
    coset = parsed(extra)
    operations += [(coset[0] @ r, coset[0] @ t + coset[1]) for r, t in operations]
    one = {tuple(map(int, rotation.ravel())): text_of((rotation, shift)) for rotation, shift in reversed(operations)}
    one.pop(tuple(np.eye(3, dtype=int).ravel()))
    kept = [line for line in ins.read_text().splitlines() if not line.startswith(("LATT", "SYMM"))]
    at = next(i for i, line in enumerate(kept) if line.startswith("ZERR")) + 1
    kept[at:at] = [f"LATT -{7 if supergroup.startswith('C') else 1}"] + [f"SYMM {text}" for text in one.values()]
    ins.write_text("\n".join(kept) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binaries", nargs="+")
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--header", choices=["given", "laue", "above"], default="laue")
    parser.add_argument("--friedel", action="store_true", help="Friedel mates apart, with anomalous scattering")
    parser.add_argument("--keep")
    options = parser.parse_args()
    right = {binary: 0 for binary in options.binaries}
    claimed_wrong = dict(right)
    runs = 0
    for seed in map(int, options.seeds.split(",")):
        for name in options.only or CRYSTALS:
            cell, group, texts, elements, xyz = crystal(name, seed)
            with tempfile.TemporaryDirectory() as temporary:
                folder = Path(options.keep) / f"{name}-{seed}" if options.keep else Path(temporary)
                folder.mkdir(parents=True, exist_ok=True)
                cif = folder / f"{name}.cif"
                write_cif(cif, name, cell, group, texts, elements, xyz, np.random.default_rng(seed))
                runs += 1
                for binary in options.binaries:
                    subprocess.run([binary, "simulate", cif.name, "-d", str(RESOLUTION), "--noise", str(CRYSTALS[name][4]),
                                    "--seed", str(seed)] + ["--friedel"] * options.friedel, cwd=folder, check=True, capture_output=True)
                    if options.header == "laue":
                        laue_alone(folder / f"{name}.ins")
                    if options.header == "above":
                        above(folder / f"{name}.ins", *PAIRS[CRYSTALS[name][0]][:4])
                    run = subprocess.run([binary, "solve", f"{name}.ins", "--backend", "cpu", "--threads", "1", "--seed", "1"],
                                         cwd=folder, capture_output=True, text=True)
                    (folder / "screen.txt").write_text(run.stdout + run.stderr)
                    record = json.loads((folder / f"{name}.json").read_text())
                    structures = record["candidates"]
                    first = structures[0] if structures else {"space_group": None, "r1": None}
                    good = first["space_group"] == group
                    right[binary] += good
                    claimed_wrong[binary] += (not good) and record["solved"]
                    rest = " ".join(f"{s['space_group']} {s['r1'] or 0:.3f}" for s in structures[1:3])
                    print(f"{name}-{seed:<3} {Path(binary).name:<12} {group:<11} {'right' if good else 'WRONG':<6} "
                          f"{first['space_group']} {first['r1'] or 0:.3f} {'claimed' if record['solved'] else ''} "
                          f"{record.get('probability_group') or 0:.3f} | {rest}", flush=True)
    for binary in options.binaries:
        print(f"{binary}: group right in {right[binary]} of {runs}, claimed in a wrong one: {claimed_wrong[binary]}")


if __name__ == "__main__":
    main()
