"""Evidence of a spike in the counts of the last days, and how often noise shows as much.

Of each day the likelihood of a spike that began within four days, over that of none: a mean over its beginning, length and size
(Shiryaev 1963 and Roberts 1966 in a finite window, Lai 1995: the sum over beginnings where a CUSUM takes the highest;
it starts anew before each day, so that nothing older counts). A spike of one day is a tail test of that day. The p-value is looked up in what
the whole detector made of simulated series without spikes (``python -m benchmarks.spikes.calibration``, detection.json).
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources

import numpy as np

from transforms.baseline import Baseline, Counted
from transforms.windows import moved, trailing

SIZES = (1.5, 2.5, 4.0)   # of a spike's first day, in even days
DECAY = 0.7               # what is left of it a day later
SPIKE_DAYS = 4            # it lasts one to four days, and began as long ago
LEAST_LEVEL = 2.0         # a topic of fewer articles a day spikes by whole ones
STRONGEST_DAY = 30.0      # natural logarithm of what one day may tell
THIN_LEVEL = 1.0          # series of fewer a day are looked at in weeks too
WEEK_DAYS = 7
LEAST_LOG = -460.0         # no p-value is less than 1e-200


def evidence(series: Counted, base: Baseline) -> np.ndarray:
    """Natural logarithm of the mean likelihood ratio, series × days; lowest where the day itself brought no more than expected."""
    size = 1 / (base.inverse_size + base.uncertainty)
    expected, seen = np.maximum(base.expected, 1e-9), series.seen
    unit = np.maximum(base.level * series.exposure, LEAST_LEVEL) * seen
    counted, together, total = series.counts * seen, (series.counts + size) * seen, np.zeros_like(series.counts)
    for times in SIZES:
        days = []
        for age in range(SPIKE_DAYS):
            more = times * DECAY**age * unit
            ratio = counted * np.log1p(more / expected) - together * np.log1p(more / (size + expected))
            days.append(np.exp(np.minimum(ratio, STRONGEST_DAY)))
        for start in range(SPIKE_DAYS):
            product = moved(days[0], start, 1.0)
            for age in range(1, start + 1):
                total += product   # it lasted ``age`` days and is over
                product = product * moved(days[age], start - age, 1.0)
            total += (SPIKE_DAYS - start) * product
    return np.where(series.counts > base.expected, np.log(total / (len(SIZES) * SPIKE_DAYS**2)), -np.inf)


def p_value(strength: np.ndarray, expected: np.ndarray, table: str) -> np.ndarray:
    """How often a day without a spike shows such evidence, where ``expected`` articles are.

    ``table``: "days" or "weeks" (or months), "days_young" or "weeks_young" where the baseline is not full yet. Between the simulated levels, and beyond the strongest evidence, by straight lines.
    """
    levels, bounds, logs = _null(table)
    place = np.clip(np.interp(np.log(np.maximum(expected, 1e-9)), levels, np.arange(len(levels))), 0, len(levels) - 1)
    low = np.minimum(place.astype(int), len(levels) - 2)
    share = place - low
    found = np.zeros_like(strength)
    strong = np.flatnonzero(strength.ravel() > bounds[:, 0].min())   # all others are as likely as not
    at, low, share = strength.ravel()[strong], low.ravel()[strong], share.ravel()[strong]
    edges = bounds[low] * (1 - share[:, None]) + bounds[low + 1] * share[:, None]
    step = np.clip((at[:, None] >= edges[:, 1:-1]).sum(axis=1), 0, edges.shape[1] - 2)
    left, right = (np.take_along_axis(edges, (step + more)[:, None], axis=1)[:, 0] for more in (0, 1))
    found.ravel()[strong] = np.minimum(logs[step] + (at - left) / (right - left) * (logs[step + 1] - logs[step]), 0.0)
    return np.exp(np.where(strength == -np.inf, 0.0, np.maximum(found, LEAST_LOG)))


def weekly_p_value(series: Counted, base: Baseline) -> np.ndarray:
    """Tail of the last seven days' count of thin series (their expectations added up); 1 for all other series, series × days."""
    from scipy.stats import nbinom  # takes half a second to import

    seen = series.seen
    count, mean = trailing(series.counts * seen, WEEK_DAYS), trailing(base.expected * seen, WEEK_DAYS)
    thin = (base.level * series.exposure < THIN_LEVEL) & (count > mean) & (mean > 0)
    size = 1 / (trailing(seen * base.expected**2, WEEK_DAYS)[thin] / mean[thin] ** 2 * base.inverse_size[thin] + base.uncertainty[thin])
    found = np.ones_like(count)
    found[thin] = nbinom.sf(count[thin] - 1, size, size / (size + mean[thin]))
    return found


@lru_cache
def _null(table: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logarithms of levels; evidence, levels × probabilities; logarithms of the probabilities, falling."""
    given = json.loads(resources.files("transforms").joinpath("detection.json").read_text(encoding="utf-8"))[table]
    return np.log(given["levels"]), np.array(given["evidence"]), np.log(given["probabilities"])
