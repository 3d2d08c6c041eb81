"""Reflections, maps and normalised structure factors of the cubes, in single precision."""
import numpy as np

from crystals import EDGE

SAMPLING = 2.5  # grid points per d: of 2.5 and 3 the better by trials of measured data, within their noise (docs/denoiser.md)


def smooth(n):
    """Smallest even 2·3·5-smooth number from n on."""
    def rest(m):
        for p in (2, 3, 5):
            while m % p == 0:
                m //= p
        return m
    while n % 2 or rest(n) > 1:
        n += 1
    return n


class Sphere:
    """All reflections of a cube to d, without 0 0 0: the half that a real transform keeps.

    weight: how often each counts in the whole sphere; m: reflections of the whole sphere.
    """

    def __init__(self, d):
        self.d = d
        high = int(EDGE / d)
        self.n = smooth(max(int(np.ceil(SAMPLING * EDGE / d)), 2 * high + 1))
        axis = np.arange(-high, high + 1)
        h = np.array(np.meshgrid(axis, axis, axis[high:], indexing="ij")).reshape(3, -1).T
        squared = (h**2).sum(1) / EDGE**2
        inside = (squared > 0) & (squared <= d**-2 + 1e-9)
        self.h, self.squared = h[inside], squared[inside]
        self.weight = np.where(self.h[:, 2] > 0, 2.0, 1.0).astype(np.float32)
        self.m = float(self.weight.sum())
        self.place = np.ravel_multi_index((self.h % [self.n, self.n, 2 * self.n]).T, (self.n, self.n, self.n // 2 + 1))

    def map(self, coefficients):
        """The map of Hermitian coefficients, not normalised."""
        n = self.n
        grid = np.zeros(n * n * (n // 2 + 1), np.complex64)
        grid[self.place] = coefficients
        return np.fft.irfftn(grid.reshape(n, n, -1), (n, n, n), norm="forward")

    def coefficients(self, density):
        """Its inverse."""
        return np.fft.rfftn(density, norm="forward").ravel()[self.place]

    def dot(self, a, b):
        """Σ Re a b* over the whole sphere."""
        return float(np.dot(self.weight, (a * b.conj()).real))

    def structure_factors(self, crystal, power, b):
        """E of point atoms with form factors power·exp(−b s²/4)."""
        fractional = (crystal.positions / EDGE).astype(np.float32)
        f = np.zeros(len(self.h), np.complex64)
        for part in np.array_split(np.arange(len(self.h)), 1 + len(self.h) * len(power) // 2_000_000):
            phase = np.exp(2j * np.pi * (self.h[part].astype(np.float32) @ fractional.T))
            fall = np.exp(-np.outer(self.squared[part] / 4, b).astype(np.float32))
            f[part] = (phase * fall) @ power
        return self.normalised(f)

    def normalised(self, f, shell=300):
        """E: |F|² divided by its mean at this resolution."""
        order = np.argsort(self.squared, kind="stable")
        shells = np.array_split(order, max(1, len(order) // shell))
        middle = np.array([self.squared[s].mean() for s in shells])
        mean = np.log([(np.abs(f[s])**2).mean() for s in shells])
        e = f / np.exp(0.5 * np.interp(self.squared, middle, mean))
        return (e / np.sqrt(self.dot(e, e) / self.m)).astype(np.complex64)

    def white_noise(self, rng):
        """Hermitian noise of mean power 1."""
        noise = self.coefficients(rng.standard_normal((self.n,) * 3, dtype=np.float32))
        return noise / np.sqrt(self.dot(noise, noise) / self.m)

    def shifted(self, f, rng):
        """The same crystal about another origin."""
        return f * np.exp(2j * np.pi * (self.h @ rng.random(3))).astype(np.complex64)
