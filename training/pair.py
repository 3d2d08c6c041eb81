"""A denoiser that knows how far atoms stand from each other, and its gradient.

    t  = s u − s²/2 − ln(M/N − 1)
    f₀ = 1/(1 + exp(−(a₀ t + b₀)))
    q  = FT⁻¹[ W(|h|) FT(f₀)/⟨f₀⟩ + V(|h|) FT(u) ]          over the sphere, without 0 0 0
    y  = 1/(1 + exp(−(a t + b + q)))

W and V are sums of the transforms of spherical shells at RADII, blurred by BLUR·d. a₀, b₀, a, b and the coefficients of
the shells come from two small nets of ln s, s/√(M/N) and ln(M/N)/4.
"""
import numpy as np

from information import loss

RADII = (0.0, 0.6, 1.0, 1.25, 1.5, 1.75, 2.1, 2.5, 2.9, 3.8, 5.0)  # Å
BLUR = 0.2  # of d: standard deviation of a shell
LEAST = 1e-4  # is added to ⟨f₀⟩
HIDDEN = 12
INPUTS = 3
FIRST = 2  # outputs of the first net: ln a₀, b₀
SECOND = 2 + 2 * len(RADII)  # of the second: ln a, b, coefficients of W, of V


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


def inputs(s, ratio):
    """What the nets see of a height s and of M/N."""
    return np.array([np.log(s), s / np.sqrt(ratio), 0.25 * np.log(ratio)])


def shells(lengths, d):
    """Transforms of the blurred shells at |h| = lengths (1/Å): one row for each radius."""
    blur = np.exp(-2 * (np.pi * BLUR * d * lengths)**2)
    return np.array([np.sinc(2 * lengths * radius) * blur for radius in RADII])


class Net:
    """INPUTS → HIDDEN (tanh) → outputs, its weights a stretch of one vector."""

    def __init__(self, rng, outputs):
        wide, deep = 1 / np.sqrt(INPUTS), 1 / np.sqrt(HIDDEN)
        self.shapes = [(HIDDEN, INPUTS), (HIDDEN,), (outputs, HIDDEN), (outputs,)]
        self.size = sum(int(np.prod(shape)) for shape in self.shapes)
        self.start = np.concatenate([rng.uniform(-wide, wide, HIDDEN * INPUTS), rng.uniform(-wide, wide, HIDDEN),
                                     0.1 * rng.uniform(-deep, deep, outputs * HIDDEN), np.zeros(outputs)])

    def parts(self, weights):
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])[:-1]
        return [part.reshape(shape) for part, shape in zip(np.split(weights, ends), self.shapes)]

    def forward(self, weights, x):
        w, b, v, c = self.parts(weights)
        hidden = np.tanh(w @ x + b)
        return v @ hidden + c, hidden

    def backward(self, weights, x, hidden, gradient):
        v = self.parts(weights)[2]
        inner = (v.T @ gradient) * (1 - hidden**2)
        return np.concatenate([np.outer(inner, x).ravel(), inner, np.outer(gradient, hidden).ravel(), gradient])


class Pair:
    """The denoiser, all its weights in one vector."""

    def __init__(self, rng):
        self.first, self.second = Net(rng, FIRST), Net(rng, SECOND)
        self.second_from = self.first.size
        self.weights = np.concatenate([self.first.start, self.second.start])
        self.weights[self.first.size - 1] = 1.0  # b₀: bold at first
        self.bases = {}

    def basis(self, sphere):
        """`shells` of a sphere, made once."""
        if sphere.d not in self.bases:
            self.bases[sphere.d] = shells(np.sqrt(sphere.squared), sphere.d).astype(np.float32)
        return self.bases[sphere.d]

    def shape(self, s, ratio):
        """a₀, b₀, a, b, coefficients of W, of V."""
        x, at = inputs(s, ratio), self.second_from
        (log_a0, b0), _ = self.first.forward(self.weights[:at], x)
        second, _ = self.second.forward(self.weights[at:], x)
        w, v = np.split(second[2:], 2)
        return np.exp(log_a0), b0, np.exp(second[0]), second[1], w, v

    def loss(self, sphere, f, c, u, s, atoms):
        """The loss and its gradient with respect to the weights."""
        ratio, at = sphere.m / atoms, self.second_from
        x = inputs(s, ratio)
        (log_a0, b0), hidden0 = self.first.forward(self.weights[:at], x)
        out, hidden = self.second.forward(self.weights[at:], x)
        a0, a = np.exp(log_a0), np.exp(out[0])
        w, v = np.split(out[2:].astype(np.float32), 2)
        t = (s * u - s * s / 2 - np.log(max(ratio - 1, 1))).astype(np.float32)
        f0 = sigmoid(np.float32(a0) * t + np.float32(b0))
        mean = f0.mean() + LEAST
        basis = self.basis(sphere)
        big_w, big_v = w @ basis, v @ basis
        of_f0, of_u = sphere.coefficients(f0) / mean, sphere.coefficients(u)
        q_f0 = sphere.map(big_w * of_f0)
        y = sigmoid(np.float32(a) * t + np.float32(out[1]) + q_f0 + sphere.map(big_v * of_u))
        value, gradient = loss(sphere, f, c, y)
        g = (gradient * y * (1 - y)).astype(np.float32)
        g_h = sphere.coefficients(g)
        weighted = sphere.weight * sphere.n**3
        second = np.concatenate([[a * float((g * t).sum()), float(g.sum())],
                                 basis @ (weighted * (of_f0 * g_h.conj()).real),
                                 basis @ (weighted * (of_u * g_h.conj()).real)])
        g0 = sphere.map(big_w * g_h) / mean - float((g * q_f0).sum()) / (mean * sphere.n**3)
        g0 = g0 * f0 * (1 - f0)
        first = np.array([a0 * float((g0 * t).sum()), float(g0.sum())])
        return value, np.concatenate([self.first.backward(self.weights[:at], x, hidden0, first),
                                      self.second.backward(self.weights[at:], x, hidden, second)])


def written(net):
    """The weights as the program reads them."""
    def rows(name, what, values, per=12):
        lines = [", ".join(f"{value:.4f}" for value in values[i:i + per]) for i in range(0, len(values), per)]
        return f"/// {what}.\npub const {name}: [f64; {len(values)}] = [\n    " + ",\n    ".join(lines) + ",\n];\n"
    names = ["the hidden layer, by its units", "its offsets", "the outputs, by themselves", "their offsets"]
    parts = []
    at = net.second_from
    for prefix, whose, part, weights in [("FIRST", "first", net.first, net.weights[:at]),
                                         ("SECOND", "second", net.second, net.weights[at:])]:
        made = ["HIDDEN", "HIDDEN_OFFSET", "OUT", "OUT_OFFSET"]
        for name, what, values in zip(made, names, part.parts(weights)):
            parts.append(rows(f"{prefix}_{name}", f"Of the {whose} net {what}", values.ravel()))
    radii = ", ".join(str(radius) for radius in RADII)
    return (
        "//! Weights of the pair prior: written by `training/train.py`, from simulated packed molecules, no measured data.\n\n"
        f"/// Radii of the shells, Å.\npub const RADII: [f64; {len(RADII)}] = [{radii}];\n"
        f"/// Standard deviation of a shell, of d.\npub const BLUR: f64 = {BLUR};\n"
        f"/// Is added to ⟨f₀⟩.\npub const LEAST: f64 = {LEAST};\n"
        f"/// Units of the hidden layer of both nets.\npub const HIDDEN: usize = {HIDDEN};\n\n"
        + "\n".join(parts)
    )
