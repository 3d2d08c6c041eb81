"""Crystals whose heaviest element the header does not name: simulated, solved, and counted.

usage: unnamed.py BINARY SHARED OUT.jsonl [--only NAME,...] [--seeds N,...] [--resolution D] [--noise R]

Published structures of SHARED/data with their heaviest element as it is or exchanged for one of the same group or a neighbour (HOSTS), hydrogen where it
was published, are measured by `BINARY simulate` and solved with a header that names all elements but that one. Counted are runs in
which the heaviest element of the model is within three places of the true one.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

# Name of the set, its heaviest element, what stands in its place.
HOSTS = [("zns10_pm1", "Zn", "Zn"), ("zns10_pm1", "Zn", "Cd"), ("br2b_pm1", "Br", "Br"), ("br2b_pm1", "Br", "I"), ("pd_malbac_pm1", "Pd", "Pt"),
         ("pd_malbac_pm1", "Pd", "Pd"), ("moco6_pnma", "Mo", "Mo"), ("moco6_pnma", "Mo", "W"), ("au_p212121", "Au", "Au"), ("au_p212121", "Au", "Hg"),
         ("cu_p21c_lowres", "Cu", "Cu"), ("mn_tpt_pm1", "Mn", "Fe"), ("ca_timmy_p212121", "Ca", "Sr"), ("ca_timmy_p212121", "Ca", "La"),
         ("ru_srv085_p21c", "Ru", "Os"), ("ga2n3_p212121", "Ga", "Ga"), ("ga2n3_p212121", "Ga", "In"), ("libga_borate_pm1", "Ga", "Ga"),
         ("ed_luag_ia3d", "Lu", "Lu"), ("ed_luag_ia3d", "Lu", "Y"), ("ta_i4mmm_hp", "Ta", "Ta"), ("muscovite_c2c", "K", "Cs"), ("muscovite_c2c", "K", "K")]
NEAR = 3
SECONDS = 20


def measured(binary, shared, name, old, new, work, resolution, noise):
    """The header of a simulated list of reflections of the set, with the element exchanged and its displacements made isotropic."""
    import gemmi
    small = gemmi.read_small_structure(str(shared / "data" / name / f"{name}.ref.cif"))
    for site in small.sites:
        if site.element.name == old:
            site.element = gemmi.Element(new)
            site.type_symbol = new
    small.wavelength = 0.71073
    block = small.make_cif_block()
    tags = ["_symmetry_equiv_pos_as_xyz", "_space_group_symop_operation_xyz"]
    if all(block.find_loop(tag).get_loop() is None for tag in tags):
        loop = block.init_loop("_space_group_symop_operation_", ["xyz"])
        for op in small.symops or [op.triplet() for op in small.spacegroup.operations()]:
            loop.add_row([f"'{op}'"])
    block.set_pair("_diffrn_radiation_wavelength", "0.71073")
    document = gemmi.cif.Document()
    document.add_copied_block(block)
    document.write_file(str(work / "model.cif"))
    done = subprocess.run([binary, "simulate", "model.cif", "-d", str(resolution), "--noise", str(noise), "--radiation", "xray", "-o", "sim"],
                          cwd=work, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(done.stderr[:200])
    return next((work / "sim").glob("*.ins"))


def unnamed(ins, heavy):
    """The header without the element."""
    lines, drop = ins.read_text().splitlines(), None
    for n, line in enumerate(lines):
        fields = line.split()
        if fields and fields[0].upper() == "SFAC":
            drop = [f.lower() for f in fields[1:]].index(heavy.lower())
            lines[n] = " ".join(["SFAC"] + [f for i, f in enumerate(fields[1:]) if i != drop])
        if fields and fields[0].upper() == "UNIT":
            lines[n] = " ".join(["UNIT"] + [f for i, f in enumerate(fields[1:]) if i != drop])
    ins.write_text("\n".join(lines) + "\n")


def main():
    import gemmi
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("shared", type=Path)
    parser.add_argument("out")
    parser.add_argument("--only")
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--resolution", type=float, default=0.8)
    parser.add_argument("--noise", type=float, default=0.03)
    options = parser.parse_args()
    binary = str(Path(options.binary).resolve())
    near = runs = 0
    with open(options.out, "a") as out:
        for name, old, new in HOSTS:
            if options.only and name not in options.only.split(","):
                continue
            for seed in map(int, options.seeds.split(",")):
                with tempfile.TemporaryDirectory() as folder:
                    work = Path(folder)
                    try:
                        ins = measured(binary, options.shared, name, old, new, work, options.resolution, options.noise)
                        unnamed(ins, new)
                        done = subprocess.run([binary, "solve", ins.name, "-o", "out", "--backend", "cpu", "--threads", "1", "--json", "-q",
                                               "--time-limit", str(SECONDS), "--seed", str(seed)],
                                              cwd=ins.parent, capture_output=True, text=True, timeout=120)
                        record = json.loads(done.stdout)
                    except (subprocess.SubprocessError, OSError, ValueError, StopIteration) as error:
                        print(f"{name} {new}: {type(error).__name__} {error}", file=sys.stderr, flush=True)
                        continue
                    res = next((ins.parent / "out").glob("*_a.res")).read_text()
                    line = next(l for l in res.splitlines() if "in the cell" in l)
                    formula = line.split("in the cell")[1].split()
                    heaviest = max((gemmi.Element("".join(c for c in f if c.isalpha())).atomic_number for f in formula), default=0)
                    true = gemmi.Element(new).atomic_number
                    runs, near = runs + 1, near + (abs(heaviest - true) <= NEAR)
                    row = {"name": name, "true": new, "found": gemmi.Element(heaviest).name, "claimed": record["solved"],
                           "r1": record["evidence"]["r1"], "formula": " ".join(formula)}
                    print(json.dumps(row), file=out, flush=True)
                    print(f"{name:20s} {new:2s} -> {row['found']:2s} R1 {row['r1']:.3f} claimed {row['claimed']} {row['formula']}", flush=True)
    print(f"heaviest element within {NEAR}: {near}/{runs}")


if __name__ == "__main__":
    main()
