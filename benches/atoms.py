#!/usr/bin/env python3
"""Large cells without seeds: how often, and how soon, do starts from an atom of the Patterson map solve them?

Cuts pieces of a protein with sulphur (toxin II, 1AHO, in the data folder, or another) around its disulphides, packs each into cells of several space
groups at the density of a protein crystal, simulates intensities with 3 % noise, and solves them with one or more builds of seedflip,
side by side. The phases are judged by the R1 of the model and by the share of the atoms found.

    benches/atoms.py DATA_FOLDER SEEDFLIP [SEEDFLIP ...] [--model CIF] [--only NAME ...] [--seeds 1,2,3] [--limit SECONDS]

Needs numpy and gemmi. Simulated data; nothing of it is kept.
"""
import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import gemmi
import numpy as np

MODEL = "toxin2_1aho_p212121/toxin2_1aho_p212121.ref.cif"
RESOLUTION, NOISE = 1.05, 0.03
VOLUME_PER_ATOM = 23.8  # Å3, toxin II with its water
# Name: space group, independent atoms, edges in units of each other, angles.
CELLS = {
    "p212121-150": ("P 21 21 21", 150, (1.5, 1.3, 1.0), (90, 90, 90)),
    "p212121-300": ("P 21 21 21", 300, (1.5, 1.3, 1.0), (90, 90, 90)),
    "p41212-250": ("P 41 21 2", 250, (1.0, 1.0, 1.6), (90, 90, 90)),
    "p3121-250": ("P 31 2 1", 250, (1.0, 1.0, 1.5), (90, 90, 120)),
    "p61-200": ("P 61", 200, (1.0, 1.0, 1.6), (90, 90, 120)),
    "i222-250": ("I 2 2 2", 250, (1.5, 1.3, 1.0), (90, 90, 90)),
    "p213-150": ("P 21 3", 150, (1.0, 1.0, 1.0), (90, 90, 90)),
    "pna21-200": ("P n a 21", 200, (1.5, 1.3, 1.0), (90, 90, 90)),
}
TRIES = 200  # orientations, of which the one with the longest shortest contact is taken


def piece(model, count):
    """Elements, positions in Å and B of the atoms nearest to the sulphurs."""
    structure = gemmi.make_small_structure_from_block(gemmi.cif.read(str(model)).sole_block())
    atoms = [a for a in structure.sites if a.element.name != "H" and a.occ > 0.9]
    xyz = np.array([structure.cell.orthogonalize(a.fract).tolist() for a in atoms])
    sulphur = xyz[[i for i, a in enumerate(atoms) if a.element.name == "S"]]
    order = np.argsort(((xyz - sulphur.mean(0)) ** 2).sum(1))[:count]
    return [atoms[i].element.name for i in order], xyz[order] - xyz[order].mean(0), [atoms[i].u_iso for i in order]


def packed(xyz, group, ratio, angles, seed):
    """The cell and fractional coordinates of the best of some orientations."""
    operations = [op for op in gemmi.SpaceGroup(group).operations()]
    unit = gemmi.UnitCell(*ratio, *angles)
    edge = (len(xyz) * len(operations) * VOLUME_PER_ATOM / unit.volume) ** (1 / 3)
    cell = gemmi.UnitCell(*(edge * r for r in ratio), *angles)
    to_fraction = np.array(cell.frac.mat.tolist())
    orth = np.array(cell.orth.mat.tolist())
    rng, best = np.random.default_rng(seed), (0.0, None)
    for _ in range(TRIES):
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        turn *= np.sign(np.linalg.det(turn))
        frac = (xyz @ turn.T) @ to_fraction.T + rng.random(3)
        nearest = 9.0
        for op in operations[1:]:
            image = frac @ (np.array(op.rot).T / 24) + np.array(op.tran) / 24
            delta = frac[:, None] - image[None]
            delta -= np.round(delta)
            nearest = min(nearest, np.sqrt(((delta @ orth.T) ** 2).sum(-1)).min())
            if nearest < best[0]:
                break
        if nearest > best[0]:
            best = (nearest, frac)
    return cell, best


def write_cif(path, name, group, cell, elements, frac, u):
    keys = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"]
    lines = [f"data_{name}"] + [f"_cell_{k} {v:.4f}" for k, v in zip(keys, cell.parameters)]
    lines += [f"_space_group_name_H-M_alt '{group}'", "loop_"]
    lines += [f"_atom_site_{k}" for k in ["label", "type_symbol", "fract_x", "fract_y", "fract_z", "U_iso_or_equiv"]]
    lines += [f"{e}{i + 1} {e} {x[0]:.5f} {x[1]:.5f} {x[2]:.5f} {b:.4f}" for i, (e, x, b) in enumerate(zip(elements, frac, u))]
    path.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("binaries", nargs="+")
    parser.add_argument("--model", help="another protein with sulphur, in the data folder", default=MODEL)
    parser.add_argument("--only", nargs="*", default=list(CELLS))
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--limit", type=float, default=120)
    args = parser.parse_args()
    print(f"{'cell':<13} {'atoms':>6} {'S':>3} {'build':<24} seed  solved    R1  {'arm':<10} trial started   cycles  seconds")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name in args.only:
            group, count, ratio, angles = CELLS[name]
            elements, xyz, u = piece(args.data / args.model, count)
            cell, (contact, frac) = packed(xyz, group, ratio, angles, count)
            model = folder / f"{name}.cif"
            write_cif(model, name, group, cell, elements, frac, u)
            simulate = ["simulate", model, "--resolution", str(RESOLUTION), "--noise", str(NOISE), "-o", folder]
            subprocess.run([args.binaries[0], *map(str, simulate)], check=True, capture_output=True)
            atoms = count * len(list(gemmi.SpaceGroup(group).operations()))
            for build in args.binaries:
                for seed in args.seeds.split(","):
                    out = folder / "out"
                    command = [build, "solve", folder / f"{name}.ins", "-o", out, "--backend", "cpu", "-q", "--seed", seed, "--time-limit", args.limit]
                    subprocess.run(list(map(str, command)), check=False)
                    run = json.loads((out / f"{name}.json").read_text())
                    first = run["candidates"][0] if run["candidates"] else {}
                    r1 = first.get("r1")
                    seconds = sum(run["timings"].get(k) or 0 for k in ("trials_s",))
                    print(f"{name:<13} {atoms:>6} {elements.count('S'):>3} {Path(build).name:<24} {seed:>4}  {str(run['solved']):<6} "
                          f"{r1 if r1 is None else format(r1, '5.3f')}  {first.get('arm', '-'):<10} {first.get('trial', '-'):>5} "
                          f"{run['trials_started']:>7} {run['cycles']:>8} {seconds:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
