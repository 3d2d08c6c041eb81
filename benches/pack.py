"""Evidence for the repository, out of the diaries that benches/evidence.py has collected.

usage: pack.py EVIDENCE.jsonl [...] --runs N --into FOLDER

FOLDER/runs.jsonl.gz gets N whole diaries that are not too long, of every kind of spoiling in turn, for `seedflip replay`;
FOLDER/judged.jsonl.gz gets the last look of all runs, for benches/calibrate.py.
"""
import argparse
import collections
import gzip
import json
from pathlib import Path

# Diaries of runs that went on to the end of their trials are mostly looks at noise.
LONGEST = 60_000


def packed(path, runs):
    text = "".join(json.dumps(run, separators=(",", ":")) + "\n" for run in runs)
    # No time in the header: the same runs give the same file.
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--into", type=Path, required=True)
    options = parser.parse_args()
    everything = [json.loads(line) for path in options.files for line in path.open()]
    whole, last = collections.defaultdict(list), []
    for run in everything:
        for moment in run["moments"]:
            compared = moment.get("compared") if isinstance(moment, dict) else None
            for fit in (compared and compared["fits"] or {}).get("fits", []):
                fit["trans"] = []
        if len(json.dumps(run)) < LONGEST:
            whole[run["truth"]["spoiled"].split(" ")[0]].append(run)
        looks = [moment for moment in run["moments"] if isinstance(moment, dict) and "judged" in moment]
        if looks:
            judged = dict(looks[-1]["judged"], structures=looks[-1]["judged"]["structures"][:1])
            last.append(dict(run, moments=[{"judged": judged}]))
    chosen = []
    while len(chosen) < options.runs and any(whole.values()):
        for kind in sorted(whole):
            if whole[kind] and len(chosen) < options.runs:
                chosen.append(whole[kind].pop(0))
    options.into.mkdir(parents=True, exist_ok=True)
    packed(options.into / "runs.jsonl.gz", chosen)
    packed(options.into / "judged.jsonl.gz", last)
    print(f"{len(chosen)} whole, {len(last)} judged of {len(everything)} runs")


if __name__ == "__main__":
    main()
