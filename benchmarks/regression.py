"""Logistic regression with a quadratic penalty on features by name (scipy's L-BFGS), and its cross-validation by group."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

PENALTY = 3.3    # half of the squared length of the weights of standardised features; chosen by cross-validation
FOLDS = 10


def fit(values: Sequence[Mapping[str, float]], labels: Sequence[bool]) -> tuple[float, dict[str, float]]:
    """Bias and weights for the features as they are (standardised for the fit only), rounded to four decimals."""
    names = sorted({name for found in values for name in found})
    matrix = np.array([[found.get(name, 0.0) for name in names] for found in values])
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
    spread[spread == 0] = 1.0
    scaled, signs = (matrix - mean) / spread, np.where(labels, 1.0, -1.0)

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        margin = signs * (point[0] + scaled @ point[1:])
        pull = -signs * expit(-margin)
        value = float(np.logaddexp(0, -margin).sum() + PENALTY / 2 * point[1:] @ point[1:])
        return value, np.concatenate([[pull.sum()], scaled.T @ pull + PENALTY * point[1:]])

    point = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x
    weights = point[1:] / spread
    return round(float(point[0] - weights @ mean), 4), dict(zip(names, (round(float(weight), 4) for weight in weights), strict=True))


def probability(bias: float, weights: Mapping[str, float], found: Mapping[str, float]) -> float:
    """Of the label, 0 to 1."""
    return float(expit(bias + sum(weights.get(name, 0.0) * value for name, value in found.items())))


def folds(values: Sequence[Mapping[str, float]], labels: Sequence[bool], groups: Sequence[str]) -> list[float]:
    """Each row's probability by a fit to the folds that its group is not in; groups go to folds by their hash."""
    place = [int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % FOLDS for group in groups]
    found = [0.0] * len(values)
    for fold in range(FOLDS):
        kept = [number for number, other in enumerate(place) if other != fold]
        bias, weights = fit([values[number] for number in kept], [labels[number] for number in kept])
        for number in range(len(values)):
            if place[number] == fold:
                found[number] = probability(bias, weights, values[number])
    return found
