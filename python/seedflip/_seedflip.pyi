"""What the compiled part offers. T is a number of sets, N of reflections, n of classes, M of the measured half sphere."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any, Literal, TypedDict, final, type_check_only

import numpy as np
import pandas
from numpy.typing import ArrayLike, NDArray

__all__ = ["Crystal", "Result", "Seeds", "SeedflipError", "__version__", "score", "screen", "simulate", "solve"]

__version__: str

_Path = str | PathLike[str]
_Cell = tuple[float, float, float, float, float, float]
_Radiation = Literal["xray", "electron", "neutron"]

class SeedflipError(Exception):
    """What went wrong, in one line that says where and what to do: the line that the program prints."""

@type_check_only
class Atoms(TypedDict):
    """Atoms of the asymmetric unit, heaviest first, as columns."""

    label: list[str]
    element: list[str]
    xyz: NDArray[np.float64]
    """(n, 3), fractions of the axes."""
    occupancy: NDArray[np.float64]
    """1 for a whole atom, on a special position too."""
    u_iso: NDArray[np.float64]
    """Square angstrom."""

@type_check_only
class Trials(TypedDict):
    """Finished trials, best first, as columns of one length."""

    trial: NDArray[np.int64]
    set: NDArray[np.int64]
    """Seed set from 0; -1 without seeds."""
    arm: list[str]
    method: list[str]
    """``flipping`` or ``message``."""
    cycles: NDArray[np.int64]
    r_weak: NDArray[np.float32]
    """Power of the weak reflections in the truncated map over that of all: small for a solution."""
    e_kurtosis: NDArray[np.float32]
    tan_cos: NDArray[np.float32]
    r: NDArray[np.float32]
    """R of the last flipping cycle; 0 for message passing."""
    flipped: NDArray[np.float32]
    kappa: NDArray[np.float32]
    """Signal-to-noise of the message-passing field; 0 for flipping."""
    promising: NDArray[np.bool_]
    proven: list[bool | None]
    """Whether the phases of a trial from seeds came back without them; None where nobody asked."""
    agreeing: NDArray[np.int64]
    """Trials that ended at the same phases, this one included; 0 for one that is no candidate."""
    probability: NDArray[np.float64]
    """With ``stop="all"``: probability that the phases are right, judged without the trials of other sets; else NaN."""

@type_check_only
class Solution(TypedDict):
    """Phased reflections of the first structure, at the origin of its space group, on the P1 half sphere."""

    hkl: NDArray[np.int32]
    f: NDArray[np.float64]
    e: NDArray[np.float64]
    phase: NDArray[np.float64]
    """Radians."""
    fom: NDArray[np.float64]

@type_check_only
class Scores(TypedDict):
    """Figures of merit of T sets of phases."""

    r_weak: NDArray[np.float64]
    e_kurtosis: NDArray[np.float64]
    tan_cos: NDArray[np.float64]
    symmetry: NDArray[np.float64]
    """How well the rotations of the Laue class hold, 0 to 1; NaN in Laue class -1."""
    residual_deg: NDArray[np.float64]
    """Mean residual of the operations of the space group in the phases, degrees."""
    reflections: NDArray[np.int64]
    """Measured reflections of the half sphere that have a phase."""

@type_check_only
class Tallies(TypedDict):
    """Conditions of a screen, in their order, with what came of them."""

    method: list[str]
    resolution: NDArray[np.float64]
    completeness: NDArray[np.float64]
    bins: NDArray[np.int64]
    wrong: NDArray[np.float64]
    fraction: NDArray[np.float64]
    solved: NDArray[np.int64]
    trials: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    """``low`` to ``high``: 95 % interval of the success rate."""
    median_cycles: NDArray[np.float64]
    mean_cc: NDArray[np.float64]
    s0: NDArray[np.float64]
    """Mean expected height of an atom in the seed map, sigma."""
    predicted: NDArray[np.float64]

@final
class Crystal:
    """A crystal and what was measured of it, merged and normalised."""

    @staticmethod
    def from_shelx(path: _Path, hkl: _Path | None = None) -> Crystal:
        """``NAME.ins`` with ``NAME.hkl`` beside it, or with the reflections in ``hkl``."""
    @staticmethod
    def from_cif(path: _Path, block: str | None = None) -> Crystal:
        """A CIF, ``.fcf`` or sf-mmCIF with reflections; ``block``: a data block of it."""
    @staticmethod
    def from_mtz(path: _Path, columns: Sequence[str] | None = None) -> Crystal:
        """An MTZ file; ``columns``: value and sigma, such as ``["I", "SIGI"]``."""
    @staticmethod
    def from_arrays(
        cell: Sequence[float],
        symops: str | Sequence[str],
        hkl: ArrayLike,
        intensity: ArrayLike,
        sigma: ArrayLike,
        contents: Mapping[str, float],
        *,
        wavelength: float = 0.71073,
        radiation: _Radiation = "xray",
        title: str = "",
    ) -> Crystal:
        """A crystal from arrays.

        ``cell``: a, b, c in angstrom, alpha, beta, gamma in degrees. ``symops``: operations such as ``-x,y+1/2,-z``, generators
        will do, or a symbol such as ``P21/n``; a run without seeds takes it as a hint only. ``hkl`` (N, 3) and ``intensity``,
        ``sigma`` (N,), F squared on any scale, merged or not. ``contents``: atoms per unit cell by symbol; numbers may be 0, and
        the mapping empty, where nobody knows. ``wavelength`` in angstrom.
        """
    @property
    def title(self) -> str: ...
    @property
    def cell(self) -> _Cell:
        """a, b, c in angstrom, alpha, beta, gamma in degrees."""
    @property
    def space_group(self) -> str | None:
        """Hermann-Mauguin symbol; None for a setting that is in no table."""
    @property
    def symops(self) -> list[str]: ...
    @property
    def contents(self) -> dict[str, float]:
        """Atoms per unit cell."""
    @property
    def wavelength(self) -> float: ...
    @property
    def radiation(self) -> _Radiation: ...
    @property
    def d_min(self) -> float:
        """Highest resolution measured, angstrom."""
    @property
    def completeness(self) -> float: ...
    @property
    def r_int(self) -> float | None: ...
    @property
    def warnings(self) -> list[str]: ...
    @property
    def hkl(self) -> NDArray[np.int32]:
        """(N, 3): unique reflections, low resolution first; the other columns run beside it."""
    @property
    def intensity(self) -> NDArray[np.float64]:
        """(N,): merged F squared, scale of the input."""
    @property
    def sigma(self) -> NDArray[np.float64]: ...
    @property
    def f(self) -> NDArray[np.float64]: ...
    @property
    def e(self) -> NDArray[np.float64]:
        """(N,): normalised amplitudes."""
    @property
    def centric(self) -> NDArray[np.bool_]: ...

@final
class Seeds:
    """Phases known beforehand: T sets over the same N reflections, tried in turn.

    Any equivalent and either Friedel mate will do; one entry stands for all its equivalents. Phases refer to the origin of the
    crystal's space group, or, where ``floating``, to any one that the entries of a set share. ``wrong``: fraction of entries
    that are wrong, where it is known. An array is copied once, whatever the number of trials.
    """

    @staticmethod
    def from_probabilities(
        hkl: ArrayLike, p: ArrayLike, *, wrong: float | None = None, floating: bool = False
    ) -> Seeds:
        """``p`` (N, n) or (T, N, n): probabilities of n equal bins, bin b centred on 2 pi b/n; NaN where a set says nothing."""
    @staticmethod
    def from_phases(
        hkl: ArrayLike,
        phi: ArrayLike,
        weight: ArrayLike | None = None,
        *,
        wrong: float | None = None,
        floating: bool = False,
    ) -> Seeds:
        """``phi`` (N,) or (T, N) in radians; ``weight`` of the same shape or (N,): mean cosine of the error, 0 to 1."""
    @staticmethod
    def from_bins(
        hkl: ArrayLike, bins: ArrayLike, n: int, *, wrong: float | None = None, floating: bool = False
    ) -> Seeds:
        """``bins`` (N,) or (T, N): numbers from 0 of n equal bins, bin b centred on 2 pi b/n."""
    @staticmethod
    def from_file(path: _Path, *, wrong: float | None = None) -> Seeds:
        """CSV, ``.fcf``, MTZ, NPY, NPZ, ``.phs``, a model or a map; read when a run begins."""
    def __len__(self) -> int: ...

@final
class Result:
    """What came of a run. Arrays are made anew each time they are asked for."""

    @property
    def solved(self) -> bool:
        """True when the first structure is claimed to be right."""
    @property
    def probability(self) -> float:
        """Probability that the atoms of the first structure are right."""
    @property
    def probability_group(self) -> float:
        """Probability that its space group is right too."""
    @property
    def stopped(self) -> str:
        """``convinced``, ``settled``, ``trials_used``, ``time_limit``, ``interrupted`` or ``device_lost``."""
    @property
    def fault(self) -> str | None: ...
    @property
    def seconds(self) -> float: ...
    @property
    def warnings(self) -> list[str]: ...
    @property
    def space_group(self) -> str | None: ...
    @property
    def symops(self) -> list[str]: ...
    @property
    def cell(self) -> _Cell:
        """That of the crystal, or of better axes where those hide a symmetry."""
    @property
    def r1(self) -> float | None: ...
    @property
    def atoms(self) -> Atoms: ...
    @property
    def trials(self) -> Trials: ...
    @property
    def phases(self) -> NDArray[np.complex64]:
        """(T, M): phases of the trials ``phases_trial`` on ``hkl``, unit vectors times figure of merit, each trial at its own
        origin and hand. T are the trials that may be a solution, or all, see ``solve``."""
    @property
    def phases_trial(self) -> NDArray[np.int64]: ...
    @property
    def hkl(self) -> NDArray[np.int32]:
        """(M, 3): measured reflections of the P1 half sphere, from which Friedel mates are left out."""
    @property
    def solution(self) -> Solution: ...
    @property
    def map(self) -> NDArray[np.float32] | None:
        """(nx, ny, nz): density of the whole cell, without F(000), at x = i/nx and so on; e/angstrom^3 times the scale of F."""
    @property
    def map_sigma(self) -> float | None: ...
    def correlation(self, hkl: ArrayLike, phi: ArrayLike, *, expanded: bool = True) -> NDArray[np.float64]:
        """(T,): F^2-weighted correlation of ``phases`` with known ones, radians, origin and hand free; above 0.65 it is the
        structure. ``expanded``: known phases are those of unique reflections and go with the crystal's space group."""
    def record(self) -> dict[str, Any]:
        """The run record, as ``NAME.json``; ``docs/record.schema.json`` is its schema."""
    def write(self, folder: _Path, name: str = "crystal") -> None:
        """Writes the files of a run: ``NAME_a.res``, ``.fcf``, ``.ccp4``, ``.cif``, listing and record."""
    def to_gemmi(self) -> Any:
        """The first structure as ``gemmi.SmallStructure``."""
    def to_ase(self) -> Any:
        """The first structure as ``ase.Atoms``, the whole cell."""
    def to_pandas(self) -> pandas.DataFrame:
        """The trials as ``pandas.DataFrame``."""

