#!/usr/bin/env python3
"""Kills runs with a journal at random moments, goes on with them, and compares their files with those of runs that nothing broke off.

usage: kills.py --binary SEEDFLIP --repo CHECKOUT [--kills 50] [--backend cpu] [--seed 1] [--only solve|screen|shards|folder|full]

Standard library only. One line for each kind of run: kills, what of the work was done twice, and which files differ, times apart. After every third
kill the last line of a journal is torn. `full` are runs whose journal lies on a file system that is too small, and goes on when that has grown: it
needs root and a tmpfs, and is left out with a line where there is none. Exit code 1 where files differ, where one is left that is half or has no
name, and where ten seconds of work or more were lost.
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
TIMED_NUMBERS = re.compile(r'("(?:\w+_s|columns|planes|weights|merits|\w*busy)":)\s*[-+.\de]+')
# No more of the work may be lost at a kill, seconds.
MOST_LOST = 10.0
# Data sets of the folder.
SETS = ("aspirin", "ethyldeoxycytidine", "farnesiaside")
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
    """Lines of trials that are whole, in a journal and in those of the data sets beside it."""
    count = 0
    for path in [journal, *journal.parent.glob("set-*/shard-0.jsonl")]:
        if path.exists():
            lines = path.read_bytes().split(b"\n")[:-1]
            count += sum(line.startswith((b'{"trial"', b'{"condition"', b'{"set"')) for line in lines)
    return count


def tear(journal, dice):
    """Tears the last line of a journal, as a machine that goes down may."""
    path = dice.choice([path for path in [journal, *sorted(journal.parent.glob("set-*/shard-0.jsonl"))] if path.exists()] or [None])
    if path is not None:
        data = path.read_bytes()
        last = len(data) - data.rstrip(b"\n").rfind(b"\n") - 1
        path.write_bytes(data[: len(data) - dice.randrange(1, max(last, 2))])


def desk(home, name, repo):
    folder = home / name
    folder.mkdir()
    for end in ("ins", "hkl"):
        shutil.copy(repo / f"tests/data/ethyldeoxycytidine.{end}", folder / f"x.{end}")
    shutil.copy(repo / "examples/models/ethyldeoxycytidine.cif", folder / "m.cif")
    (folder / "d").mkdir()
    for name in SETS:
        for end in ("ins", "hkl"):
            shutil.copy(repo / f"tests/data/{name}.{end}", folder / "d")
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
            if count % 3 == 0:
                tear(journal, dice)
            continue
        said = process.communicate()[1].decode()
        if process.returncode:
            sys.exit(f"{' '.join(map(str, run))}: exit code {process.returncode}: {said}")
        return count, lost


def full(run, folder, journal):
    """Runs with the folder of the journal on a tmpfs that is too small, then larger until it is large enough; how often it was full, or None."""
    place = journal.parent
    place.mkdir()
    size, times = 16, 0
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        return None
    try:
        while True:
            ended = subprocess.run(run, cwd=folder, capture_output=True, text=True)
            if ended.returncode == 0:
                break
            # A line, or one for each data set.
            if ended.returncode != 1 or not 1 <= len(ended.stderr.splitlines()) <= 1 + len(SETS) or size > 1 << 16:
                sys.exit(f"{' '.join(map(str, run))} on {size} kB: exit code {ended.returncode}: {ended.stderr}")
            times, size = times + 1, size * 4
            subprocess.run(["mount", "-o", f"remount,size={size}k", place], check=True)
        kept = folder / "kept"
        shutil.copytree(place, kept)
    finally:
        subprocess.run(["umount", place], check=True)
    place.rmdir()
    kept.rename(place)
    return times


def compared(whole, folder, results):
    """Names of files that differ from those of the run that nothing broke off, and what is left over."""
    differ, left, count = [], [], 0
    for name in results:
        (before, _), (now, bad) = files(whole / name), files(folder / name)
        differ += sorted(f"{name}/{file}" for file in before.keys() | now.keys() if before.get(file) != now.get(file))
        left += bad
        count += len(before)
    return differ, left, count


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
        "solve": (["solve", "x.ins", "--run", "r", "-o", "o", "--trials", "300", *hard, *own], "r/shard-0.jsonl", ["o"], []),
        "screen": (
            ["screen", "x.ins", "--model", "m.cif", "-o", "o", "--fraction", "0.02,0.05,0.1", "--wrong", "0,0.25", "--draws", "60", *own],
            "o/shard-0.jsonl", ["o"], [],
        ),
        "shards": (
            ["solve", "x.ins", "--run", "r", "--trials", "300", "--shard", "0/1", *hard, *own],
            "r/shard-0.jsonl", ["o"], ["merge", "r", "-o", "o", *own],
        ),
        "folder": (["solve", "d", "--run", "r", "-o", "o", "--trials", "100", *hard, *own], "r/shard-0.jsonl", ["o", "r"], []),
    }
    failed = False
    with tempfile.TemporaryDirectory() as home:
        for kind, (words, journal, results, then) in kinds.items():
            if options.only and options.only not in (kind, "full"):
                continue
            dice = random.Random(options.seed)
            whole = desk(Path(home), f"{kind}-whole", options.repo)
            begun = time.time()
            killed([binary, *words], whole, whole / journal, 0, dice)
            seconds = time.time() - begun
            after = lambda folder: then and subprocess.run([binary, *then], cwd=folder, check=True)
            after(whole)
            if options.only != "full":
                folder = desk(Path(home), f"{kind}-killed", options.repo)
                count, lost = killed([binary, *words], folder, folder / journal, options.kills, dice)
                after(folder)
                differ, left, all_files = compared(whole, folder, results)
                failed |= bool(differ or left) or max(lost, default=0) >= MOST_LOST
                mean = sum(lost) / max(len(lost), 1)
                print(
                    f"{kind}: {seconds:.1f} s unbroken, {count} kills; lost at a kill {mean:.2f} s in the mean, {max(lost, default=0):.2f} s at most; "
                    f"{all_files} files compared, differ {differ}, left over {left}",
                    flush=True,
                )
            if options.only in (None, "full"):
                folder = desk(Path(home), f"{kind}-full", options.repo)
                times = full([binary, *words], folder, folder / journal)
                if times is None:
                    print(f"{kind} on a full disk: skipped, no tmpfs can be mounted", flush=True)
                    continue
                after(folder)
                differ, left, all_files = compared(whole, folder, results)
                failed |= bool(differ or left)
                print(f"{kind} on a full disk: full {times} times; {all_files} files compared, differ {differ}, left over {left}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
