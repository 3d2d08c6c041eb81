#!/usr/bin/env python3
"""Files of every kind as they were published, against the same data as NAME.ins and NAME.hkl.

    python3 benches/originals.py DATA [--program target/release/seedflip] [--solve] [--only NAME ...]

DATA/originals/NAME/FILE is a published file, DATA/NAME/NAME.ins and NAME.hkl what a correct reading of it gives, up to
a power of ten in the scale. `seedflip read` writes both as NAME.hkl; the lists are merged here in the Laue group of
NAME.ins and compared reflection by reflection. A list without a cell is read with NAME.ins (--hkl); the table says
`with .ins` then, else `alone`.

With --solve both are solved too, and space group and R1 compared. What cannot be solved alone, for want of elements,
wavelength or symmetry, is solved with NAME.ins: the table says so, and what came without. Needs numpy and gemmi.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import gemmi
import numpy

# The file is the merged and cut list of the same crystal, the packaged one is unmerged: same values, other weights.
OTHER_MERGING = {"c18no4_pm1"}
# Both sides have four digits or more of the strongest, and two decimals at least.
RELATIVE, OF_SIGMA = 6e-4, 0.02
SAME_R1 = 0.006
SECONDS = 120


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def operations(ins):
    """Rotations of the Laue group of a .ins; the centring is left to the list."""
    ops = [gemmi.Op("x,y,z")]
    for line in ins.read_text().splitlines():
        if line.upper().startswith("SYMM"):
            ops.append(gemmi.Op(line[4:].strip().lower().replace(" ", "")))
    group = gemmi.GroupOps(ops)
    group.add_missing_elements()
    rotations = {tuple(map(tuple, op.rot)) for op in group.sym_ops}
    matrices = [numpy.array(rot) // gemmi.Op.DEN for rot in rotations]
    return matrices + [-m for m in matrices]


def merged(hkl, rotations):
    """Mean intensity and smallest sigma by Laue representative."""
    sums = {}
    for line in hkl.read_text().splitlines():
        index = [int(line[i : i + 4]) for i in (0, 4, 8)]
        if index == [0, 0, 0]:
            break
        value, sigma = float(line[12:20]), float(line[20:28])
        key = max(tuple(numpy.array(index) @ rot) for rot in rotations)
        known = sums.setdefault(key, [0.0, 0, sigma])
        known[0] += value
        known[1] += 1
        known[2] = min(known[2], sigma)
    return {key: (total / n, n, sigma) for key, (total, n, sigma) in sums.items()}


def compare(name, file, own, folder, program):
    """What is wrong with the reading, and in how many words it is right."""
    ins = own.with_suffix(".ins")
    read = folder / f"{name}.ins"
    code, _, said = run(program, "read", file, "-o", read)
    alone = code == 0
    if not alone:
        code, _, said = run(program, "read", ins, "--hkl", file, "-o", read)
    if code != 0:
        return False, said.strip(), alone
    twin = folder / f"{name}_twin.ins"
    code, _, twin_said = run(program, "read", ins, "-o", twin)
    if code != 0:
        return False, twin_said.strip(), alone
    rotations = operations(ins)
    a, b = (merged(path.with_suffix(".hkl"), rotations) for path in (read, twin))
    common = sorted(a.keys() & b.keys())
    x, y = (numpy.array([table[key][0] for key in common]) for table in (a, b))
    scale = float(numpy.dot(x, y) / numpy.dot(x, x))
    figures = f"{len(a)} and {len(b)} unique, {len(common)} common, scale {scale:.5g}"
    if name in OTHER_MERGING:
        correlation = float(numpy.corrcoef(x, y)[0, 1])
        right = correlation > 0.999 and len(common) == len(a)
        return right, f"{figures}, correlation {correlation:.5f}", alone
    sigma = numpy.array([b[key][2] for key in common])
    rows = [sum(n for _, n, _ in table.values()) for table in (a, b)]
    off = numpy.abs(scale * x - y) > RELATIVE * numpy.abs(y) + OF_SIGMA * sigma + 0.02 * max(1.0, scale)
    right = len(common) == len(a) == len(b) and rows[0] == rows[1] and not off.any()
    return right, f"{figures}, rows {rows[0]} and {rows[1]}, {int(off.sum())} differ", alone


def solved(program, folder, *arguments):
    """Verdict, space group and R1 of a run."""
    code, out, said = run(
        program, "solve", *arguments, "-o", folder, "--json", "-q", "--seed=1", f"--time-limit={SECONDS}"
    )
    if code != 0:
        return f"exit {code}: {said.strip()}", None
    record = json.loads(out)
    best = record["candidates"][0] if record.get("candidates") else None
    if best is None:
        return "nothing", None
    group = best.get("space_group")
    return f"{'solved' if record['solved'] else 'not solved'} {group}", best.get("r1")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--program", default="target/release/seedflip")
    parser.add_argument("--solve", action="store_true")
    parser.add_argument("--only", nargs="*", default=[])
    args = parser.parse_args()
    files = sorted(path for path in args.data.glob("originals/*/*") if not args.only or path.parent.name in args.only)
    right = same = 0
    ways = {"alone": [0, 0], "with .ins": [0, 0]}
    for file in files:
        name = file.parent.name
        own = args.data / name / f"{name}.hkl"
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            good, figures, alone = compare(name, file, own, folder, args.program)
            right += good
            way = "alone" if alone else "with .ins"
            ways[way][0] += 1
            print(f"{'ok ' if good else 'BAD'} {name:24} {way:9} {figures}", flush=True)
            if not args.solve:
                continue
            ins = own.with_suffix(".ins")
            original = [file] if alone else [ins, "--hkl", file]
            found = solved(args.program, folder / "a", *original)
            by_itself = ""
            if alone and (found[1] is None or not found[0].startswith("solved")):
                by_itself = f", alone {found[0]}"
                found, way = solved(args.program, folder / "c", ins, "--hkl", file), "with .ins"
            ways[way][1] += 1
            twin = solved(args.program, folder / "b", ins)
            agree = found[0] == twin[0] and (found[1] is None) == (twin[1] is None)
            agree = agree and (found[1] is None or abs(found[1] - twin[1]) <= SAME_R1)
            same += agree
            print(f"{'ok ' if agree else 'BAD'} {name:24} {way:9} solve {found} and {twin}{by_itself}", flush=True)
    read, tried = ([ways[way][n] for way in ways] for n in (0, 1))
    print(f"{right} of {len(files)} read to the same list: {read[0]} alone, {read[1]} with .ins")
    if args.solve:
        print(f"{same} of {len(files)} solved alike: {tried[0]} alone, {tried[1]} with .ins")
    return 0 if right == len(files) and (not args.solve or same == len(files)) else 1


if __name__ == "__main__":
    sys.exit(main())
