"""One day, or the week up to it, beside its past, over the sources that can be compared with themselves.

Two guards keep our own doings out of spikes: only sources healthy that day and known for four weeks are compared, and what they
publish beside the beat scales the expectation, so that an outage, a new source or a doubled one is no spike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from transforms import detection
from transforms.coverage import ANY
from transforms.series import Series
from transforms.storms import OPEN_DAYS, Storms, rises, storms
from transforms.tail import Expectation, expectation, weekday_factors_of
from warehouse.columns import SENSITIVITY_Q

BASELINE_DAYS = 56       # eight of each weekday
LAG_DAYS = 3             # the baseline ends three days before: a spike of two days does not raise its own bar
WEEK = 7
REACH_DAYS = 91          # a day's rows depend on nothing before these, itself included: 56, lag, four weeks that tell old peaks, four days of a spike
HISTORY_DAYS = 28        # no alarm on less, neither for a series nor for a source
MINIMUM_COUNT = 3
VOLUME_PRIOR = 10.0      # articles beside the beat a day that are added before two volumes are compared: damps small numbers
LATE_P_VALUE = 0.1       # of the last week against the eight before it, where four weeks rise
ELEVATED = 2.0           # times the expected: a day of a week's spike that counts for its duration


@dataclass(frozen=True)
class Found(Expectation):
    """``before``: series × OPEN_DAYS and the day itself, of detection, from which storms are told; ``is_rise``: where four weeks tell
    more than the last alone."""

    before: detection.Detection | None = None
    is_rise: np.ndarray | None = None


@dataclass(frozen=True)
class Panel:
    """One day, or the week up to it, beside its past, in every country and cut.

    ``known``: the sources compared, healthy that day and on HISTORY_DAYS of the baseline since their first article in REACH_DAYS; ``share``: country × cut × REACH_DAYS,
    how much of their usual output was to be seen, 0 where less than half; ``factors``: country × cut × 7, from Monday on;
    ``volume``: country × cut, how much more than usual they publish beside the beat, of the day or week; ``is_tested``: country × series.
    """

    counted: Series
    day: date
    length: int
    today: int
    known: np.ndarray
    share: np.ndarray
    factors: np.ndarray
    volume: np.ndarray
    is_tested: np.ndarray

    @classmethod
    def of(cls, counted: Series, day: date, length: int, last_complete: dict[str, date]) -> Panel | None:
        """None where no source can be compared with itself, or the day is over nowhere."""
        today = (day - counted.first).days
        span, past = slice(today - REACH_DAYS + 1, today + 1), _past(length)
        has_begun = np.cumsum(counted.total[:, 0, span], axis=1) > 0   # an archive vouches for days on which the source was not yet there
        healthy = counted.healthy[:, span] & has_begun
        known = healthy[:, -1] & (healthy[:, past].sum(axis=1) >= HISTORY_DAYS)
        over = _is_over(counted, day, last_complete)
        members = counted.members[:, known] & over[:, None]
        if not members.any():
            return None
        seen = healthy[known].astype(float)
        total, beside = (counted.together(name, known, span) * over[:, None, None] for name in ("total", "beside"))
        usual = (counted.output[known, :, span.start + past.stop] - counted.output[known, :, span.start + past.start]).T / np.maximum(seen[:, past].sum(axis=1), 1)
        weight = members[:, None, :] * usual[None, :, :]
        weight = np.where(weight.sum(axis=2, keepdims=True) > 0, weight, members[:, None, :])
        share = np.einsum("cfs,sd->cfd", weight, seen) / np.maximum(weight.sum(axis=2, keepdims=True), 1e-300)
        usable = share >= 0.5   # a day on which most of the usual output was not to be seen says little
        weekdays = _weekdays(day)
        both, off = (_rates(counts, share, usable)[:, :, past] for counts in (total, beside))
        factors, factors_off = (weekday_factors_of(rates, usable[:, :, past], weekdays[past]) for rates in (both, off))
        expected_off = off.sum(axis=2, keepdims=True) / np.maximum(usable[:, :, past].sum(axis=2, keepdims=True), 1)
        expected_off = (expected_off * factors_off[:, :, weekdays[-length:]] * share[:, :, -length:]).sum(axis=2)
        observed_off = beside[:, :, -length:].sum(axis=2)
        prior = VOLUME_PRIOR * length
        enough = (usable[:, :, past].sum(axis=2) >= HISTORY_DAYS) & members.any(axis=1)[:, None]
        is_active = counted.heard[:, :, span.stop] > counted.heard[:, :, span.start]
        is_crossed = np.array([column[1] == ANY for column in counted.columns])   # languages are counted in all countries together
        return cls(
            counted, day, length, today, known, share * usable, factors,
            np.maximum(1.0, (observed_off + prior) / (expected_off + prior)),   # at least 1: a quiet day makes no spike
            enough[:, counted.scope] & is_active & (is_crossed | (np.array(counted.countries) == ANY)[:, None]),
        )

    @property
    def tested_count(self) -> int:
        return int(self.is_tested.sum())

    def candidates(self) -> Iterator[dict]:
        """The series that may alarm: enough articles, more than expected, and a p-value that some sensitivity allows."""
        counted, span = self.counted, slice(self.today - REACH_DAYS + 1, self.today + 1)
        where, which = np.nonzero(self.is_tested)
        counts = counted.together("beat", self.known, span)[where, which]
        told = counts[:, -self.length:].sum(axis=1)
        loud = np.flatnonzero(told >= MINIMUM_COUNT)
        if not len(loud):
            return
        share, volume = self.share[where, counted.scope[which]], self.volume[where, counted.scope[which]]
        usual = share[loud] * self.factors[where[loud], counted.scope[which[loud]]][:, _weekdays(self.day)]
        found = self._of_day(counts, share, volume, loud) if self.length == 1 else self._of_week(counts, share, usual, volume, loud)
        where, which, told, share, counts = where[loud], which[loud], told[loud], share[loud], counts[loud]
        chosen = np.flatnonzero((told > found.expected) & (found.p_value <= max(SENSITIVITY_Q.values())))   # no q-value is below its p-value
        open_ = self._open(chosen, where, which, counts, found)
        lasting = open_.duration[:, -1] if open_ else self._lasting(counts[chosen], usual[chosen], found.expected[chosen])
        for place, number in enumerate(chosen):
            topic, language, genre, actor = counted.columns[which[number]]
            is_storm, is_rise = open_ is not None and open_.is_storm[place, -1], found.is_rise is not None and found.is_rise[number]
            yield {
                "topic_id": topic, "country_code": counted.countries[where[number]], "language_code": language, "genre": genre, "actor_id": actor,
                "period": "day" if self.length == 1 else "week", "level": "storm" if is_storm else "slow_rise" if is_rise else "spike",
                "observed_count": int(told[number]), "expected_count": float(found.expected[number]),
                "dispersion": float(max(found.dispersion[number], 1.0)), "p_value": float(found.p_value[number]),
                "baseline_days": int((share[number, _past(self.length)] > 0).sum()), "duration_days": int(lasting[place]),
                "column": int(which[number]), "panel": self.known & counted.members[where[number]],
                "first": self.today - self.length + 1, "last": self.today,
            }

    def _open(self, chosen: np.ndarray, where: np.ndarray, which: np.ndarray, counts: np.ndarray, found: Found) -> Storms | None:
        """The spikes that are open on the day, followed back by this day's own view of the days before it."""
        if found.before is None or not len(chosen):
            return None
        days = slice(self.today - OPEN_DAYS, self.today + 1)
        panels = self.known & self.counted.members[where[chosen]]
        outlets = np.array([(self.counted.beat[:, column, days][panel] > 0).sum(axis=0) for panel, column in zip(panels, which[chosen], strict=True)])
        return storms(counts[chosen, -OPEN_DAYS - 1:], found.before.expected[chosen], found.before.alarms("high")[chosen], outlets)

    def _lasting(self, counts: np.ndarray, usual: np.ndarray, expected: np.ndarray) -> np.ndarray:
        """Days in a row up to the last of the week with ELEVATED times the expected and more."""
        level = expected / np.maximum(usual[:, -WEEK:].sum(axis=1), 1e-300)
        elevated = counts[:, -WEEK:] >= np.maximum(ELEVATED * level[:, None] * usual[:, -WEEK:], 1)
        return np.cumprod(elevated[:, ::-1], axis=1).sum(axis=1)

    def _of_day(self, counts: np.ndarray, share: np.ndarray, volume: np.ndarray, loud: np.ndarray) -> Found:
        """The ``loud`` ones by ``transforms.detection``, all tested series of the day beside them; the louder day expects more of all."""
        exposure = share.copy()
        exposure[:, -1] *= volume
        found = detection.detect(np.where(share > 0, counts, np.nan), int(_weekdays(self.day)[0]), exposure, last=OPEN_DAYS + 1, of=loud)
        return Found(found.expected[:, -1], found.dispersion[:, -1], found.p_value[:, -1], before=found)

    def _of_week(self, counts: np.ndarray, share: np.ndarray, exposure: np.ndarray, volume: np.ndarray, loud: np.ndarray) -> Found:
        """The ``loud`` ones' week against the eight before it, whose scatter is at least that of their days: eight tell too little of it;
        and four weeks against the eight before them. The smaller p-value of the two, doubled. ``exposure``: of the loud ones, week in it."""
        past, mine = _past(self.length), counts[loud]
        days, size = mine[:, past] * (exposure[:, past] > 0), exposure[:, past]
        week, today = mine[:, -WEEK:].sum(axis=1), exposure[:, -WEEK:].sum(axis=1) * volume[loud]
        by_week = (-1, BASELINE_DAYS // WEEK, WEEK)
        scatter = expectation(week, days, size, today).dispersion
        found = expectation(week, days.reshape(by_week).sum(axis=2), size.reshape(by_week).sum(axis=2), today, scatter)
        louder = share.copy()
        louder[:, -WEEK:] *= volume[:, None]
        rise = rises(np.where(share > 0, counts, np.nan), int(_weekdays(self.day)[0]), louder, of=loud)[:, -1]
        rise = np.where(found.p_value <= LATE_P_VALUE, np.nan_to_num(rise, nan=1.0), 1.0)   # four weeks that rest on a spike in one of them are no rise
        p = np.minimum(2 * np.minimum(found.p_value, rise), 1.0)
        return Found(found.expected, found.dispersion, p, is_rise=rise < found.p_value)


def _past(length: int) -> slice:
    """The baseline's days within REACH_DAYS, before a day or a week."""
    end = REACH_DAYS - max(LAG_DAYS, length)
    return slice(end - BASELINE_DAYS, end)


def _weekdays(day: date) -> np.ndarray:
    """Of the REACH_DAYS up to a day, 0 Monday to 6 Sunday."""
    return (day.weekday() - np.arange(REACH_DAYS)[::-1]) % 7


def _is_over(counted: Series, day: date, last_complete: dict[str, date]) -> np.ndarray:
    """Countries whose day has ended; 'any' waits for all."""
    over = {country: day <= last_complete.get(country, date.min) for country in counted.countries[1:]}
    return np.array([all(over.values()) if country == ANY else over[country] for country in counted.countries])


def _rates(counts: np.ndarray, share: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Counts as if all of the usual output had been seen; 0 on days that are not usable."""
    return np.where(usable, counts / np.where(usable, share, 1.0), 0.0)
