"""What programs that nobody here wrote make of the files of a run.

    python3 benches/clients.py DATA [--binary target/release/seedflip] [--work FOLDER] [--sets A,B] [--rows A,B]

DATA holds NAME.ins and NAME.hkl, or folders NAME with them. Each set is solved once, called as SHELXT is (`seedflip NAME`), with
every file of `--write all`. Then each client reads the files in a virtual environment of its own, made from PyPI, and says
for each set whether it found what the run said of itself. The last lines are a table of n/N per row; `closed` rows count
sets for which the client itself cannot do it, whoever wrote the file: the reason stands beside them.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import traceback
from pathlib import Path

SETS = (
    "ylid_p212121 s2dipyridyl_p21c epoxide_p21n moco6_pnma muscovite_c2c p6n7_p31c ni_i43d ta_i4mmm_hp "
    "pd_malbac_pm1 sucrose_olex_p21 ed_biotin_p212121 roxithromycin_p212121"
).split()
# Environment: packages from PyPI.
PACKAGES = {
    "light": ["gemmi", "numpy", "shelxfile"],
    "cctbx": ["cctbx-base"],
    "rs": ["reciprocalspaceship"],
    "materials": ["ase", "pymatgen"],
    "autosolvex": ["autosolvex"],
    "finalcif": ["finalcif"],
    "edref": ["edref"],
}
# R1 of a file, and of other programs, may differ from the one said by this: of the same numbers, rounded; of other
# tables of scattering factors and dispersion.
SAME_R1, LIKE_R1 = 0.003, 0.01
# The models are fitted to this resolution, in Å; other programs use all data.
FINEST = 0.8


def check(condition, words):
    if not condition:
        raise AssertionError(words)


class Run:
    """The files of a run and what its record says."""

    def __init__(self, work, name):
        self.name, self.folder = name, Path(work) / name
        self.record = json.loads(self.file(".json").read_text())
        self.first = self.record["candidates"][0]
        self.electrons = self.record["radiation"] == "electron"

    def file(self, ending):
        return self.folder / (self.name + ending)

    def symbol(self):
        return self.record["space_group"]["hermann_mauguin"].split(":")[0]


class Closed(Exception):
    """The client cannot do it, whoever wrote the file."""


# ---- light: gemmi and shelxfile -------------------------------------------------------------------------------------


def shelxfile(run):
    from shelxfile import Shelxfile

    shelx = Shelxfile()
    shelx.read_file(str(run.file("_a.res")))
    peaks = [a for a in shelx.atoms.all_atoms if a.qpeak]
    atoms = len(shelx.atoms.all_atoms) - len(peaks)
    check(atoms == run.first["atoms"], f"{atoms} atoms instead of {run.first['atoms']}")
    check(len(peaks) == run.first["sites"] - run.first["atoms"], f"{len(peaks)} Q-peaks")
    check(shelx.space_group and shelx.space_group[0] == run.symbol()[0], f"space group {shelx.space_group}")
    check(abs(shelx.R1 - run.first["r1"]) < 1e-4, f"R1 {shelx.R1}")
    return f"{atoms} atoms, {shelx.space_group}, R1 {shelx.R1}"


def gemmi_cif(run):
    import gemmi

    block = gemmi.cif.read(str(run.file("_a.cif"))).sole_block()
    small = gemmi.make_small_structure_from_block(block)
    check(len(small.sites) == run.first["atoms"], f"{len(small.sites)} atoms")
    check(all(0 < s.occ <= 1.001 and s.u_iso > 0 for s in small.sites), "occupancies or displacements")
    check(small.spacegroup is not None, "no space group")
    ops = {gemmi.Op(gemmi.cif.as_string(s)).wrap().triplet() for s in block.find_values("_space_group_symop_operation_xyz")}
    check(ops == {op.wrap().triplet() for op in small.spacegroup.operations()}, "operations and symbol differ")
    solver = gemmi.cif.as_string(block.find_value("_computing_structure_solution"))
    check(solver.startswith("seedflip"), f"solved by {solver}")
    return f"{len(small.sites)} atoms, {small.spacegroup.hm}"


def gemmi_mtz_and_maps(run):
    import gemmi
    import numpy as np

    mtz = gemmi.read_mtz_file(str(run.file("_a.mtz")))
    check("".join(c.type for c in mtz.columns) == "HHHFQEPWFP", "types of columns")
    stored = gemmi.read_ccp4_map(str(run.file("_a.ccp4")))
    stored.setup(float("nan"))
    grid = stored.grid
    check(not np.isnan(np.array(grid, copy=False)).any(), "points of the cell are missing")
    made = mtz.transform_f_phi_to_map("FWT", "PHWT", exact_size=(grid.nu, grid.nv, grid.nw))
    correlation = np.corrcoef(np.array(grid, copy=False).ravel(), np.array(made, copy=False).ravel())[0, 1]
    check(correlation > 0.999, f"map of FWT PHWT and CCP4 map correlate to {correlation:.4f}")
    block = gemmi.cif.read(str(run.file("_a.cif"))).sole_block()
    small = gemmi.make_small_structure_from_block(block)
    values = np.array(grid, copy=False)
    at = [(grid.interpolate_value(s.fract) - values.mean()) / values.std() for s in small.sites]
    check(np.mean(at) > 3, f"density at atoms {np.mean(at):.1f} sigma")
    return f"correlation {correlation:.4f}, density at atoms {np.mean(at):.1f} sigma, {grid.spacegroup.hm}"


def gemmi_fcf(run):
    import gemmi
    import numpy as np

    block = gemmi.cif.read(str(run.file("_a.fcf"))).sole_block()
    refln = gemmi.hkl_cif_as_refln_block(gemmi.cif.read(str(run.file("_a.fcf")))[0])
    check(refln.spacegroup is not None or not run.symbol(), "no space group")
    column = lambda name: np.array([float(x) for x in block.find_values(f"_refln_{name}")])
    f2, sigma, fc = column("F_squared_meas"), column("F_squared_sigma"), column("F_calc")
    fo, seen = np.sqrt(np.clip(f2, 0, None)), f2 > 2 * sigma
    r1 = np.abs(fo - fc)[seen].sum() / fo[seen].sum()
    check(abs(r1 - run.first["r1"]) < SAME_R1, f"R1 {r1:.4f} of the file, {run.first['r1']:.4f} said")
    return f"R1 {r1:.4f}, said {run.first['r1']:.4f}"


# ---- cctbx ----------------------------------------------------------------------------------------------------------


def long_cards(text):
    """Numbers of long SFAC cards, and the text with short ones in their place."""
    cards, kept, lines = {}, [], text.split("\n")
    while lines:
        line = lines.pop(0)
        if line.startswith("SFAC "):
            while line.rstrip().endswith("="):
                line = line.rstrip()[:-1] + " " + lines.pop(0)
            words = line.split()
            if len(words) == 16 and re.match(r"-?[\d.]", words[2]):
                cards[words[1]] = [float(x) for x in words[2:]]
                if any(l.startswith("SFAC") for l in lines):
                    continue
                line = "SFAC " + " ".join(cards)
        kept.append(line)
    return cards, "\n".join(kept)


def structure(run, name):
    """The model in cctbx; numbers of long SFAC cards are handed over, as its reader does not take them."""
    import io
    from cctbx import xray
    from cctbx.eltbx import xray_scattering

    cards, text = long_cards(run.file(name).read_text())
    found = xray.structure.from_shelx(file=io.StringIO(text))
    if cards:
        gaussians = {k: xray_scattering.gaussian(c[0:8:2], c[1:8:2], c[8]) for k, c in cards.items()}
        found.scattering_type_registry(custom_dict=gaussians)
    else:
        try:
            found.set_inelastic_form_factors(run.record["wavelength"], "sasaki")
        except RuntimeError:
            pass
    return found


def r1_of(observed, model, scale):
    """R1 of the reflections above 2 sigma; `scale` is |Fo| over |Fc|, as FVAR says it."""
    from cctbx.array_family import flex

    fo = observed.select(observed.data() > 2 * observed.sigmas()).f_sq_as_f()
    fc = abs(fo.structure_factors_from_scatterers(xray_structure=model, algorithm="direct").f_calc())
    return flex.sum(flex.abs(fo.data() - scale * fc.data())) / flex.sum(fo.data())


def cctbx_strict(run):
    from cctbx import xray

    try:
        with open(run.file("_a.res")) as file:
            found = xray.structure.from_shelx(file=file)
    except NotImplementedError as error:
        if "SFAC label" in str(error):
            raise Closed("its reader does not take long SFAC cards") from error
        raise
    check(found.scatterers().size() == run.first["atoms"], f"{found.scatterers().size()} scatterers")
    check(all(abs(s.occupancy - 1) < 1e-3 for s in found.scatterers()), "occupancies")
    return f"{found.scatterers().size()} scatterers, {found.space_group_info()}"


def cctbx_fcf_and_map(run):
    import iotbx.cif
    from iotbx import ccp4_map

    arrays = iotbx.cif.reader(file_path=str(run.file("_a.fcf"))).as_miller_arrays()
    check(len(arrays) >= 2, f"{len(arrays)} arrays")
    stored = ccp4_map.map_reader(file_name=str(run.file("_a.ccp4")))
    number = arrays[0].space_group().type().number()
    check(stored.space_group_number in (1, number) or stored.space_group_number % 1000 == number, "group of the map")
    return f"{len(arrays)} arrays, map {stored.unit_cell_grid} in {stored.space_group_number}"


def smtbx_refinement(run):
    import io
    from cctbx.array_family import flex
    from iotbx import reflection_file_reader
    from scitbx.lstbx import normal_eqns_solving
    from smtbx.refinement import constraints, least_squares

    model = structure(run, "_a.res")
    listed = "_a.hkl"
    rows = reflection_file_reader.any_reflection_file(f"hklf4={run.file(listed)}").as_miller_arrays(
        crystal_symmetry=model.crystal_symmetry()
    )[0]
    merged = rows.merge_equivalents(algorithm="shelx").array()
    merged = merged.select(~merged.sys_absent_flags().data())
    merged = merged.select(merged.sigmas() > 0)
    inner = merged.select(merged.d_spacings().data() >= FINEST)
    if inner.size() < 2000:
        inner = merged
    before = r1_of(inner, model, float(re.search(r"^FVAR\s+(\S+)", run.file("_a.res").read_text(), re.M)[1]))
    check(abs(before - run.first["r1"]) < LIKE_R1, f"R1 {before:.4f} before refinement, {run.first['r1']:.4f} said")
    for s in model.scatterers():
        s.flags.set_grad_site(True)
        s.flags.set_grad_u_iso(True)
    start = model.deep_copy_scatterers()
    # Polar axes are held by the origin restraint of smtbx.
    reparametrisation = constraints.reparametrisation(
        structure=model, constraints=[], connectivity_table=__import__("smtbx.utils").utils.connectivity_table(model)
    )
    squares = least_squares.crystallographic_ls(
        inner.as_xray_observations(),
        reparametrisation,
        weighting_scheme=least_squares.mainstream_shelx_weighting(a=0.1, b=0),
    )
    steps = normal_eqns_solving.naive_iterations(squares, n_max_iterations=8, gradient_threshold=1e-7, step_threshold=1e-5)
    after = r1_of(inner, model, squares.scale_factor() ** 0.5)
    cell = model.unit_cell()
    moved = [cell.distance(a.site, b.site) for a, b in zip(start.scatterers(), model.scatterers())]
    mean = sum(moved) / len(moved)
    check(after < before + LIKE_R1, f"R1 {before:.4f} before, {after:.4f} after")
    check(mean < 0.1, f"atoms move by {mean:.2f} A")
    return f"R1 said {run.first['r1']:.4f}, before {before:.4f}, after {after:.4f}, atoms move {mean:.3f} A, {steps.n_iterations} steps"


# ---- others ---------------------------------------------------------------------------------------------------------


def reciprocalspaceship(run):
    import reciprocalspaceship as rs

    data = rs.read_mtz(str(run.file("_a.mtz")))
    check(list(data.columns) == ["F", "SIGF", "E", "PHIC", "FOM", "FWT", "PHWT"], list(data.columns))
    check(data.spacegroup is not None and len(data) > 100, f"{len(data)} rows")
    return f"{len(data)} rows, {data.spacegroup.hm}, {data['PHIC'].dtype}"


def per_cell(run):
    """Atoms per cell, hydrogen left out."""
    return {e: float(n or 1) for e, n in re.findall(r"([A-Z][a-z]?)([\d.]*)", run.first["formula"])}


def ase(run):
    import collections
    import ase.io

    atoms = ase.io.read(str(run.file("_a.cif")))
    found = collections.Counter(atoms.get_chemical_symbols())
    check(dict(found) == per_cell(run), f"{dict(found)} instead of {per_cell(run)}")
    return atoms.get_chemical_formula()


def pymatgen(run):
    from pymatgen.core import Structure

    found = Structure.from_file(str(run.file("_a.cif")))
    counts = {str(e): n for e, n in found.composition.get_el_amt_dict().items()}
    check(counts == per_cell(run), f"{counts} instead of {per_cell(run)}")
    return found.composition.formula


def finalcif_credit(run):
    from finalcif.cif.cif_file_io import CifContainer

    said = CifContainer(run.file("_a.cif").absolute())["_computing_structure_solution"]
    check(said.startswith("seedflip"), f"the CIF is by {said}")
    return said


def finalcif_guess(run):
    """Whom FinalCif credits where a CIF says nothing but has the .res in it."""
    from finalcif.cif.cif_file_io import CifContainer
    from finalcif.datafiles.shelx_lst import SolutionProgram

    bare = run.folder / "bare.cif"
    guess = lambda res: (
        bare.write_text(f"data_x\n_cell_length_a 5\n_shelx_res_file\n;\n{res}\n;\n"),
        SolutionProgram(CifContainer(bare.absolute())).program.version,
    )[1]
    ours, anybody = guess(run.file("_a.res").read_text()), guess("TITL written by hand")
    bare.unlink()
    if ours == anybody:
        raise Closed(f"it credits every .res but SHELXT's to {anybody}")
    check("seedflip" in ours, f"credited to {ours}")
    return ours


def finalcif_table(run):
    from finalcif.datafiles.shelx_lst import SHELXTlistfile

    found = SHELXTlistfile(str(run.file(".lxt"))).solutions
    stem = f"{run.name}_a"
    # It cuts names at eighteen characters.
    check(any(stem.startswith(name) and name for name in found), f"{found}")
    return str(found)


def autosolvex_runner(run):
    from autosolvex import io
    from autosolvex.solver import batch_solve

    folder = run.folder / "autosolvex"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for ending in (".ins", ".hkl"):
        shutil.copy(run.file(ending), folder)
    code = batch_solve.run_shelx_process(str(folder), f"{run.name}.ins", os.environ["SEEDFLIP"])
    check(code == 0, f"exit code {code}")
    check((folder / f"{run.name}_a.res").stat().st_size > 0, "no model")
    rows = io.extract_stats_lxt(str(folder)).to_dict("records")
    check(rows and rows[0]["File"] == f"{run.name}_a", f"{rows[:1]}")
    check(abs(float(rows[0]["R1"]) - run.first["r1"]) < 0.001, f"R1 {rows[0]['R1']}")
    check(rows[0]["Space group"].replace("(", "").startswith(run.symbol()[0]), rows[0]["Space group"])
    shutil.rmtree(folder)
    return f"R1 {rows[0]['R1']}, {rows[0]['Space group']}, {rows[0]['Formula']}"


def edref(run):
    folder = run.folder / "edref"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(run.file("_a.res"), folder / "x.ins")
    shutil.copy(run.file("_a.hkl"), folder / "x.hkl")
    program = Path(sys.executable).with_name("edref")
    words = [str(program), "x.ins", "--edref", "--no-plot"]
    said = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=900)
    text = said.stdout + said.stderr
    if "No scattering factor data" in text:
        raise Closed("it has no scattering factors of some elements, tantalum among them")
    found = re.findall(r"R1\(obs\)=\s*([\d.]+)%", text)
    check(said.returncode == 0 and found, f"exit code {said.returncode}: {text.strip()[-200:]}")
    r1 = float(found[-1]) / 100
    # Of the rows of a rotation it takes pairs that are exchanged, not three that go round.
    if r1 > run.first["r1"] + 0.03 and re.search(r"\s10\.33333\s", run.file("_a.res").read_text()):
        raise Closed("it lets atoms leave three-fold axes, which it does not know")
    check(r1 < run.first["r1"] + 0.03, f"R1 {r1:.4f} after refinement, {run.first['r1']:.4f} said")
    shutil.rmtree(folder)
    return f"R1 {r1:.4f} after refinement, said {run.first['r1']:.4f}"


ROWS = {
    "shelxfile": ("light", shelxfile),
    "gemmi: CIF": ("light", gemmi_cif),
    "gemmi: MTZ and maps": ("light", gemmi_mtz_and_maps),
    "gemmi: fcf": ("light", gemmi_fcf),
    "cctbx: strict reader": ("cctbx", cctbx_strict),
    "cctbx: fcf and map": ("cctbx", cctbx_fcf_and_map),
    "smtbx: refinement": ("cctbx", smtbx_refinement),
    "reciprocalspaceship": ("rs", reciprocalspaceship),
    "ase": ("materials", ase),
    "pymatgen": ("materials", pymatgen),
    "FinalCif: credit in the CIF": ("finalcif", finalcif_credit),
    "FinalCif: guess from a .res": ("finalcif", finalcif_guess),
    "FinalCif: table": ("finalcif", finalcif_table),
    "autosolvex: runner and table": ("autosolvex", autosolvex_runner),
    "edref": ("edref", edref),
}


def ask(row, work, sets):
    """Runs in the environment of the client: a line of JSON for each set."""
    for name in sets:
        try:
            found = ("yes", ROWS[row][1](Run(work, name)))
        except Closed as reason:
            found = ("closed", str(reason))
        except BaseException as error:  # Whatever a client raises is its answer.
            if not isinstance(error, AssertionError):
                traceback.print_exc(limit=4)
            found = ("no", f"{type(error).__name__}: {str(error)[:300]}")
        print("@" + json.dumps([name, *found]), flush=True)


def environment(work, name):
    python = Path(work) / f"venv-{name}" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PACKAGES[name]], check=True)
    return python


def solve(binary, data, work, name, options):
    """Calls the program as SHELXT is called; the line of its verdict."""
    folder = Path(work) / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    source = Path(data) / name
    source = source if source.is_dir() else Path(data)
    for ending in (".ins", ".hkl"):
        shutil.copyfile(source / (name + ending), folder / (name + ending))
    words = [binary, name, "-t2", "--write", "all,lxt", *options]
    said = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    verdict = [l for l in said.stderr.splitlines() if "SOLVED" in l or l.startswith("seedflip: ")]
    print(f"{name}: exit code {said.returncode}, {verdict[-1] if verdict else 'no verdict'}", flush=True)
    return (folder / f"{name}_a.res").is_file()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", help="folder of NAME.ins and NAME.hkl, or of folders NAME with them")
    parser.add_argument("--binary", default="target/release/seedflip")
    parser.add_argument("--work", default="target/clients")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--options", default="", help="more options of seedflip, separated by blanks")
    parser.add_argument("--solved", action="store_true", help="take the runs that lie in the work folder")
    parser.add_argument("--ask", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sets, rows = arguments.sets.split(","), arguments.rows.split(",")
    if arguments.ask:
        return ask(arguments.ask, arguments.work, sets)
    work, binary = Path(arguments.work).absolute(), str(Path(arguments.binary).absolute())
    work.mkdir(parents=True, exist_ok=True)
    if not arguments.solved:
        sets = [n for n in sets if solve(binary, arguments.data, work, n, arguments.options.split())]
    table, failed = [], False
    for row in rows:
        python = environment(work, ROWS[row][0])
        words = [str(python), __file__, arguments.data, "--work", str(work), "--sets", ",".join(sets), "--ask", row]
        said = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "SEEDFLIP": binary})
        answers = [json.loads(l[1:]) for l in said.stdout.splitlines() if l.startswith("@")]
        print(f"\n{row}")
        for name, found, words in answers:
            print(f"  {name}: {found}: {words}")
        if len(answers) < len(sets):
            print("  " + (said.stderr.strip() or said.stdout.strip())[-600:].replace("\n", "\n  "))
        count = lambda kind: sum(found == kind for _, found, _ in answers)
        reasons = sorted({words for _, found, words in answers if found == "closed"})
        table.append((row, count("yes"), count("closed"), reasons))
        failed |= count("yes") + count("closed") < len(sets)
        sys.stdout.flush()
    print(f"\n| client | reads rightly of {len(sets)} | closed | why |\n|---|---|---|---|")
    for row, yes, closed, reasons in table:
        print(f"| {row} | {yes} | {closed} | {reasons[0] if reasons else ''} |")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
