"""Trains the denoisers of message passing on simulated crystals and writes ../src/twins/{reshape,pair}_weights.rs.

usage: train.py [--net point|pair] [--steps N] [--out FILE]

A field of message passing is c = a F + noise. For crystals of crystals.py to several resolutions, any height
s = a √(M/N) and white noise, the density is made that tells most of F beyond what the field says itself. One core, about
two minutes for the reshaped posterior (point), three for the one that knows distances (pair); the same seed gives the same
weights.
"""
import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import pair
from crystals import crystals
from information import FLOOR, information
from sphere import Sphere

CRYSTALS = 80
SEED = 1
BATCH = 4
LOWEST, HIGHEST = 0.45, 0.97  # heights: from there to a share of √(M/N)
TOLD = 0.25  # ln of the N that the denoiser is told is off by so much


@dataclass
class Case:
    """A crystal at a resolution: its E, and atoms other than hydrogen."""
    e: np.ndarray
    atoms: int


def cases(sphere, boxes, rng):
    """Half of the crystals get equal atoms, half keep their hydrogens; B of all and its spread differ."""
    made = []
    for box in boxes:
        power = box.elements.astype(np.float32)
        hydrogen = box.elements == 1
        if rng.random() < 0.5:
            power[~hydrogen] = 7
        if rng.random() < 0.5:
            power[hydrogen] = 0
        b = rng.uniform(2, 12) * np.exp(rng.choice([0, 0.25, 0.5]) * rng.normal(size=len(power)))
        b[hydrogen] += 8
        made.append(Case(sphere.structure_factors(box, power, b), int((~hydrogen).sum())))
    return made


def features(s, ratio):
    """What slope and offset are made of: all products of up to two of ln s, s/√(M/N), ln(M/N)/4."""
    x, y, z = np.log(s), s / np.sqrt(ratio), 0.25 * np.log(ratio)
    return np.array([1, x, y, z, x * x, x * y, x * z, y * y, y * z, z * z])


class Point:
    """f = 1/(1 + exp(−(a t + b))), t = s u − s²/2 − ln(M/N − 1); ln a and b are sums of features."""

    def __init__(self):
        self.weights = np.zeros((2, 10))

    def loss(self, sphere, f, c, u, s, atoms):
        """−ln(information + FLOOR) and its gradient with respect to the weights."""
        ratio = sphere.m / atoms
        inputs = features(s, ratio)
        log_a, b = self.weights @ inputs
        t = np.exp(log_a) * (s * u - s * s / 2 - np.log(max(ratio - 1, 1)))
        y = 1 / (1 + np.exp(-(t + b)))
        gained, gradient = information(sphere, f, c, y)
        gradient = gradient * y * (1 - y) / -(gained + FLOOR)
        return -np.log(gained + FLOOR), np.outer([(gradient * t).sum(), gradient.sum()], inputs)


def logistic(sphere, f, c, u, s, atoms):
    """The same of the plain logistic, with N as it is or threefold, whichever is better."""
    t = s * u - s * s / 2
    made = [1 / (1 + np.exp(np.log(max(sphere.m / (n * atoms) - 1, 1)) - t)) for n in (1, 3)]
    return -np.log(max(information(sphere, f, c, y)[0] for y in made) + FLOOR)


def draw(sphere, case, rng):
    """A noisy field of a crystal: F, field, map in units of its σ, height, atoms told."""
    f = sphere.shifted(case.e, rng)
    highest = np.sqrt(sphere.m / case.atoms)
    s = np.exp(rng.uniform(np.log(LOWEST), np.log(HIGHEST * highest)))
    share = min(s / highest, 0.985)
    c = share * f + np.sqrt(1 - share**2) * sphere.white_noise(rng)
    x = sphere.map(c)
    return f, c, x / x.std(), s, case.atoms * np.exp(TOLD * rng.normal())


@dataclass
class Course:
    """How a net is trained."""
    resolutions: dict  # Å, and their shares of the steps
    steps: int
    rate: float  # of Adam
    make: object  # the net, from random numbers
    written: object  # its weights as the program reads them
    out: str


def train(course, steps):
    rng = np.random.default_rng(SEED)
    begun = time.process_time()
    boxes = crystals(SEED, CRYSTALS)
    spheres = {d: Sphere(d) for d in course.resolutions}
    sets = {d: cases(sphere, boxes, rng) for d, sphere in spheres.items()}
    print(f"{len(boxes)} crystals, {time.process_time() - begun:.0f} s", flush=True)
    net, first, second, gains = course.make(rng), 0.0, 0.0, {d: [] for d in course.resolutions}
    for step in range(1, steps + 1):
        d = rng.choice(list(course.resolutions), p=list(course.resolutions.values()))
        gradient = 0.0
        for _ in range(BATCH):
            drawn = draw(spheres[d], sets[d][rng.integers(len(boxes))], rng)
            loss, part = net.loss(spheres[d], *drawn)
            gains[d].append(logistic(spheres[d], *drawn) - loss)
            gradient = gradient + part / BATCH
        gradient = gradient / max(1.0, np.linalg.norm(gradient))
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        rate = course.rate * min(1, step / 40) * 0.5 * (1 + np.cos(np.pi * step / steps))
        net.weights -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        if step % 100 == 0:
            line = " ".join(f"{d}: {np.mean(gain[-200:]):.3f}" for d, gain in gains.items() if gain)
            print(f"{step} {time.process_time() - begun:.0f} s, gain over the logistic at {line}", flush=True)
    return net


def point_written(net):
    """The weights of `Point` as the program reads them."""
    def row(name, what, values):
        digits = ", ".join(f"{value:.4f}" for value in values)
        return f"/// {what}.\npub const {name}: [f64; FEATURES] =\n    [{digits}];\n"
    slope, offset = net.weights
    return (
        "//! Weights of the reshaped posterior: written by `training/train.py`, from simulated packed molecules, no measured data.\n\n"
        "/// All products of up to two of x = ln s, y = s/√(M/N) and z = ln(M/N)/4: 1, x, y, z, x², xy, xz, y², yz, z².\n"
        "pub const FEATURES: usize = 10;\n\n"
        + row("LN_SLOPE", "ln a", slope) + "\n" + row("OFFSET", "b", offset)
    )


COURSES = {
    "point": Course({0.8: 0.1, 1.0: 0.2, 1.2: 0.25, 1.5: 0.2, 1.75: 0.1, 2.0: 0.15}, 3000, 0.02, lambda _: Point(),
                    point_written, "reshape_weights.rs"),
    "pair": Course({1.0: 0.2, 1.2: 0.25, 1.5: 0.3, 1.75: 0.1, 2.0: 0.15}, 8000, 0.01, pair.Pair, pair.written,
                   "pair_weights.rs"),
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--net", choices=COURSES)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    for name in [options.net] if options.net else COURSES:
        course = COURSES[name]
        out = options.out or Path(__file__).parents[1] / "src/twins" / course.out
        out.write_text(course.written(train(course, options.steps or course.steps)))
