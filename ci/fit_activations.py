#!/usr/bin/env python3
"""Fits the inverses of activations that org.bdia.activation.Inversion holds; needs numpy and scipy.

usage: fit_activations.py

An activation f with its one minimum m at x = T is inverted on either side of T by a polynomial in a variable in which the inverse is
smooth, at the minimum and far away from it:

    left    x = T + P(v),  v = sqrt(-log(1 - z/|m|)),  z = y - m    (the tail decays like exp(-x^2/2) or exp(x))
    right   x = T + R(v),  v = sqrt(z)

What counts is f'(x), so the error of x is weighted with |f''(x)| before its maximum is minimised (a linear programme). Beyond v^2 = 16
on the left and x = CUT on the right f' is constant to 1e-6: v is clamped there. Prints the coefficients, lowest first, and the
largest error of f' over a dense grid.
"""

import sys

import numpy as np
from scipy.optimize import brentq, linprog
from scipy.special import expit, ndtr

ROOT = np.sqrt(2 / np.pi)


def normal(x):
    return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


def gate(x):
    return expit(2 * ROOT * (x + 0.044715 * x**3))


def gelu_tanh_slope(x):
    return gate(x) * (1 + x * gate(-x) * 2 * ROOT * (1 + 3 * 0.044715 * x * x))


# name: f, f', CUT, degrees left and right
ACTIVATIONS = {
    "GELU": (lambda x: x * ndtr(x), lambda x: ndtr(x) + x * normal(x), 5.5, 4, 6),
    "GELU_TANH": (lambda x: x * gate(x), gelu_tanh_slope, 5.5, 4, 6),
    "SILU": (lambda x: x * expit(x), lambda x: expit(x) * (1 + x * expit(-x)), 17.0, 4, 7),
}
LEFT, NODES, DENSE = 16.0, 1000, 400_001


def chebyshev(count):
    return (np.cos(np.linspace(0, np.pi, count)) + 1) / 2


def variable(y, low, left):
    z = np.maximum(y - low, 0)
    return np.sqrt(-np.log1p(z / low)) if left else np.sqrt(z)


def fit(x, v, weight, turn, degree):
    powers = v[:, None] ** np.arange(1, degree + 1)
    scale = np.abs(powers).max(0)
    rows = weight[:, None] * powers / scale
    target = weight * (x - turn)
    error = -np.ones((len(x), 1))
    solution = linprog(
        np.r_[np.zeros(degree), 1],
        A_ub=1e4 * np.r_[np.c_[rows, error], np.c_[-rows, error]],
        b_ub=1e4 * np.r_[target, -target],
        bounds=(None, None),
    )
    return solution.x[:-1] / scale


def main():
    for name, (f, slope, cut, *degrees) in ACTIVATIONS.items():
        turn = brentq(slope, -3, -0.3, xtol=1e-16)
        low = f(turn)
        print(f"{name}: turn {float(turn)!r}, minimum {float(low)!r}")
        left_cut = brentq(lambda x: f(x) - low * np.exp(-LEFT), -50, turn)
        for side, end, degree in (("left", left_cut, degrees[0]), ("right", cut, degrees[1])):
            left = side == "left"
            near = -1e-3 if left else 1e-3  # closer to T the minimum of f drowns z in float64
            x = turn + near + chebyshev(NODES) ** 2 * (end - turn - near)
            bend = np.abs(slope(x + 1e-5) - slope(x - 1e-5)) / 2e-5
            coefficients = fit(x, variable(f(x), low, left), bend + (0 if left else 1e-4), turn, degree)
            dense = np.linspace(turn, end, DENSE)
            v = variable(f(dense), low, left)
            found = slope(turn + np.polyval(np.r_[coefficients[::-1], 0], v))
            print(f"  {side} up to v^2 = {v.max() ** 2:.6g}, x = {end:.3f}, error {np.abs(found - slope(dense)).max():.2e}")
            print("   ", ", ".join(f"{c:.10g}" for c in coefficients))


if __name__ == "__main__":
    main()
