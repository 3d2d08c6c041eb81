#!/usr/bin/env python3
"""Writes DATE-MACHINE.md from the folder that device.sh has filled: device_table.py FOLDER"""

import datetime
import json
import pathlib
import re
import sys


def documents(folder, pattern):
    """Name and contents of every JSON file that can be read; the others are named on stderr."""
    for path in sorted(folder.glob(pattern)):
        try:
            yield path.stem, json.loads(path.read_text())
        except ValueError as error:
            print(f"{path}: {error}", file=sys.stderr)


def rows_of(document):
    return document.get("rows", [document])


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows] + [""]


def grid_text(grid):
    return "×".join(str(n) for n in grid)


def rate_text(rate):
    return f"{rate:.0f}" if rate >= 1000 else f"{rate:.1f}"


def percent(share):
    return "–" if share is None else f"{100 * share:.0f} %"


def device_text(device):
    details = [device.get(key) for key in ("api", "driver", "cupy", "cufft")]
    return ", ".join([device["name"]] + [d for d in details if d])


def bench_lines(folder):
    """The throughput tables, and the f32 flipping rates by (grid, trials)."""
    lines, rates = [], {}
    for name, document in documents(folder, "bench/*.json"):
        rows = rows_of(document)
        if not rows:
            continue
        copy = document.get("copy_bandwidth")
        lines += [f"## `seedflip bench`, {name}", "", device_text(document["device"]) + (
            f"; a plain copy reads and writes {copy / 1e9:.1f} GB/s." if copy else "."), ""]
        cells = []
        for r in rows:
            stages = r["stages"]
            total = sum(stages.values()) or None
            shares = [percent(total and stages[stage] / total) for stage in ("columns", "planes", "weights")]
            method, of = r["recipe"]["method"], r["of_flipping"]
            if name == "gpu-f32" and method == "flipping":
                rates[tuple(r["grid"]), r["trials"]] = r["trial_cycles_per_s"]
            cells.append([
                grid_text(r["grid"]), r["trials"], method, rate_text(r["trial_cycles_per_s"]),
                f'{r["ns_per_point"]:.4f}', f'{r["bytes_per_point"]:.2f}' if r["bytes_per_point"] else "–",
                percent(r["bandwidth_share"]), percent(of), *shares])
        lines += table(["grid", "trials", "method", "trial-cycles/s", "ns/point", "bytes/point", "of copy bandwidth",
                        "of flipping", "columns", "planes", "weights"], cells)
        lines += [f"- {grid_text(r['grid'])}, {r['trials']} trials: not timed, {r['why']}"
                  for r in document.get("refused", [])]
        plans = list(dict.fromkeys(r["plan"] for r in rows if r["plan"]))
        lines += ["```text", *plans, "```", ""] if plans else []
    return lines, rates


def sweep_lines(folder):
    found = []
    for name, document in documents(folder, "sweep/*.json"):
        grid, _, tuning = name.partition("__")
        found += [(r["grid"], r["trials"], tuning, r) for r in rows_of(document)]
    if not found:
        return []
    best = {}
    for grid, *_, r in found:
        best[tuple(grid)] = max(best.get(tuple(grid), 0), r["trial_cycles_per_s"])
    found.sort(key=lambda row: (row[0], -row[3]["trial_cycles_per_s"]))
    cells = [[grid_text(grid), trials, f"`{tuning}`", rate_text(r["trial_cycles_per_s"]),
              percent(r["trial_cycles_per_s"] / best[tuple(grid)]), r["plan"].partition(": ")[2].partition(";")[0]]
             for grid, trials, tuning, r in found]
    return ["## Tuning, flipping", ""] + table(
        ["grid", "trials", "`SEEDFLIP_TUNING`", "trial-cycles/s", "of the best", "plan"], cells)


def yardstick_lines(folder, rates):
    cells, devices = [], []
    for name, document in documents(folder, "yardstick/*.json"):
        if name.startswith("check"):
            continue
        for r in rows_of(document):
            ours = rates.get((tuple(r["grid"]), r["trials"]))
            devices.append(f'{r["array"]}: {device_text(r["device"])}')
            cells.append([grid_text(r["grid"]), r["trials"], rate_text(r["trial_cycles_per_s"]),
                          rate_text(ours) if ours else "–", f'{ours / r["trial_cycles_per_s"]:.2f}' if ours else "–"])
    if not cells:
        return []
    cells.sort(key=lambda row: ([int(n) for n in row[0].split("×")], row[1]))
    lines = ["## The same cycle from library transforms: `cupy_cycle.py`", "", "; ".join(dict.fromkeys(devices)) + ".", ""]
    lines += table(["grid", "trials", "trial-cycles/s", "seedflip f32, flipping", "times as fast"], cells)
    for name, errors in documents(folder, "yardstick/check-*.json"):
        shown = ", ".join(f"{key} {value:.1e}" for key, value in errors.items())
        lines.append(f"- one cycle at {name.removeprefix('check-')} against f64: {shown}")
    return lines + [""]


def test_lines(folder):
    logs = sorted(folder.glob("tests/*.txt")) + sorted(folder.glob("tests/*.log"))
    cells = []
    for path in logs:
        results = [l for l in path.read_text(errors="replace").splitlines() if l.startswith("test result:")]
        # The log of a run that went well holds what the tests said on stderr, and no result.
        if results or not path.with_suffix("").exists():
            name = path.name.split(".")[0]
            cells.append([f"`{name}`", results[-1].removeprefix("test result: ") if results else "did not end"])
    return ["## Tests", ""] + table(["test", "result"], cells) if cells else []


def main():
    if len(sys.argv) != 2 or not pathlib.Path(sys.argv[1]).is_dir():
        sys.exit("usage: device_table.py FOLDER, the folder that device.sh has filled")
    folder = pathlib.Path(sys.argv[1])
    bench, rates = bench_lines(folder)
    parts = [test_lines(folder), bench, yardstick_lines(folder, rates), sweep_lines(folder)]
    if not any(parts):
        sys.exit(f"{folder}: nothing to be shown; see what the steps said")
    machine = "machine"
    for _, document in documents(folder, "bench/gpu-*.json"):
        machine = document["device"]["name"]
        break
    slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"\(.*\)", "", machine.lower())).strip("-")
    today = datetime.date.today().isoformat()
    lines = [f"# {today}, {machine}", ""]
    adapters = folder / "adapters.txt"
    if adapters.exists():
        lines += ["```text", adapters.read_text().rstrip(), "```", ""]
    for part in parts:
        lines += part
    path = folder / f"{today}-{slug}.md"
    path.write_text("\n".join(lines).rstrip() + "\n")
    print(path)


if __name__ == "__main__":
    main()