def solve(
    crystal: Crystal,
    seeds: Seeds | None = None,
    *,
    stop: Literal["first", "all"] = "first",
    trials: int | None = None,
    time_limit: float | None = None,
    device: str = "auto",
    seed: int = 1,
    on_event: Callable[[dict[str, Any]], object] | None = None,
    space_group: str | None = None,
    resolution: float | None = None,
    wrong: float | None = None,
    method: Literal["auto", "flipping", "message"] = "auto",
    max_cycles: int | None = None,
    threads: int | None = None,
    memory: int | None = None,
    phases: Literal["solutions", "all"] = "solutions",
) -> Result:
    """Solves a crystal. The interpreter is free meanwhile; Ctrl-C ends the run gently with what it has, a second one at once.

    ``stop``: ``first`` ends the run when a solution is sure; ``all`` tries and judges every seed set by itself, as if it were alone, by so many
    ``trials`` each (one for every arm where nothing is said). ``trials`` at most, ``time_limit`` in seconds. ``device``: ``auto``, ``cpu``, ``gpu``, or part of a card's name. ``seed`` of every
    random number: same seed, same result. ``space_group`` of the result, where it is given; with seeds it is that of the crystal.
    ``resolution`` in angstrom; ``memory`` in bytes. ``phases``: which trials' phases the result keeps. ``on_event`` hears of
    dictionaries whose ``event`` is ``started``, ``looked``, ``finished``, ``progress``, ``stage`` or ``structure``, from another
    thread; ``False`` for an answer ends the run gently, and what it raises is raised here.
    """

