"""Crystals that nobody measured: molecules packed into periodic cubes, for training denoisers.

Molecules are those of molecules.smi, built by RDKit, and peptides of random sequence. They are put into a cube at random,
pushed apart until atoms of different molecules stand CONTACT from each other, and holes are filled with water. No published
structure and no measured intensity comes in.
"""
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rdkit import Chem, RDLogger
from rdkit.Chem import AllChem

RDLogger.DisableLog("rdApp.*")

EDGE = 14.4  # Å of the cube
VOLUME_PER_ATOM = (17.0, 24.0)  # Å³ per atom other than hydrogen: dense organic crystals to proteins with solvent
CONTACT = 3.5  # Å between atoms of different molecules, hydrogens left out
OVERLAP = 0.5  # Å by which a contact may be shorter
WATER = 2.9  # Å from a water to its nearest neighbour
WATER_SHARE = 0.08  # of all atoms, at most
CONFORMERS = 2  # of each molecule of the list
PEPTIDES = 40
RESIDUES = (2, 8)
FREQUENCY = dict(zip("ACDEFGHIKLMNPQRSTVWY",
                     (8, 2, 5, 5, 4, 8, 2, 6, 5, 9, 2, 4, 5, 4, 5, 7, 6, 7, 1.5, 3.5)))


@dataclass
class Crystal:
    """Positions in Å in a cube of EDGE, and atomic numbers."""
    positions: np.ndarray
    elements: np.ndarray


def built(molecule, seed):
    """Positions and elements of a conformer with hydrogens, or None where RDKit finds none."""
    molecule = Chem.AddHs(molecule)
    if AllChem.EmbedMolecule(molecule, randomSeed=seed, maxAttempts=3) != 0:
        return None
    if AllChem.MMFFHasAllMoleculeParams(molecule):
        AllChem.MMFFOptimizeMolecule(molecule, maxIters=60)
    elements = np.array([atom.GetAtomicNum() for atom in molecule.GetAtoms()])
    return molecule.GetConformer().GetPositions(), elements


def library(rng):
    """Conformers of all molecules."""
    listed = (Path(__file__).parent / "molecules.smi").read_text().split()
    molecules = [Chem.MolFromSmiles(smiles) for smiles in listed for _ in range(CONFORMERS)]
    weights = np.array(list(FREQUENCY.values()))
    for _ in range(PEPTIDES):
        length = rng.integers(RESIDUES[0], RESIDUES[1] + 1)
        sequence = rng.choice(list(FREQUENCY), length, p=weights / weights.sum())
        molecules.append(Chem.MolFromSequence("".join(sequence)))
    made = [built(molecule, int(rng.integers(10**6))) for molecule in molecules]
    return [conformer for conformer in made if conformer]


def rotation(rng):
    """A random rotation, from a quaternion."""
    w, x, y, z = (q := rng.normal(size=4)) / np.linalg.norm(q)
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                     [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                     [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])


def turned(axis_angle):
    """Rodrigues' rotation, at most 0.15 rad."""
    angle = np.linalg.norm(axis_angle)
    if angle < 1e-9:
        return np.eye(3)
    x, y, z = axis_angle / angle
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = min(angle, 0.15)
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


def pushed_apart(positions, elements, owner):
    """Rigid molecules moved and turned until no contact is too short, or for 120 rounds."""
    heavy = elements > 1
    mine = owner[heavy]
    same = mine[:, None] == mine[None]
    members = [np.where(owner == i)[0] for i in range(owner.max() + 1)]
    for _ in range(120):
        q = positions[heavy]
        d = q[:, None] - q[None]
        d -= EDGE * np.round(d / EDGE)
        r = np.sqrt((d**2).sum(-1) + 1e-9)
        r[same] = np.inf
        short = np.maximum(0, CONTACT - r)
        if short.max() < OVERLAP:
            break
        force = (d / np.where(np.isinf(r), 1, r)[..., None] * short[..., None]).sum(1)
        for i, member in enumerate(members):
            of = mine == i
            centre = positions[member].mean(0)
            arm = q[of] - centre
            move = force[of].sum(0) * (0.5 / np.sqrt(max(of.sum(), 1)))
            move *= min(1, 0.5 / max(1e-9, np.linalg.norm(move)))
            torque = np.cross(arm, force[of]).sum(0)
            turn = turned(torque / max(1.0, (arm**2).sum()) * 0.8)
            positions[member] = (positions[member] - centre) @ turn.T + centre + move
    return positions


def packed(rng, conformers):
    """One crystal."""
    wanted = EDGE**3 / rng.uniform(*VOLUME_PER_ATOM)
    positions, elements, owner, atoms = [], [], [], 0
    for i in rng.permutation(len(conformers)):
        p, z = conformers[i]
        heavy = (z > 1).sum()
        if atoms + heavy > 1.03 * wanted:
            if atoms > 0.93 * wanted:
                break
            continue
        if np.ptp(p, axis=0).max() > 1.3 * EDGE:
            continue
        positions.append((p - p.mean(0)) @ rotation(rng).T + rng.uniform(0, EDGE, 3))
        owner.append(np.full(len(z), len(elements)))
        elements.append(z)
        atoms += heavy
    elements = np.concatenate(elements)
    positions = pushed_apart(np.vstack(positions), elements, np.concatenate(owner))
    taken = list(positions[elements > 1])
    waters = []
    for _ in range(600):
        if len(waters) > WATER_SHARE * wanted:
            break
        place = rng.uniform(0, EDGE, 3)
        d = np.array(taken) - place
        d -= EDGE * np.round(d / EDGE)
        if np.sqrt((d**2).sum(1)).min() > WATER:
            taken.append(place)
            waters.append(place)
    if waters:
        positions = np.vstack([positions, waters])
        elements = np.concatenate([elements, np.full(len(waters), 8)])
    return Crystal(positions % EDGE, elements)


def crystals(seed, count):
    """`count` crystals, the same for the same seed."""
    rng = np.random.default_rng(seed)
    conformers = library(rng)
    return [packed(rng, conformers) for _ in range(count)]
