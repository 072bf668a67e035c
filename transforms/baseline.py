"""What the past lets one expect of counts: level, week and dispersion of many series at once.

The counts of a day are taken for a negative binomial's with the variance m + m²/k. Old peaks are left out of the baseline
as in Farrington's method (Noufaily et al. 2013, doi:10.1002/sim.5595), and the baseline ends some days before the day, as
in EARS C2 (Hutwagner et al. 2003). What a series alone tells badly, its week and its 1/k, is drawn to what all tell
together (empirical Bayes: moments, each weighed by its variance against the spread between series).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transforms.windows import FIXED, blocks, moved, over_series, trailing

BASELINE_DAYS = 56         # eight of each weekday
TRIM_DAYS = 28             # a day is judged an old peak by the four weeks up to it
LAG_DAYS = 3               # the baseline ends three days before the day
HISTORY_DAYS = 28          # no alarm on fewer days seen
LEVEL_DEVIATIONS = 2.5     # a day so far above its four weeks, and one article more, does not count for the level,
SIZE_DEVIATIONS = 3.5      # and one so far above not for the dispersion
INVERSE_SIZE = 1 / 6       # 1/k before anything is seen
SIZE_SPREAD = 0.2          # standard deviation of 1/k around that, and
SERIES_SIZE_SPREAD = 0.1   # of one series around all
WEEK_SPREAD = 0.4          # of factors of the weekdays around 1, and
SERIES_WEEK_SPREAD = 0.1   # of one series around all
MOST_INVERSE_SIZE = 2.0
MOST_ROUGH = 1.0           # of 1/k while old peaks are still among the days: more would let them pass for spread


@dataclass(frozen=True)
class Parts:
    """How far back to look, in columns (multiples of 7 but for ``lag``), and what a test may switch off to show what it is for."""

    baseline: int = BASELINE_DAYS
    trim: int = TRIM_DAYS
    lag: int = LAG_DAYS
    history: int = HISTORY_DAYS
    is_trimmed: bool = True
    has_week: bool = True


DAYS = Parts()
WEEKS = Parts(baseline=14, trim=14, history=4, has_week=False)   # a quarter: what comes in weeks has seasons; set on simulated seasons


@dataclass(frozen=True)
class Counted:
    """Series × days: ``counts``, whole and ≥ 0, and ``exposure``, the relative size of a day; both 0 where nothing was seen.

    ``weekdays``: days, 0–6.
    """

    counts: np.ndarray
    exposure: np.ndarray
    weekdays: np.ndarray

    def of(self, some: slice | np.ndarray) -> Counted:
        """Some of the series."""
        return Counted(self.counts[some], self.exposure[some], self.weekdays)

    def on(self, days: slice) -> Counted:
        """Some of the days."""
        return Counted(self.counts[:, days], self.exposure[:, days], self.weekdays[days])

    @property
    def seen(self) -> np.ndarray:
        return (self.exposure > 0).astype(float)


@dataclass(frozen=True)
class Pool:
    """What all series tell together: factors of the week, 7 × days, of four weeks and of the baseline; 1/k with old peaks and without, days."""

    recent_week: np.ndarray
    week: np.ndarray
    rough_inverse_size: np.ndarray
    inverse_size: np.ndarray


@dataclass(frozen=True)
class Baseline:
    """Series × days: ``level`` is what an even day of exposure 1 brings, ``expected`` what this day does, in counts.

    ``inverse_size`` is 1/k, ``uncertainty`` the relative variance of ``expected`` itself, ``history`` the days of the
    baseline that were seen.
    """

    level: np.ndarray
    expected: np.ndarray
    inverse_size: np.ndarray
    uncertainty: np.ndarray
    history: np.ndarray

    def on(self, days: slice) -> Baseline:
        """Some of the days."""
        return Baseline(*(getattr(self, name)[:, days] for name in ("level", "expected", "inverse_size", "uncertainty", "history")))


def pool(series: Counted, parts: Parts) -> Pool:
    """What the series tell together; the same for any order of them."""
    every = [series.of(some) for some in blocks(series.counts)]
    months = [trailing(part.counts, parts.trim) for part in every]
    came, wanted = np.zeros(series.counts.shape[1]), np.zeros(series.counts.shape[1])
    for part, month in zip(every, months, strict=True):
        mean = part.exposure * month / np.maximum(trailing(part.exposure, parts.trim), 1e-9)
        weight = 1 / (1 + mean * INVERSE_SIZE)   # a weighed count varies as a Poisson's of the weighed size does
        came += over_series(weight * part.counts)
        wanted += over_series(weight * mean)
    recent_week = _week(came, wanted, series.weekdays, parts.trim, 0, parts)
    told = [(part, _recent(part, month, recent_week, parts), month > 0) for part, month in zip(every, months, strict=True)]
    rough = _pooled_inverse_size(told, len(came), None, parts)
    week = _week(came, wanted, series.weekdays, parts.baseline, parts.lag, parts)
    return Pool(recent_week, week, rough, _pooled_inverse_size(told, len(came), rough, parts))


def baseline(series: Counted, shared: Pool, parts: Parts) -> Baseline:
    """The baselines of some of the series that ``shared`` was made of."""
    mean = _recent(series, trailing(series.counts, parts.trim), shared.recent_week, parts)
    moments = _moments(series, mean, parts)
    rough = np.minimum(_inverse_size(moments, parts.trim, 0, shared.rough_inverse_size), MOST_ROUGH)
    kept = _usual(series, mean, rough, LEVEL_DEVIATIONS, parts)
    weeks = parts.baseline // 7
    came, room = trailing(series.counts * kept, weeks, step=7), trailing(series.exposure * kept, weeks, step=7)
    total = trailing(came, 7, parts.lag)
    level = (total + 0.5) / np.maximum(_even(room, shared.week, series.weekdays, parts.lag), 1e-9)   # half an article: none expects nothing
    kept = _usual(series, mean, rough, SIZE_DEVIATIONS, parts)
    inverse_size = _inverse_size(_of(kept, moments), parts.baseline, parts.lag, shared.inverse_size)
    factor = _of_days(shared.week, series.weekdays)
    if parts.has_week:   # the weeks before, against as many as tell the series from all others
        prior = SERIES_WEEK_SPREAD**-2 * (1 + level * inverse_size)
        factor = factor * (moved(came, 7) + prior) / (level * factor * moved(room, 7) + prior)
    history = trailing(series.seen, parts.baseline, parts.lag)
    uncertainty = 1 / (total + 0.5) + inverse_size / np.maximum(history, 1)
    return Baseline(level, level * factor * series.exposure, inverse_size, uncertainty, history)


def ordinary(series: Counted, shared: Pool, base: Baseline, parts: Parts) -> np.ndarray:
    """The counts, series × days, an old peak's being what its four weeks let one expect."""
    mean = _recent(series, trailing(series.counts, parts.trim), shared.recent_week, parts)
    return np.where(_usual(series, mean, base.inverse_size, LEVEL_DEVIATIONS, parts) > 0, series.counts, mean * series.seen)


