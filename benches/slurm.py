#!/usr/bin/env python3
"""Runs the script of `seedflip slurm` under a real Slurm on this host, requeues a task half-way, and compares the answer with that of one shard.

usage: slurm.py --binary SEEDFLIP --repo CHECKOUT [--shards 8] [--trials 48] [--work DIR]

Needs munge and slurm-wlm (Debian) and root; starts munged, slurmctld and slurmd of its own below the work folder, with two cards that are no cards, and stops them.
One line of figures; exit code 1 where files differ, times apart.
"""
import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kills import files, trials

CONF = """
ClusterName=seedflip
SlurmctldHost={host}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={work}/munge.socket
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
GresTypes=gpu
SlurmctldPort={port}
SlurmdPort={port1}
SlurmctldPidFile={work}/slurmctld.pid
SlurmdPidFile={work}/slurmd.pid
SlurmdSpoolDir={work}/spool
StateSaveLocation={work}/state
SlurmctldLogFile={work}/slurmctld.log
SlurmdLogFile={work}/slurmd.log
ReturnToService=2
JobRequeue=1
SchedulerParameters=bf_interval=1,sched_interval=1
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=1000 Gres=gpu:2 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


class Cluster:
    """Daemons of a Slurm of one node."""

    def __init__(self, work):
        self.work, self.daemons = work, []
        host = socket.gethostname().split(".")[0]
        for name in ("spool", "state"):
            (work / name).mkdir()
        conf = CONF.format(host=host, work=work, port=16817, port1=16818, cpus=os.cpu_count())
        (work / "slurm.conf").write_text(conf)
        for card in range(2):
            (work / f"card{card}").write_text("")
        (work / "gres.conf").write_text(f"NodeName={host} Name=gpu File={work}/card[0-1]\n")
        (work / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
        key = work / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        self.environment = {**os.environ, "SLURM_CONF": str(work / "slurm.conf")}
        try:
            self.begin(key)
        except RuntimeError:
            self.stop()
            raise

    def begin(self, key):
        """Starts the daemons and waits for the node."""
        work = self.work
        self.start("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={work}/munge.socket", f"--pid-file={work}/munged.pid",
                   f"--log-file={work}/munged.log", f"--seed-file={work}/munged.seed")
        time.sleep(1)
        self.start("slurmctld", "-D", "-f", str(work / "slurm.conf"))
        time.sleep(2)
        self.start("slurmd", "-D", "-f", str(work / "slurm.conf"))
        self.until(lambda: "idle" in self.say("sinfo", "-h", "-o", "%t"), 60, "the node is not idle")

    def start(self, *words):
        log = open(self.work / f"{words[0]}.out", "w")
        self.daemons.append(subprocess.Popen(words, env=self.environment, stdout=log, stderr=log))

    def say(self, *words, **more):
        return subprocess.run(words, env=self.environment, capture_output=True, text=True, **more).stdout

    def until(self, ready, seconds, what):
        end = time.time() + seconds
        while not ready():
            if time.time() > end or any(daemon.poll() is not None for daemon in self.daemons):
                raise RuntimeError(f"{what}; see {self.work}")
            time.sleep(0.3)

    def stop(self):
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def desk(folder, repo):
    folder.mkdir()
    for end in ("ins", "hkl"):
        shutil.copy(repo / f"tests/data/ethyldeoxycytidine.{end}", folder / f"x.{end}")
    return folder


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--trials", type=int, default=48)
    parser.add_argument("--work", type=Path)
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(dir=options.work))
    bin_folder = work / "bin"
    bin_folder.mkdir()
    (bin_folder / "seedflip").symlink_to(Path(options.binary).resolve())
    os.environ["PATH"] = f"{bin_folder}:{os.environ['PATH']}"
    hard = ["--resolution", "1.5", "--max-cycles", "800", "--backend", "cpu", "-o", "o"]
    one = desk(work / "one", options.repo)
    begun = time.time()
    common = ["--run", "r", "--trials", str(options.trials)]
    subprocess.run(["seedflip", "solve", "x.ins", *common, "--shard", "0/1", "--threads", "1", "-q", *hard], cwd=one, check=True)
    subprocess.run(["seedflip", "merge", "r", "--backend", "cpu", "--threads", "1", "-q"], cwd=one, check=True)
    alone = time.time() - begun
    many = desk(work / "many", options.repo)
    cluster = Cluster(work)
    try:
        words = ["seedflip", "slurm", "x.ins", *common, "--shards", str(options.shards), "--every-trial", "--cpus", "1", "--gres", "gpu:1", "--", *hard]
        (many / "job.sh").write_text(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
        begun = time.time()
        sent = cluster.say("bash", "job.sh", cwd=many)
        merge = re.search(r"Submitted batch job (\d+)", sent)
        if merge is None:
            raise RuntimeError(f"not sent: {sent}; see {work}")
        cluster.until(lambda: trials(many / "r/shard-1.jsonl") >= 3, 300, "shard 1 does not begin")
        job = int(merge[1]) - 1
        cluster.say("scontrol", "requeue", f"{job}_1")
        kept = trials(many / "r/shard-1.jsonl")
        cluster.until(lambda: not cluster.say("squeue", "-h").strip(), 900, "jobs do not end")
        together = time.time() - begun
    finally:
        cluster.stop()
    opened = (many / "r/shard-1.jsonl").read_text().count('{"opened"')
    # What was typed stands on the page.
    found = [{name: data for name, data in files(folder / "o")[0].items() if name != "x.html"} for folder in (one, many)]
    differ = sorted(name for name in found[0].keys() | found[1].keys() if found[0].get(name) != found[1].get(name))
    print(f"{options.trials} trials: {alone:.1f} s by one shard of one thread, {together:.1f} s by {options.shards} tasks; shard 1 requeued after "
          f"{kept} trials, opened {opened} times; {len(found[0])} files compared, differ {differ}; {work}")
    sys.exit(bool(differ) or opened < 2)


if __name__ == "__main__":
    main()
