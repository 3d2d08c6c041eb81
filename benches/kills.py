#!/usr/bin/env python3
"""Kills runs with a journal at random moments, goes on with them, and compares their files with those of runs that nothing broke off.

usage: kills.py --binary SEEDFLIP --repo CHECKOUT [--kills 50] [--backend cpu] [--seed 1] [--only solve|screen|shards]

Standard library only. One line for each kind of run: kills, what of the work was done twice, and which files differ, times apart. Exit code 1 where
any does, or where a file is left that is half or has no name.
"""
import argparse
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Lines of a listing that have times, and numbers of a record or a page that are.
TIMED_LINES = re.compile(r"^.*(Timings|Stages over|Trials finished a second|cycles/s).*$", re.M)
TIMED_NUMBERS = re.compile(r'("(?:\w+_s|columns|planes|weights|merits|busy)":)\s*[-+.\de]+')
# A kill falls within so many seconds of the start, and once in three when another trial has ended since.
LATEST = 6.0


def files(folder):
    """Contents of the files that are no journal, without times; and what is half or left over."""
    found, bad = {}, []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".seedflip-"):
            bad.append(path.name)
        elif path.is_file() and not path.name.startswith("shard-") and path.name != "plan.json":
            data = path.read_bytes()
            if path.suffix in (".json", ".html", ".lst"):
                text = TIMED_NUMBERS.sub(r"\1", TIMED_LINES.sub("", data.decode()))
                data = text.encode()
            found[path.name] = data
    return found, bad


def trials(journal):
    """Lines of trials that are whole."""
    if not journal.exists():
        return 0
    return sum(line.startswith((b'{"trial"', b'{"condition"')) for line in journal.read_bytes().split(b"\n")[:-1])


def desk(home, name, repo):
    folder = home / name
    folder.mkdir()
    for end in ("ins", "hkl"):
        shutil.copy(repo / f"tests/data/ethyldeoxycytidine.{end}", folder / f"x.{end}")
    shutil.copy(repo / "examples/models/ethyldeoxycytidine.cif", folder / "m.cif")
    return folder


def killed(run, folder, journal, kills, dice):
    """Runs until it has ended by itself, killing it so many times; kills, and seconds of work that were done again at most, mean and longest."""
    count, lost = 0, []
    while True:
        begun, before = time.time(), trials(journal)
        process = subprocess.Popen(run, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        limit = dice.uniform(0.02, LATEST)
        on_trial = dice.random() < 1 / 3
        last = begun
        seen = before
        while process.poll() is None and count < kills:
            now = trials(journal)
            if now > seen:
                seen, last = now, time.time()
                if on_trial:
                    break
            if time.time() - begun > limit:
                break
            time.sleep(0.002)
        if count < kills and process.poll() is None:
            # Work since the last trial that was kept is done again.
            lost.append(time.time() - max(last, begun))
            process.send_signal(signal.SIGKILL)
            process.wait()
            count += 1
            continue
        said = process.communicate()[1].decode()
        if process.returncode:
            sys.exit(f"{' '.join(map(str, run))}: exit code {process.returncode}: {said}")
        return count, lost


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--backend", default="cpu")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    options = parser.parse_args()
    binary = str(Path(options.binary).resolve())
    own = ["--backend", options.backend, "--threads", "1", "-q"]
    # Long enough that fifty kills fall into each: what takes seconds is broken off again and again.
    hard = ["--resolution", "1.5", "--max-cycles", "2000"]
    kinds = {
        "solve": (["solve", "x.ins", "--run", "r", "-o", "o", "--trials", "300", *hard, *own], "r/shard-0.jsonl", "o", []),
        "screen": (
            ["screen", "x.ins", "--model", "m.cif", "-o", "o", "--fraction", "0.02,0.05,0.1", "--wrong", "0,0.25", "--draws", "60", *own],
            "o/shard-0.jsonl", "o", [],
        ),
        "shards": (
            ["solve", "x.ins", "--run", "r", "--trials", "300", "--shard", "0/1", *hard, *own],
            "r/shard-0.jsonl", "o", ["merge", "r", "-o", "o", *own],
        ),
    }
    failed = False
    with tempfile.TemporaryDirectory() as home:
        for kind, (words, journal, results, then) in kinds.items():
            if options.only and kind != options.only:
                continue
            dice = random.Random(options.seed)
            found = []
            for name, kills in (("whole", 0), ("killed", options.kills)):
                folder = desk(Path(home), f"{kind}-{name}", options.repo)
                begun = time.time()
                count, lost = killed([binary, *words], folder, folder / journal, kills, dice)
                if then:
                    subprocess.run([binary, *then], cwd=folder, check=True)
                found.append((files(folder / results), time.time() - begun, count, lost))
            (whole, _), seconds = found[0][0], found[0][1]
            (broken, bad), _, count, lost = found[1]
            differ = sorted(name for name in whole.keys() | broken.keys() if whole.get(name) != broken.get(name))
            failed |= bool(differ or bad)
            mean = sum(lost) / max(len(lost), 1)
            print(
                f"{kind}: {seconds:.1f} s unbroken, {count} kills; lost at a kill {mean:.2f} s in the mean, {max(lost, default=0):.2f} s at most; "
                f"{len(whole)} files compared, differ {differ}, left over {bad}",
                flush=True,
            )
    sys.exit(failed)


if __name__ == "__main__":
    main()
