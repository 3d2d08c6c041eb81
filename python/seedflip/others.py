"""Results as objects of other packages, which are imported when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas

    from ._seedflip import Result

# Two images of an atom that are nearer to each other than this, in angstrom, are one atom on a special position.
SAME_PLACE = 0.3


def to_gemmi(result: Result) -> Any:
    """The first structure as ``gemmi.SmallStructure``: cell, space group and atoms of the asymmetric unit."""
    import gemmi

    structure = gemmi.SmallStructure()
    structure.cell = gemmi.UnitCell(*result.cell)
    structure.spacegroup_hm = result.space_group or ""
    structure.symops = list(result.symops)
    structure.determine_and_set_spacegroup("SH")
    atoms = result.atoms
    for label, element, xyz, occupancy, u_iso in zip(
        atoms["label"], atoms["element"], atoms["xyz"], atoms["occupancy"], atoms["u_iso"], strict=True
    ):
        site = gemmi.SmallStructure.Site()
        site.label = label
        site.type_symbol = element
        site.element = gemmi.Element(element)
        site.fract = gemmi.Fractional(*(float(x) for x in xyz))
        site.occ = float(occupancy)
        site.u_iso = float(u_iso)
        structure.add_site(site)
    return structure


def to_ase(result: Result) -> Any:
    """The first structure as ``ase.Atoms``: every atom of the unit cell, periodic."""
    import ase
    from ase.geometry import cellpar_to_cell

    axes = cellpar_to_cell(result.cell)
    atoms = result.atoms
    symbols: list[str] = []
    places: list[np.ndarray[Any, np.dtype[np.float64]]] = []
    for element, xyz in zip(atoms["element"], atoms["xyz"], strict=True):
        own: list[np.ndarray[Any, np.dtype[np.float64]]] = []
        for operation in result.symops:
            image = _applied(operation, xyz) % 1.0
            shifts = [image - other - np.round(image - other) for other in own]
            if all(np.linalg.norm(shift @ axes) > SAME_PLACE for shift in shifts):
                own.append(image)
        symbols += ["H" if element == "D" else element] * len(own)
        places += own
    return ase.Atoms(symbols, scaled_positions=np.array(places).reshape(-1, 3), cell=axes, pbc=True)


def to_pandas(result: Result) -> pandas.DataFrame:
    """The trials as ``pandas.DataFrame``: a row for each, best first, columns as in ``Result.trials``."""
    import pandas

    return pandas.DataFrame(result.trials)


def _applied(operation: str, xyz: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """An operation such as ``-x,y+1/2,-z`` on fractional coordinates."""
    image = np.zeros(3)
    for axis, component in enumerate(operation.split(",")):
        for term in component.replace("-", "+-").split("+"):
            sign = -1.0 if term.startswith("-") else 1.0
            body = term.lstrip("-")
            if body[-1:] in ("x", "y", "z"):
                factor = body[:-1].rstrip("*")
                image[axis] += sign * (float(factor) if factor else 1.0) * xyz["xyz".index(body[-1])]
            elif body:
                number, _, divisor = body.partition("/")
                image[axis] += sign * float(number) / float(divisor or 1)
    return image
