"""The bindings on the simulated examples of the repository."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import seedflip

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
ASPIRIN = ROOT / "examples" / "models" / "aspirin.cif"


@pytest.fixture(scope="module")
def crystal() -> seedflip.Crystal:
    return seedflip.Crystal.from_shelx(DATA / "aspirin.ins")


@pytest.fixture(scope="module")
def answer(crystal: seedflip.Crystal) -> seedflip.Result:
    return seedflip.solve(crystal, space_group="P21/c", device="cpu")


def unique_phases(crystal: seedflip.Crystal, answer: seedflip.Result) -> tuple[Any, Any, Any]:
    """hkl, phase and E of the answer where E is above 0, strongest first."""
    solution = answer.solution
    order = np.argsort(-solution["e"])
    order = order[solution["e"][order] > 0]
    return solution["hkl"][order], solution["phase"][order], solution["e"][order]


def test_a_crystal_says_what_it_is(crystal: seedflip.Crystal) -> None:
    assert crystal.space_group == "P 1 21/c 1"
    assert len(crystal.symops) == 4 and "-x,y+1/2,-z+1/2" in crystal.symops
    assert set(crystal.contents) == {"C", "O"} and crystal.radiation == "xray"
    n = len(crystal.hkl)
    assert crystal.hkl.shape == (n, 3) and crystal.hkl.dtype == np.int32
    for column in (crystal.intensity, crystal.sigma, crystal.f, crystal.e, crystal.centric):
        assert column.shape == (n,)
    assert 0.9 < np.mean(crystal.e**2) < 1.1 and 0 < crystal.completeness <= 1


def test_a_crystal_is_solved(answer: seedflip.Result, tmp_path: Path) -> None:
    assert answer.solved and answer.probability > 0.95 and answer.space_group == "P 1 21/c 1"
    atoms = answer.atoms
    assert atoms["xyz"].shape == (13, 3) and sorted(set(atoms["element"])) == ["C", "O"]
    assert answer.r1 is not None and answer.r1 < 0.1 and np.allclose(atoms["occupancy"], 1)
    density = answer.map
    assert density is not None and density.ndim == 3 and density.dtype == np.float32
    assert answer.map_sigma == pytest.approx(float(np.sqrt(np.mean(density.astype(float) ** 2))), rel=1e-3)
    record = answer.record()
    assert record["solved"] and record["probability"] == answer.probability
    answer.write(tmp_path / "out", "x")
    assert (tmp_path / "out" / "aspirin_a.res").exists()


def test_arrays_give_what_files_give(crystal: seedflip.Crystal) -> None:
    made = seedflip.Crystal.from_arrays(
        crystal.cell, crystal.symops, crystal.hkl, crystal.intensity, crystal.sigma, crystal.contents
    )
    assert np.array_equal(made.hkl, crystal.hkl) and np.allclose(made.e, crystal.e)
    by_symbol = seedflip.Crystal.from_arrays(
        crystal.cell, "P21/c", crystal.hkl.tolist(), crystal.intensity.astype("f4"), crystal.sigma, {}
    )
    result = seedflip.solve(by_symbol, device="cpu", seed=2)
    assert result.solved and result.space_group == "P 1 21/c 1"


def test_other_containers_are_read(answer: seedflip.Result, crystal: seedflip.Crystal, tmp_path: Path) -> None:
    answer.write(tmp_path)
    fcf = seedflip.Crystal.from_cif(tmp_path / "aspirin_a.fcf")
    assert len(fcf.hkl) > 0.9 * len(crystal.hkl)
    program = os.environ.get("SEEDFLIP")
    if program is None:
        return
    files = ["solve", str(DATA / "aspirin.ins"), "-o", str(tmp_path), "--write", "mtz", "--backend", "cpu", "-q"]
    subprocess.run([program, *files], check=True)
    assert len(seedflip.Crystal.from_mtz(tmp_path / "aspirin_a.mtz").hkl) > 0.9 * len(crystal.hkl)


def test_trials_are_columns_and_phases_are_kept(crystal: seedflip.Crystal, answer: seedflip.Result) -> None:
    result = seedflip.solve(crystal, device="cpu", trials=4, phases="all")
    trials = result.trials
    count = len(trials["trial"])
    assert 1 <= count <= 4 and all(len(column) == count for column in trials.values())  # type: ignore[arg-type]
    assert set(trials["method"]) <= {"flipping", "message"} and set(trials["set"]) == {-1}
    assert result.phases.shape == (count, len(result.hkl)) and result.phases.dtype == np.complex64
    assert sorted(result.phases_trial) == sorted(trials["trial"])
    assert np.all(np.abs(result.phases) < 1 + 1e-5)
    hkl, phase, _ = unique_phases(crystal, answer)
    cc = result.correlation(hkl, phase, expanded=False)
    agreeing = dict(zip(trials["trial"], trials["agreeing"], strict=True))
    best = result.phases_trial[np.argmax(cc)]
    assert cc.shape == (count,) and cc.max() > 0.65 and agreeing[best] >= 1


@pytest.mark.parametrize("kind", ["probabilities", "phases", "bins"])
def test_seeds_of_every_kind(kind: str, crystal: seedflip.Crystal, answer: seedflip.Result) -> None:
    hkl, phase, _ = unique_phases(crystal, answer)
    hkl, phase = hkl[:150], phase[:150]
    bins = np.round(phase / (2 * np.pi) * 4).astype(int) % 4
    if kind == "probabilities":
        p = np.full((2, len(hkl), 4), 0.1, dtype=np.float32)
        p[:, np.arange(len(hkl)), bins] = 0.7
        p[1, 0] = np.nan
        seeds = seedflip.Seeds.from_probabilities(hkl, p)
    elif kind == "phases":
        seeds = seedflip.Seeds.from_phases(hkl, np.stack([phase, phase]), np.full(len(hkl), 0.9))
    else:
        seeds = seedflip.Seeds.from_bins(hkl, np.stack([bins, bins]), 4, wrong=0.05)
    assert len(seeds) == 2
    result = seedflip.solve(crystal, seeds, trials=8, device="cpu")
    assert result.solved and set(result.trials["set"]) <= {0, 1}


def test_every_set_is_tried_and_judged_by_itself(crystal: seedflip.Crystal, answer: seedflip.Result) -> None:
    hkl, phase, _ = unique_phases(crystal, answer)
    unique = {tuple(index) for index in crystal.hkl.tolist()}
    # In another order phases of equivalents would contradict each other.
    kept = [row for row, index in enumerate(hkl.tolist()) if tuple(index) in unique][:150]
    hkl, phase = hkl[kept], phase[kept]
    right = np.arange(30) % 3 == 0
    phi = np.where(right[:, None], phase, phase[::-1])
    result = seedflip.solve(crystal, seedflip.Seeds.from_phases(hkl, phi), stop="all", trials=1, device="cpu", phases="all")
    trials = result.trials
    assert sorted(trials["set"]) == list(range(30)) and result.phases.shape[0] == 30
    # What is believed is right, whatever it began from.
    every_hkl, every_phase, _ = unique_phases(crystal, answer)
    cc = dict(zip(result.phases_trial, result.correlation(every_hkl, every_phase, expanded=False), strict=True))
    believed = trials["trial"][trials["probability"] > 0.5]
    assert len(believed) > 0 and all(cc[trial] > 0.65 for trial in believed)
    alone = seedflip.solve(crystal, seedflip.Seeds.from_phases(hkl, phi[3]), stop="all", trials=1, device="cpu")
    assert alone.trials["r_weak"][0] == trials["r_weak"][list(trials["set"]).index(3)]
    with pytest.raises(seedflip.SeedflipError):
        seedflip.solve(crystal, stop="all")


def test_phases_are_scored_without_solving(crystal: seedflip.Crystal, answer: seedflip.Result) -> None:
    hkl, phase, _ = unique_phases(crystal, answer)
    noise = np.random.default_rng(1).uniform(-np.pi, np.pi, len(phase))
    scores = seedflip.score(crystal, np.stack([phase, noise]), hkl, expanded=False)
    assert scores["r_weak"].shape == (2,) and scores["r_weak"][0] < 0.5 * scores["r_weak"][1]
    assert scores["residual_deg"][0] < 10 < scores["residual_deg"][1]
    known = np.full(len(crystal.hkl), np.nan)
    by_index = {tuple(index): value for index, value in zip(hkl.tolist(), phase, strict=True)}
    for row, index in enumerate(crystal.hkl.tolist()):
        known[row] = by_index.get(tuple(index), np.nan)
    assert seedflip.score(crystal, known)["r_weak"].shape == (1,)


def test_simulated_crystals_are_screened() -> None:
    made = seedflip.simulate(ASPIRIN, 1.0, noise=0.02, completeness=0.95)
    assert made.d_min == pytest.approx(1.0, abs=0.01)
    tallies = seedflip.screen(made, ASPIRIN, fractions=[0.2, 0.6], draws=2, device="cpu")
    assert tallies["trials"].tolist() == [2, 2] and tallies["fraction"].tolist() == [0.2, 0.6]
    assert np.all(tallies["low"] <= tallies["high"])


def test_other_packages_take_results(answer: seedflip.Result) -> None:
    gemmi = pytest.importorskip("gemmi")
    structure = answer.to_gemmi()
    assert isinstance(structure, gemmi.SmallStructure) and len(structure.sites) == 13
    assert structure.spacegroup.hm == "P 1 21/c 1"
    ase = pytest.importorskip("ase")
    atoms = answer.to_ase()
    assert isinstance(atoms, ase.Atoms) and len(atoms) == 52
    pandas = pytest.importorskip("pandas")
    frame = answer.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and {"trial", "arm", "r_weak"} <= set(frame.columns)


def test_errors_are_one_line_of_one_class(crystal: seedflip.Crystal, tmp_path: Path) -> None:
    cases: list[Callable[[], object]] = [
        lambda: seedflip.Crystal.from_shelx(tmp_path / "missing.ins"),
        lambda: seedflip.Crystal.from_arrays((1, 1, 1, 10, 10, 170), "P1", [[1, 0, 0]], [1], [1], {}),
        lambda: seedflip.Crystal.from_arrays(crystal.cell, ["x,y,q"], [[1, 0, 0]], [1], [1], {}),
        lambda: seedflip.Crystal.from_arrays(crystal.cell, "P1", [[0.5, 0, 0]], [1], [1], {}),
        lambda: seedflip.Crystal.from_arrays(crystal.cell, "P1", [[1, 0, 0]], [1, 2], [1], {}),
        lambda: seedflip.Seeds.from_probabilities([[1, 0, 0]], [[0.5, 0.1]]),
        lambda: seedflip.Seeds.from_phases([[1, 0, 0]], [0.1, 0.2]),
        lambda: seedflip.solve(crystal, trials=0),
        lambda: seedflip.solve(crystal, space_group="P 99"),
        lambda: seedflip.solve(crystal, device="no such card"),
        lambda: seedflip.score(crystal, np.zeros(3)),
        lambda: seedflip.screen(crystal, ASPIRIN, methods=["nonsense"]),
    ]
    for case in cases:
        with pytest.raises(seedflip.SeedflipError) as raised:
            case()
        assert str(raised.value) and "\n" not in str(raised.value)


def test_events_are_told_and_answered(crystal: seedflip.Crystal) -> None:
    kinds: list[str] = []

    def hear(event: dict[str, Any]) -> bool:
        kinds.append(event["event"])
        return bool(event["event"] != "progress" or event["finished"] < 1)

    result = seedflip.solve(crystal, device="cpu", on_event=hear)
    assert {"started", "looked", "progress"} <= set(kinds) and result.stopped in ("interrupted", "convinced")

    def fail(_: dict[str, Any]) -> None:
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        seedflip.solve(crystal, device="cpu", on_event=fail)


def test_the_interpreter_is_free_meanwhile(crystal: seedflip.Crystal) -> None:
    counted = 0
    done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    begun = time.monotonic()
    seedflip.solve(seedflip.Crystal.from_shelx(DATA / "farnesiaside.ins"), device="cpu", threads=1, time_limit=2)
    passed = time.monotonic() - begun
    done.set()
    thread.join()
    assert counted > 50 * passed


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_ends_a_run_gently() -> None:
    program = textwrap.dedent(f"""
        import seedflip
        noise = seedflip.Crystal.from_shelx({str(DATA / "farnesiaside.ins")!r})
        import numpy as np
        mixed = np.random.default_rng(1).permutation(noise.intensity)
        noise = seedflip.Crystal.from_arrays(noise.cell, noise.symops, noise.hkl, mixed, noise.sigma, noise.contents)
        print("begun", flush=True)
        result = seedflip.solve(noise, device="cpu", threads=1, trials=100000)
        print(result.stopped, len(result.trials["trial"]), flush=True)
    """)
    run = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None and run.stdout.readline() == "begun\n"
    time.sleep(3)
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=60)
    assert run.returncode == 0 and out.startswith("interrupted ")
