"""Sums over trailing windows of many series, series × days, each in one fixed order of additions.

A day's sum does not depend on where the matrix begins, as long as its window lies inside: that is why a day computed alone
equals the same day of a full rebuild. What is summed over series is summed in whole numbers: neither their order nor
silent series change it.
"""

from __future__ import annotations

import numpy as np

FIXED = 2.0**20          # sums over series are of whole 2^-20
MOST = 1e12              # larger counts are taken for this one
IN_CACHE = 26_000        # numbers in a block: 24 series of three years


def trailing(values: np.ndarray, days: int, lag: int = 0, step: int = 1) -> np.ndarray:
    """Sums over ``days`` days, ``step`` apart, the last of which is ``lag`` days before each day; before the first column lie zeros."""
    length = values.shape[1]
    total, offset, part, size = np.zeros_like(values), lag, values, step
    while days:
        if days & 1:
            total[:, offset:] += part[:, : max(length - offset, 0)]
            offset += size
        days >>= 1
        if days:
            doubled = np.empty_like(part)
            doubled[:, :size] = part[:, :size]
            np.add(part[:, size:], part[:, : max(length - size, 0)], out=doubled[:, size:])
            part, size = doubled, 2 * size
    return total


def moved(values: np.ndarray, days: int, before: float = 0.0) -> np.ndarray:
    """The values of ``days`` days ago; ``before`` where there are none."""
    if days == 0:
        return values
    late = np.full_like(values, before)
    late[:, days:] = values[:, : max(values.shape[1] - days, 0)]
    return late


def over_series(values: np.ndarray) -> np.ndarray:
    """Sums over series in whole 2^-20, one a day; divide by FIXED what is compared with a number."""
    return np.rint(np.minimum(values, MOST) * FIXED).astype(np.int64).sum(axis=0)


def blocks(values: np.ndarray) -> list[slice]:
    """The series of a matrix in blocks that fit a processor's cache."""
    size = max(IN_CACHE // max(values.shape[1], 1), 1)
    return [slice(first, min(first + size, len(values))) for first in range(0, len(values), size)]