def score(
    crystal: Crystal, phases: ArrayLike, hkl: ArrayLike | None = None, *, expanded: bool = True
) -> Scores:
    """Figures of merit of phases without solving: ``phases`` (N,) or (T, N) in radians, NaN where there is none, of ``hkl`` (N, 3), or of
    ``crystal.hkl``. ``expanded``: they are those of unique reflections at the origin of the space group, else of the P1 sphere."""

def screen(
    crystal: Crystal,
    model: _Path,
    *,
    fractions: Sequence[float] = ...,
    bins: Sequence[int] = ...,
    wrong: Sequence[float] = ...,
    methods: Sequence[str] = ...,
    resolutions: Sequence[float] = ...,
    completeness: Sequence[float] = ...,
    strong: bool = True,
    draws: int = 10,
    device: str = "auto",
    threads: int | None = None,
) -> Tallies:
    """How good seeds must be: trials from seeds of every combination, made of the phases of the structure in the file ``model``.
    ``fractions`` of the strongest third of the reflections (of all where not ``strong``) in so many phase ``bins``, a fraction ``wrong``
    of them in a wrong one; ``draws`` trials each."""

def simulate(
    model: _Path,
    d_min: float,
    *,
    noise: float = 0.0,
    completeness: float = 1.0,
    missing_cone: float | None = None,
    radiation: _Radiation = "xray",
    seed: int = 1,
) -> Crystal:
    """A measurement that never was, of the model in a CIF, to ``d_min`` angstrom. ``noise`` R: sigma^2 = (R I)^2 + (0.1 R <I>)^2;
    ``missing_cone``: degrees about c* without measurements."""
