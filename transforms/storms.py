"""What is more than a spike: storms, and rises over weeks too slow for any day to stand out.

A storm is a spike that is large, sudden, lasting and everywhere at once; all four bounds must be met. They were set by hand, with no
labels, so that simulated series with spikes of four days hardly have any (tests/transforms/test_storms.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from transforms.baseline import DAYS, Counted, baseline, ordinary, pool
from transforms.windows import blocks, moved, trailing

OPEN_DAYS = 14           # how far back a storm is followed
GAP_DAYS = 2             # days without an alarm that do not end it
STORM_DAYS = 3           # with an alarm and at least
DAY_RATIO = 2.5          # times what was expected: a spike's tail does not make it last
STORM_EXCESS = 8.0       # usual days' worth of articles beyond what was expected, and
STORM_COUNT = 20         # so many articles
STORM_RATIO = 3.0        # its greatest day over what was expected
STORM_OUTLETS = 5        # outlets on its widest day
RISE_DAYS = 28
RISE_SPREAD = 0.15       # how far a level wanders in three months, as a share of it, without a reason
RISE_P_VALUE = 0.001
RISE_RATIO = 1.3         # the last two of the four weeks against the two before them, or
RISE_LEVEL = 1.5         # the four weeks against the eight before: something must have grown


@dataclass(frozen=True)
class Storms:
    """Series × days: the spike that is open on the day, 0 where none is.

    ``duration``: its days so far with an alarm and DAY_RATIO times the expected count; ``excess``: articles beyond the expected ones; ``ratio``: its greatest day over
    the expected count; ``outlets``: of its widest day.
    """

    is_storm: np.ndarray
    duration: np.ndarray
    excess: np.ndarray
    ratio: np.ndarray
    outlets: np.ndarray


def storms(counts: np.ndarray, expected: np.ndarray, alarms: np.ndarray, outlets: np.ndarray) -> Storms:
    """Storms among spikes. All arguments series × days: counts, ``Detection.expected`` (NaN where not evaluated), its alarms, outlets that
    published. A day needs the OPEN_DAYS before it."""
    usual = np.nan_to_num(expected, nan=0.0)
    more = np.where(np.isfinite(expected), np.maximum(np.nan_to_num(counts) - usual, 0), 0)
    ratio = np.where(np.isfinite(expected), np.nan_to_num(counts) / np.maximum(usual, 1.0), 0)
    is_open, gap = alarms.copy(), np.zeros(alarms.shape, int)
    duration, excess, highest, widest = (np.zeros(alarms.shape) for _ in range(4))
    for back in range(OPEN_DAYS):
        alarmed = moved(alarms, back, False)
        gap = np.where(alarmed, 0, gap + 1)
        is_open &= gap <= GAP_DAYS
        inside = is_open & alarmed
        duration += inside & (moved(ratio, back) >= DAY_RATIO)
        excess += np.where(inside, moved(more, back), 0)
        highest = np.maximum(highest, np.where(inside, moved(ratio, back), 0))
        widest = np.maximum(widest, np.where(inside, moved(outlets, back), 0))
    large = (excess >= STORM_COUNT) & (excess >= STORM_EXCESS * usual)
    return Storms(large & (duration >= STORM_DAYS) & (highest >= STORM_RATIO) & (widest >= STORM_OUTLETS), duration, excess, highest, widest)


def rises(counts: np.ndarray, weekday: int = 0, exposure: np.ndarray | None = None, of: np.ndarray | None = None) -> np.ndarray:
    """p-values of slow rises, series × days (NaN without a history): four weeks as many as these, after the eight before them.

    Arguments as for ``transforms.detection.detect``. A rise is where it is at most RISE_P_VALUE; 1 where the four weeks neither grow
    nor lie RISE_LEVEL times above. The tail is a negative binomial's of the sum, with the level's own uncertainty and RISE_SPREAD.
    """
    from scipy.stats import nbinom  # takes half a second to import

    counts = np.asarray(counts, float)
    size = np.broadcast_to(1.0 if exposure is None else exposure, counts.shape)
    seen = np.isfinite(counts) & (np.nan_to_num(size) > 0)
    series = Counted(np.where(seen, np.rint(counts), 0.0), np.where(seen, size, 0.0), (weekday + np.arange(counts.shape[1])) % 7)
    parts = replace(DAYS, lag=RISE_DAYS)
    shared = pool(series.of(np.flatnonzero(series.counts.any(axis=1))), parts)
    series = series if of is None else series.of(of)
    found = np.full(series.counts.shape, np.nan)
    for some in blocks(found):
        part = series.of(some)
        base = baseline(part, shared, parts)
        # One rate for the four weeks, that of the baseline which ends before them.
        mean = base.level * trailing(part.exposure, RISE_DAYS)
        came = ordinary(part, shared, base, parts)   # what a spike in the four weeks brought is no rise
        count, late = trailing(came, RISE_DAYS), trailing(came, RISE_DAYS // 2)
        early = np.maximum(count - late, 1.0)
        spread = base.inverse_size / RISE_DAYS + base.uncertainty + RISE_SPREAD**2
        tail = nbinom.sf(count - 1, 1 / spread, 1 / (1 + spread * np.maximum(mean, 1e-9)))
        grows = (late > RISE_RATIO * early) | (count > RISE_LEVEL * mean)
        told = (base.history >= parts.history) & (trailing(part.seen, RISE_DAYS) >= RISE_DAYS / 2)
        found[some] = np.where(told, np.where(grows, tail, 1.0), np.nan)
    return found