def _recent(series: Counted, month: np.ndarray, week: np.ndarray, parts: Parts) -> np.ndarray:
    """What the four weeks up to a day, with ``month`` articles, let one expect of it, the day itself among them."""
    room = _even(trailing(series.exposure, parts.trim // 7, step=7), week, series.weekdays)
    return _of_days(week, series.weekdays) * series.exposure * (month + 0.5) / np.maximum(room, 1e-9)


def _even(weekly: np.ndarray, week: np.ndarray, weekdays: np.ndarray, lag: int = 0) -> np.ndarray:
    """The size of a trailing window in even days, by the factors known at its end; ``weekly`` has it summed by weekday, each on its last."""
    total, part, days = np.zeros_like(weekly), np.empty_like(weekly), np.arange(len(weekdays))
    for back in range(lag, lag + 7):
        np.multiply(weekly[:, : max(len(weekdays) - back, 0)], week[weekdays[np.maximum(days - back, 0)], days][back:], out=part[:, back:])
        total[:, back:] += part[:, back:]
    return total


def _usual(series: Counted, mean: np.ndarray, inverse_size: np.ndarray, deviations: float, parts: Parts) -> np.ndarray:
    """1 for the days that were seen and are no old peak."""
    if not parts.is_trimmed:
        return series.seen
    return series.seen * (series.counts <= mean + 1 + deviations * np.sqrt(mean + inverse_size * mean**2))


def _moments(series: Counted, mean: np.ndarray, parts: Parts) -> tuple[np.ndarray, np.ndarray]:
    """Of each day that was seen what its square tells of 1/k, and with which weight; the mean has the day itself in it."""
    weight = series.seen / (1 + mean * INVERSE_SIZE) ** 2
    return weight * ((series.counts - mean) ** 2 / (1 - 1 / parts.trim) - mean), weight * mean**2


def _of(kept: np.ndarray, moments: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The moments of the days that are ``kept``, 0 or 1."""
    return kept * moments[0], kept * moments[1]


def _inverse_size(
    moments: tuple[np.ndarray, np.ndarray], days: int, lag: int, prior: np.ndarray | float, deviation: float = SERIES_SIZE_SPREAD
) -> np.ndarray:
    """1/k from the moments of a window; a sum of weights w has the variance 2/w."""
    excess, weight = (trailing(each, days, lag) for each in moments)
    return np.clip((excess + 2 / deviation**2 * prior) / (weight + 2 / deviation**2), 0.005, MOST_INVERSE_SIZE)


def _pooled_inverse_size(every: list[tuple[Counted, np.ndarray, np.ndarray]], length: int, rough: np.ndarray | None, parts: Parts) -> np.ndarray:
    """1/k of all series together by day: of the last four weeks as they are, or (with ``rough``) of the baseline without old peaks.

    ``every``: series in blocks, what their four weeks let one expect, and where these had an article: silence says nothing about
    spread; ``length``: of a series, in days.
    """
    sums = np.zeros((2, length))
    for part, mean, speaks in every:
        moments, kept = _moments(part, mean, parts), speaks
        if rough is not None:
            own = _inverse_size(moments, parts.trim, 0, rough)
            kept = speaks & (_usual(part, mean, np.minimum(own, MOST_ROUGH), SIZE_DEVIATIONS, parts) > 0)
        for total, told in zip(sums, _of(kept, moments), strict=True):
            total += over_series(told)
    days, lag = (parts.trim, 0) if rough is None else (parts.baseline, parts.lag)
    excess, weight = sums[:, None] / FIXED
    return np.asarray(_inverse_size((excess, weight), days, lag, INVERSE_SIZE, SIZE_SPREAD)[0])


def _week(came: np.ndarray, wanted: np.ndarray, weekdays: np.ndarray, days: int, lag: int, parts: Parts) -> np.ndarray:
    """Seven factors around 1 for each day, drawn to an even week: 7 × days."""
    if not parts.has_week:
        return np.ones((7, len(came)))
    own = (weekdays == np.arange(7)[:, None]).astype(float)
    factors = (trailing(own * came / FIXED, days, lag) + WEEK_SPREAD**-2) / (trailing(own * wanted / FIXED, days, lag) + WEEK_SPREAD**-2)
    return factors / factors.mean(axis=0)


def _of_days(week: np.ndarray, weekdays: np.ndarray) -> np.ndarray:
    return week[weekdays, np.arange(len(weekdays))]
