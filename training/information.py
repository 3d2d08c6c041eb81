"""What a density says of a crystal beyond the field that it was made from: the loss of all denoisers."""
import numpy as np

FLOOR = 0.004  # of the information: without it the loss is ruled by heights at which nothing is to be won


def information(sphere, f, c, density):
    """What the density says of F beyond the field c that it was made from, and its gradient with respect to the density."""
    dot, d = sphere.dot, sphere.coefficients(density)
    power = dot(f, f)
    d = d - dot(d, c) / dot(c, c) * c
    along, own = dot(f, d), dot(d, d) + 1e-20
    before, more = dot(f, c)**2 / dot(c, c) / power, along**2 / own / power
    left = 1 - before - more
    gradient = 2 * along / own / power * (f - along / own * d)
    gradient = gradient - dot(gradient, c) / dot(c, c) * c
    return more / left, (1 - before) / left**2 * sphere.map(gradient) / sphere.n**3


def loss(sphere, f, c, density):
    """−ln(information + FLOOR), and its gradient with respect to the density."""
    gained, gradient = information(sphere, f, c, density)
    return -np.log(gained + FLOOR), gradient / -(gained + FLOOR)
