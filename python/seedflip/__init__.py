"""seedflip solves crystal structures from single-crystal diffraction amplitudes.

    >>> import seedflip
    >>> crystal = seedflip.Crystal.from_shelx("NAME.ins")
    >>> result = seedflip.solve(crystal)
    >>> result.solved, result.space_group, result.r1

Phases are radians of F(h) = sum f exp(+2 pi i h.x); lengths are in angstrom, angles of cells in degrees, U in square
angstrom. Errors are ``SeedflipError`` with one line that says what to do.
"""

from ._seedflip import Crystal, Result, Seeds, SeedflipError, __version__, score, screen, simulate, solve

__all__ = [
    "Crystal",
    "Result",
    "SeedflipError",
    "Seeds",
    "__version__",
    "score",
    "screen",
    "simulate",
    "solve",
]
