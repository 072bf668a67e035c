"""Detectors by their published definitions: each gives a score, series × columns, higher where a spike is more likely.

A threshold makes alarms of it; the benchmark sets all thresholds in the same way. NaN: no history yet. ``period`` is 7 for days,
1 for weeks and months.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.stats import nbinom, poisson

from transforms.detection import detect

Detector = Callable[[np.ndarray, int], np.ndarray]
LEAST_DEVIATION = 0.5    # for a past of equal counts


def past(counts: np.ndarray, columns: int, lag: int = 1) -> np.ndarray:
    """Series × columns × window: the ``columns`` columns that end ``lag`` before each; NaN before the first."""
    padded = np.concatenate([np.full((len(counts), columns + lag), np.nan), counts], axis=1)
    return sliding_window_view(padded, columns, axis=1)[:, 1 : counts.shape[1] + 1]


def deviations(counts: np.ndarray, window: np.ndarray) -> np.ndarray:
    return (counts - window.mean(axis=2)) / np.maximum(window.std(axis=2, ddof=1), LEAST_DEVIATION)


def ears_c1(counts: np.ndarray, period: int) -> np.ndarray:
    """Seven columns just before (Hutwagner et al. 2003)."""
    return deviations(counts, past(counts, 7))


def ears_c2(counts: np.ndarray, period: int) -> np.ndarray:
    """Seven columns that end three before."""
    return deviations(counts, past(counts, 7, 3))


def ears_c3(counts: np.ndarray, period: int) -> np.ndarray:
    """What C2 of the last three columns has over 1, added up where C2 of the two before was no alarm (≤ 3)."""
    c2 = ears_c2(counts, period)
    before = [np.concatenate([np.full((len(c2), back), np.nan), c2[:, :-back]], axis=1) for back in (1, 2)]
    return np.maximum(c2 - 1, 0) + sum(np.where(each <= 3, np.maximum(each - 1, 0), 0) for each in before)


def emm_ratio(counts: np.ndarray, period: int) -> np.ndarray:
    """Europe Media Monitor's alerts: today over the mean of the fourteen before (Steinberger et al. 2013), half an article added."""
    return (counts + 0.5) / (past(counts, 14).mean(axis=2) + 0.5)


def same_weekday(counts: np.ndarray, period: int) -> np.ndarray:
    """Like Meltwater's spike detection: against the mean and deviation of the same weekday of the twelve weeks before."""
    window = past(counts, 12 * period)[:, :, ::-1][:, :, period - 1 :: period]
    return deviations(counts, window)


def z(counts: np.ndarray, period: int) -> np.ndarray:
    """Twenty-eight columns just before."""
    return deviations(counts, past(counts, 28))


def mad(counts: np.ndarray, period: int) -> np.ndarray:
    """Median and median absolute deviation of the 28 before (Iglewicz and Hoaglin 1993)."""
    window = past(counts, 28)
    centre = np.median(window, axis=2)
    return (counts - centre) / np.maximum(1.4826 * np.median(np.abs(window - centre[:, :, None]), axis=2), LEAST_DEVIATION)


def poisson_tail(counts: np.ndarray, period: int) -> np.ndarray:
    """Tail around the mean of the 28 before, half an article added."""
    mean = past(counts, 28).mean(axis=2) + 0.5 / 28
    return -poisson.logsf(counts - 1, mean)


def negative_binomial(counts: np.ndarray, period: int) -> np.ndarray:
    """Tail with weekday factors and Pearson's dispersion of the 56 that end three before, its highest twentieth left out."""
    factors, window = _weekdays(counts, period), past(counts, 56, 3)
    even = window / np.where(np.isnan(window), 1, past(factors, 56, 3))
    kept = even <= np.sort(np.nan_to_num(even), axis=2)[:, :, 52:53]
    mean = np.where(kept, even, 0).sum(axis=2) / kept.sum(axis=2) + 0.5 / 56
    spread = np.where(kept, (even - mean[:, :, None]) ** 2, 0).sum(axis=2) / kept.sum(axis=2) / mean
    expected, over = mean * factors, np.maximum(spread, 1.01)
    found = -nbinom.logsf(counts - 1, expected / (over - 1), 1 / over)
    return np.where(np.isnan(window).any(axis=2), np.nan, found)


def cusum(counts: np.ndarray, period: int) -> np.ndarray:
    """Leaky CUSUM (allowance 0.5, leak 0.7) of normal scores of deviations from 56 columns that end three before, with weekday factors."""
    factors, window = _weekdays(counts, period), past(counts, 56, 3)
    even = np.sort(window / np.where(np.isnan(window), 1, past(factors, 56, 3)), axis=2)[:, :, :53]
    score = np.nan_to_num((counts / factors - even.mean(axis=2)) / np.maximum(even.std(axis=2, ddof=1), LEAST_DEVIATION))
    total, found = np.zeros(len(counts)), np.empty(counts.shape)
    for column in range(counts.shape[1]):
        total = np.maximum(0, 0.7 * total + score[:, column] - 0.5)
        found[:, column] = total
    return np.where(np.isnan(window).any(axis=2), np.nan, found)


def ours(counts: np.ndarray, period: int) -> np.ndarray:
    """transforms.detection, all series at once."""
    return -np.log(detect(counts, period=period).p_value)


def _weekdays(counts: np.ndarray, period: int) -> np.ndarray:
    """Factors of each series' weekdays from the eight weeks before, drawn to an even week by four more; 1 where columns are weeks."""
    if period == 1:
        return np.ones(counts.shape)
    window = past(counts, 56)
    own = window[:, :, ::-1][:, :, 6::7].sum(axis=2)
    mean = window.mean(axis=2)
    return np.nan_to_num((own + 4 * mean) / np.maximum(12 * mean, 1e-9), nan=1.0).clip(0.2)


DETECTORS: dict[str, Detector] = {
    "EARS C1": ears_c1, "EARS C2": ears_c2, "EARS C3": ears_c3, "EMM ratio": emm_ratio, "same weekday (as Meltwater)": same_weekday, "z": z, "MAD": mad,
    "Poisson": poisson_tail, "negative binomial": negative_binomial, "leaky CUSUM": cusum,
}
