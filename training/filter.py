"""Shows what the pair prior has learned: a table of its filter by distance, and a picture of it, docs/images/pair-filter.svg.

usage: filter.py

An atom that is certain to stand somewhere adds to the log odds of an atom at distance r from there
18 Å³ · Σ w S(r), S being the shells of pair.py with unit volume; 18 Å³ is the room of an atom.
"""
import re
from pathlib import Path

import numpy as np

import pair

ROOT = Path(__file__).parents[1]
ROOM = 18.0  # Å³ per atom
CASES = {1.2: 48.0, 1.5: 25.0}  # M/N of organic crystals at these d, Å
HEIGHTS = (1.2, 2.5, 3.5)
SHOWN = np.arange(0.8, 6.01, 0.02)  # Å
LISTED = (1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.5, 4.0, 5.0)


def shipped():
    """The net with the weights that the program has."""
    text = (ROOT / "src/twins/pair_weights.rs").read_text()
    found = dict(re.findall(r"pub const (\w+): \[f64; \d+\] = \[([^\]]*)\]", text))
    names = [p + n for p in ("FIRST_", "SECOND_") for n in ("HIDDEN", "HIDDEN_OFFSET", "OUT", "OUT_OFFSET")]
    net = pair.Pair(np.random.default_rng(0))
    net.weights = np.array([float(x) for name in names for x in found[name].split(",") if x.strip()])
    return net


def shell(r, radius, sigma):
    """A shell of unit volume, blurred, at distance r."""
    if radius == 0:
        return (2 * np.pi * sigma**2)**-1.5 * np.exp(-r**2 / (2 * sigma**2))
    wave = [np.exp(-(r - sign * radius)**2 / (2 * sigma**2)) for sign in (1, -1)]
    return (wave[0] - wave[1]) / (4 * np.pi * r * radius * sigma * np.sqrt(2 * np.pi))


def odds(net, d, s, r):
    """What a certain atom adds at distance r."""
    w = net.shape(s, CASES[d])[4]
    return ROOM * sum(part * shell(r, radius, pair.BLUR * d) for part, radius in zip(w, pair.RADII))


def table(net):
    rows = [f"| d, s | {' | '.join(f'{r:g}' for r in LISTED)} |", "|---" * (len(LISTED) + 1) + "|"]
    for d in CASES:
        for s in HEIGHTS:
            values = odds(net, d, s, np.array(LISTED))
            rows.append(f"| {d} Å, {s} | " + " | ".join(f"{value:+.1f}" for value in values) + " |")
    return "\n".join(rows)


def picture(net, d=1.5):
    """Curves of one resolution as SVG."""
    wide, high, left, top = 640, 300, 50, 20
    low, most = -1.0, 2.0
    x = lambda r: left + (r - SHOWN[0]) / (SHOWN[-1] - SHOWN[0]) * (wide - left - 20)
    y = lambda v: top + (most - v) / (most - low) * (high - top - 40)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="12">',
             f'<rect width="{wide}" height="{high}" fill="white"/>',
             f'<line x1="{left}" x2="{wide - 20}" y1="{y(0):.1f}" y2="{y(0):.1f}" stroke="#888"/>']
    for r in range(1, 7):
        parts.append(f'<text x="{x(r):.1f}" y="{high - 22}" text-anchor="middle">{r}</text>')
        parts.append(f'<line x1="{x(r):.1f}" x2="{x(r):.1f}" y1="{top}" y2="{high - 40}" stroke="#eee"/>')
    for v in (-1, 0, 1, 2):
        parts.append(f'<text x="{left - 8}" y="{y(v) + 4:.1f}" text-anchor="end">{v:+d}</text>')
    for s, colour in zip(HEIGHTS, ("#1b6ca8", "#d1495b", "#66a182")):
        values = np.clip(odds(net, d, s, SHOWN), low, most)
        points = " ".join(f"{x(r):.1f},{y(v):.1f}" for r, v in zip(SHOWN, values))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        row = top + 14 + 16 * HEIGHTS.index(s)
        parts.append(f'<text x="{wide - 90}" y="{row}" fill="{colour}">s = {s}</text>')
    parts.append(f'<text x="{wide / 2}" y="{high - 4}" text-anchor="middle">distance from a certain atom, Å (d = {d} Å)</text>')
    parts.append("</svg>\n")
    return "\n".join(parts)


if __name__ == "__main__":
    trained = shipped()
    print(table(trained))
    (ROOT / "docs/images/pair-filter.svg").write_text(picture(trained))
