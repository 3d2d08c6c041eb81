#!/usr/bin/env python3
"""Success curves of networks with errors of several kinds on several cells, over the networks' own figures of merit.

usage: networks.py --binary SEEDFLIP --work DIR [--draws 10] [--threads 1] [--skill 0.05,0.1,…] [--temperature 1] [--errors …] CELL=INS,MODEL[,RESOLUTION] …

Standard library only. Runs `seedflip screen` on each cell, all strong reflections known in eight classes, with a journal: the same command goes on
after a kill. Prints a table of solved/N with 95 % intervals for each kind of error and skill, and the figures of merit beside it.
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--draws", default="10")
    parser.add_argument("--threads", default="1")
    parser.add_argument("--skill", default="0.05,0.1,0.15,0.2,0.3")
    parser.add_argument("--temperature", default="1")
    parser.add_argument("--errors", default="even,resolution,strength,displaced,partial")
    parser.add_argument("--method", default="mp-n1")
    parser.add_argument("cells", nargs="+")
    options = parser.parse_args()
    for cell in options.cells:
        name, files = cell.split("=", 1)
        ins, model, *resolution = files.split(",")
        folder = options.work / name
        words = [options.binary, "screen", ins, "--model", model, "-o", folder, "--fraction", "1", "--wrong", "0", "--bins", "8"]
        words += ["--errors", options.errors, "--skill", options.skill, "--temperature", options.temperature]
        words += ["--method", options.method, "--draws", options.draws, "--threads", options.threads, "--backend", "cpu", "-q"]
        words += ["--resolution", *resolution] if resolution else []
        ended = subprocess.run(list(map(str, words)))
        if ended.returncode:
            sys.exit(f"{name}: exit code {ended.returncode}")
        conditions = json.loads((folder / "screen.json").read_text())["conditions"]
        print(f"\n### {name}\n\n| errors | T | skill asked | accuracy | NLL | phase error | cosine (said) | s0 | solved | 95 % |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        for c in conditions:
            m, (low, high) = c["merit"], c["interval"]
            print(
                f"| {c['errors']} | {c['temperature']:g} | {c['skill']:g} | {m['accuracy']:.2f} | {m['nll']:.2f} | {m['error_deg']:.0f}° "
                f"| {m['cosine']:.2f} ({m['said']:.2f}) | {c['s0']:.2f} | {c['solved']}/{c['trials']} | {low:.2f}–{high:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
