"""What a past of days or weeks lets one expect of a count, and how unlikely so many or more are: a negative binomial's tail.

The family of Farrington, as Noufaily et al. 2013 (doi:10.1002/sim.5595) have it: old peaks are left out, dispersion is Pearson's, and
the tail has the uncertainty of the rate added.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PEAK_SHARE = 0.05        # the highest twentieth of the baseline is left out at first: peaks cannot hide each other
TRIM_P_VALUE = 0.001     # days of the baseline less likely than this are old peaks
WEEKDAY_PRIOR = 4.0      # weeks of an even week that are added before weekday factors are taken


@dataclass(frozen=True)
class Expectation:
    """Per series what is expected of the count, variance over mean, and the tail."""

    expected: np.ndarray
    dispersion: np.ndarray
    p_value: np.ndarray


def weekday_factors_of(rates: np.ndarray, usable: np.ndarray, weekdays: np.ndarray) -> np.ndarray:
    """Seven factors around 1, on the last axis, from daily rates; drawn towards an even week by WEEKDAY_PRIOR."""
    is_day = weekdays[:, None] == np.arange(7)
    mean = rates.sum(axis=-1, keepdims=True) / np.maximum(usable.sum(axis=-1, keepdims=True), 1)
    sums, counts = (np.einsum("...d,dw->...w", values.astype(float), is_day.astype(float)) for values in (rates, usable))
    return np.where(mean > 0, (sums + WEEKDAY_PRIOR * mean) / (np.maximum(mean, 1e-300) * (counts + WEEKDAY_PRIOR)), 1.0)


def expectation(observed: np.ndarray, past: np.ndarray, exposure: np.ndarray, today: np.ndarray | float, least: np.ndarray | float = 1.0) -> Expectation:
    """Expected counts and upper tails of several series at once.

    ``observed``: series; ``past``: series × days; ``exposure``: the same, or days: relative size of each (weekday, sources
    seen), 0 for one that is not to be used; ``today``: the same for the evaluated day; ``least``: dispersion at least. The
    rate is estimated with half an article added, so that no series expects nothing; the days left out of it, at first
    PEAK_SHARE, are in the end those beyond TRIM_P_VALUE. Dispersion is Pearson's, at least 1, and the tail has the rate's
    own uncertainty added.
    """
    exposure = np.broadcast_to(exposure, past.shape)
    used = exposure > 0
    size = np.where(used, past / np.where(used, exposure, 1.0), np.inf)
    rank = np.floor((1 - PEAK_SHARE) * (used.sum(axis=1, keepdims=True) - 1)).astype(int)
    kept = used & (size <= np.take_along_axis(np.sort(size, axis=1), np.maximum(rank, 0), axis=1))
    for _ in range(3):
        weight = kept * exposure
        rate = ((past * kept).sum(axis=1) + 0.5) / weight.sum(axis=1)
        mean = np.where(used, rate[:, None] * exposure, 1.0)
        dispersion = (kept * (past - mean) ** 2 / mean).sum(axis=1) / np.maximum(kept.sum(axis=1) - 1, 1)
        dispersion = np.maximum(dispersion, least)
        kept = used & (_tail(past, mean, dispersion[:, None]) >= TRIM_P_VALUE)
    expected = rate * today
    uncertain = dispersion * (1 + expected / (rate * weight.sum(axis=1)))
    return Expectation(expected, dispersion, _tail(observed, expected, uncertain))


def _tail(count: np.ndarray, mean: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """P(X >= count) of a negative binomial with that mean and variance = dispersion × mean."""
    from scipy.stats import nbinom

    over = np.maximum(dispersion, 1 + 1e-6)   # at 1 it is Poisson's, which the limit gives to six digits
    return np.clip(nbinom.sf(count - 1, mean / (over - 1), 1 / over), 0.0, 1.0)
