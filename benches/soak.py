#!/usr/bin/env python3
"""Solves copies of a data set one after the other in one process, with a journal, and watches memory, descriptors and CPU time.

usage: soak.py --binary SEEDFLIP --data FOLDER --work DIR [--minutes 60] [--set NAME] [--copies 4000]

Standard library only; Linux. Memory and descriptors are read from /proc once a second and compared between the first and the last quarter, a minute of warming
up apart. CPU seconds, not wall seconds, a data set: the machine may be shared. All copies have one cell, so that the order of the turns, the
largest first, is no course of its own. Exit code 1 where memory grew by more than 5 %, a descriptor was left open, or a data set took 5 % longer
at the end.
"""
import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

WARM = 60.0
TOLERANCE = 0.05


def memory(pid):
    """Resident bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def cpu(pid):
    """Seconds of all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def finished(folder):
    """Trials, and data sets that have ended."""
    trials = 0
    for path in folder.glob("set-*/shard-0.jsonl"):
        trials += sum(line.startswith(b'{"trial"') for line in path.read_bytes().split(b"\n"))
    own = folder / "shard-0.jsonl"
    sets = sum(line.startswith(b'{"set"') for line in own.read_bytes().split(b"\n")) if own.exists() else 0
    return trials, sets


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--set", default="c22no_p212121")
    parser.add_argument("--copies", type=int, default=4000)
    options = parser.parse_args()
    shutil.rmtree(options.work, ignore_errors=True)
    data = options.work / "data"
    data.mkdir(parents=True)
    for end in ("ins", "hkl"):
        first = data / f"0000.{end}"
        shutil.copy(options.data / options.set / f"{options.set}.{end}", first)
        # Links: a few thousand copies cost nothing.
        for copy in range(1, options.copies):
            os.link(first, data / f"{copy:04}.{end}")
    words = ["solve", "data", "--run", "run", "-o", "out", "--backend", "cpu", "--threads", "1", "-q", "--no-report"]
    process = subprocess.Popen([options.binary, *words], cwd=options.work, stderr=subprocess.PIPE)
    begun, samples = time.time(), []
    try:
        while process.poll() is None and time.time() - begun < 60 * options.minutes:
            time.sleep(1.0)
            if process.poll() is None:
                descriptors = len(os.listdir(f"/proc/{process.pid}/fd"))
                samples.append((time.time() - begun, memory(process.pid), descriptors, cpu(process.pid)))
                if len(samples) % 20 == 0:
                    samples[-1] += finished(options.work / "run")
        process.send_signal(signal.SIGTERM)
        process.wait(120)
    finally:
        process.kill()
    samples = [sample for sample in samples if sample[0] >= WARM]
    quarter = max(len(samples) // 4, 1)
    first, last = samples[:quarter], samples[-quarter:]
    peaks = [max(sample[1] for sample in part) for part in (first, last)]
    means = [statistics.mean(sample[1] for sample in part) for part in (first, last)]
    descriptors = [max(sample[2] for sample in part) for part in (first, last)]
    # Between two counts, over which the same sets come round.
    counted = [sample for sample in samples if len(sample) > 4]
    half = len(counted) // 2
    rate = lambda a, b, of: (b[3] - a[3]) / max(b[of] - a[of], 1)
    rates = [[rate(counted[0], counted[half], of), rate(counted[half], counted[-1], of)] for of in (4, 5)] if half else [[0, 0], [0, 0]]
    print(
        f"{samples[-1][0] / 60:.1f} min, {counted[-1][5] if counted else 0} data sets, {counted[-1][4] if counted else 0} trials, exit code {process.returncode}; "
        f"memory in the first and the last quarter: mean {means[0] / 1e6:.1f} and {means[1] / 1e6:.1f} MB, peak {peaks[0] / 1e6:.1f} and {peaks[1] / 1e6:.1f} MB; "
        f"descriptors at most {descriptors[0]} and {descriptors[1]}; "
        f"CPU seconds a trial {rates[0][0]:.3f} and {rates[0][1]:.3f}, a data set {rates[1][0]:.3f} and {rates[1][1]:.3f}"
    )
    grown = means[1] > means[0] * (1 + TOLERANCE) or peaks[1] > peaks[0] * (1 + TOLERANCE)
    slower = rates[1][1] > rates[1][0] * (1 + TOLERANCE)
    sys.exit(process.returncode != 143 or grown or slower or descriptors[1] > descriptors[0])


if __name__ == "__main__":
    main()
