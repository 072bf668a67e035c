"""How well labels and probabilities agree with what people said."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse

Labels = Sequence[int] | np.ndarray
BINS = 10
DRAWS = 1_000


def f1_by_class(gold: Labels, found: Labels, classes: int = 3, weights: np.ndarray | None = None) -> np.ndarray:
    """F1 of each class, 0 to 1; 0 for a class that nobody names. ``weights``: how often each row counts."""
    gold, found = np.asarray(gold), np.asarray(found)
    counts = np.bincount(gold * classes + found, weights=weights, minlength=classes * classes).reshape(classes, classes)
    return _f1(counts)


def _f1(counts: np.ndarray) -> np.ndarray:
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    either = counts.sum(axis=-1) + counts.sum(axis=-2)
    return np.divide(2 * right, either, out=np.zeros(right.shape), where=either > 0)


def macro_f1(gold: Labels, found: Labels, classes: int = 3) -> float:
    """Mean F1 of all classes."""
    return float(f1_by_class(gold, found, classes).mean())


def f1_pos_neg(gold: Labels, found: Labels) -> float:
    """Mean F1 of negative (0) and positive (2): neutral, the many, counts through their mistakes."""
    return float(f1_by_class(gold, found)[[0, 2]].mean())


def interval(gold: Labels, found: Labels, groups: Sequence[str], metric: Callable[[np.ndarray], float]) -> tuple[float, float]:
    """The middle 95 % of the metric over draws of whole groups (documents), with replacement. ``metric`` takes F1 by class."""
    gold, found = np.asarray(gold), np.asarray(found)
    names = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    place = np.array([names[group] for group in groups])
    counts = sparse.coo_matrix((np.ones(len(gold)), (place, gold * 3 + found)), shape=(len(names), 9)).tocsr()
    draws = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
    values = [metric(_f1(one.reshape(3, 3))) for one in np.asarray(draws @ counts)]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def calibration_error(probabilities: np.ndarray, gold: Labels) -> float:
    """Expected calibration error of the likeliest label over ten bins with equally many rows each (Naeini et al. 2015)."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == np.asarray(gold)
    order = np.argsort(confidence, kind="stable")
    bins = np.array_split(order, BINS)
    return float(sum(len(one) * abs(confidence[one].mean() - right[one].mean()) for one in bins if len(one)) / len(order))
