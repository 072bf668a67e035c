"""Spikes in many series at once: ``detect`` gives every series and day what it let one expect and how unlikely its count is.

    detect(counts, weekday=0, exposure=None, period=7, last=None, of=None) -> Detection
        counts    series × days, whole numbers ≥ 0, NaN where nothing was seen (gap, outage)
        weekday   of the first column, 0 Monday to 6 Sunday
        exposure  relative size of each day (share of healthy sources, volume beside the topic); broadcast to counts, None: always 1
        period    7: columns are days; 1: weeks or months, in which no weekday repeats and nothing is thin
        last      evaluate only so many last columns (the result has only them); reads MEMORY_DAYS columns before them, no others
        of        evaluate only these series (numbers; the result has only them); the others still tell what all have in common
    Detection: expected, dispersion (variance over mean), history (days of the baseline that were seen), p_value; NaN where the
        day was not seen or has too little history
    .alarms(sensitivity) -> bool, series × days: days with more than expected and a p-value of at most SENSITIVITY_Q[sensitivity]

A day's result depends on the MEMORY_DAYS (150) before it and on nothing else, whatever the order of the series, and silent series
change nothing for the others: a day computed alone equals that of a full rebuild.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from transforms.baseline import (
    BASELINE_DAYS,
    DAYS,
    LAG_DAYS,
    TRIM_DAYS,
    WEEKS,
    Counted,
    Parts,
    baseline,
    pool,
)
from transforms.evidence import WEEK_DAYS, evidence, p_value, weekly_p_value
from transforms.windows import MOST, blocks
from warehouse.columns import SENSITIVITY_Q

METHOD = "spike_likelihood"
VERSION = "1"
MEMORY_DAYS = WEEK_DAYS + LAG_DAYS + BASELINE_DAYS + 3 * TRIM_DAYS   # the spread of the mean by the week of the four weeks before a day of the baseline
FEW_BLOCKS = 4           # fewer are done before threads would have begun
DIGITS = 10              # of a p-value: processors differ after them


@dataclass(frozen=True)
class Detection:
    """Series × days; see the module."""

    expected: np.ndarray
    dispersion: np.ndarray
    history: np.ndarray
    p_value: np.ndarray

    def alarms(self, sensitivity: str = "medium") -> np.ndarray:
        """Where a spike is, with one day of false alarm in 240 (low), 120 or 60 (high) on series without spikes."""
        return np.nan_to_num(self.p_value, nan=1.0) <= SENSITIVITY_Q[sensitivity]


def detect(
    counts: np.ndarray, weekday: int = 0, exposure: np.ndarray | None = None, period: int = 7, last: int | None = None,
    parts: Parts | None = None, threads: int = 2, of: np.ndarray | None = None,
) -> Detection:
    """Expectations and p-values of many series; arguments and result in the module. Raises ValueError for counts below 0."""
    counts, of = np.asarray(counts, float), np.arange(len(counts)) if of is None else np.asarray(of)
    wanted = counts.shape[1] if last is None else min(last, counts.shape[1])
    first = max(counts.shape[1] - wanted - MEMORY_DAYS, 0)
    if not len(of) or not wanted:
        return Detection(*(np.zeros((len(of), wanted)) for _ in range(4)))
    if np.nanmin(counts, initial=0.0) < 0:
        raise ValueError("a count is below 0")
    size = np.broadcast_to(1.0 if exposure is None else exposure, counts.shape)[:, first:]
    counts = counts[:, first:]
    seen = np.isfinite(counts) & (np.nan_to_num(size) > 0)
    weekdays = (weekday + first + np.arange(counts.shape[1])) % 7 if period == 7 else np.zeros(counts.shape[1], int)
    parts = parts or (DAYS if period == 7 else WEEKS)
    series = Counted(np.where(seen, np.clip(np.rint(counts), 0, MOST), 0.0), np.where(seen, size, 0.0), weekdays)
    shared = pool(series.of(np.flatnonzero(series.counts.any(axis=1))), parts)
    series = series.of(of)
    result = Detection(*(np.empty((len(of), wanted)) for _ in range(4)))

    def evaluate(some: slice) -> None:
        part = series.of(some)
        base = baseline(part, shared, parts)
        late = slice(max(counts.shape[1] - wanted - WEEK_DAYS, 0), None)
        part, base = part.on(late), base.on(late)
        strength, columns = evidence(part, base), "days" if period == 7 else "weeks"
        p, young = np.empty_like(strength), base.history < parts.baseline
        for which, table in ((~young, columns), (young, columns + "_young")):
            p[which] = p_value(strength[which], base.expected[which], table)
        if period == 7:
            weekly = weekly_p_value(part, base)
            p = np.where(weekly < 1, np.minimum(2 * np.minimum(p, weekly), 1.0), p)
        told = (part.exposure > 0) & (base.history >= parts.history)
        dispersion = 1 + base.expected * (base.inverse_size + base.uncertainty)
        for target, values in ((result.expected, base.expected), (result.dispersion, dispersion), (result.p_value, _rounded(p))):
            target[some] = np.where(told, values, np.nan)[:, -wanted:]
        result.history[some] = base.history[:, -wanted:]

    every = blocks(series.counts)
    if len(every) < FEW_BLOCKS:
        list(map(evaluate, every))
    else:
        with ThreadPoolExecutor(threads) as workers:   # NumPy lets others work meanwhile
            list(workers.map(evaluate, every))
    return result


def _rounded(values: np.ndarray) -> np.ndarray:
    scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(np.maximum(values, 1e-300))))
    return np.rint(values * scale) / scale
