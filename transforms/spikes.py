"""marts.coverage_spikes: days on which a topic got more coverage than its past lets one expect.

A negative-binomial tail on daily counts (the family of EARS and Farrington, Noufaily et al. 2013,
doi:10.1002/sim.5595), with a lag that keeps a spike out of its own baseline, weekday factors, old peaks trimmed, and two
guards against our own doings: only sources healthy that day and known for four weeks are compared with themselves, and
what they publish beside the beat scales the expectation, so that an outage, a new source or a doubled one is no spike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from transforms.coverage import ANY
from warehouse.tables.marts import COVERAGE_SPIKES

METHOD = "negative_binomial_tail"
VERSION = "1"

BASELINE_DAYS = 56       # eight of each weekday
LAG_DAYS = 3             # the baseline ends three days before: a spike of two days does not raise its own bar
HISTORY_DAYS = 28        # no alarm on less, neither for a series nor for a source
MINIMUM_COUNT = 3
Q_VALUE = 0.01
PEAK_SHARE = 0.05        # the highest twentieth of the baseline is left out at first: peaks cannot hide each other
TRIM_P_VALUE = 0.001     # days of the baseline less likely than this are old peaks
VOLUME_PRIOR = 10.0      # articles beside the beat that are added before two volumes are compared: damps small numbers
WEEKDAY_PRIOR = 4.0      # weeks of an even week that are added before weekday factors are taken


@dataclass(frozen=True)
class Expectation:
    """What the past lets one expect of a day's count, and how unlikely so many or more are."""

    expected: np.ndarray
    dispersion: np.ndarray
    p_value: np.ndarray


def coverage_spikes(
    articles: pl.DataFrame,
    source_days: pl.DataFrame,
    sources: pl.DataFrame,
    topics: pl.DataFrame,
    days: pl.Series,
    last_complete: dict[str, date],
    q_value: float = Q_VALUE,
) -> pl.DataFrame:
    """Spikes on ``days``, for 'any' and each topic, in 'any' and each declared country.

    ``articles``: marts.articles of the days and the 58 before them; ``source_days``: ops.source_days of the same;
    ``last_complete``: country -> its last local day that is over; later days are not evaluated ('any' waits for all).
    A row of the result depends on nothing outside these 59 days. False discoveries are controlled per day over all
    series (Benjamini and Hochberg 1995).
    """
    from scipy.stats import false_discovery_control  # scipy.stats takes half a second to import

    topic_ids = [ANY, *topics["topic_id"].sort()]
    window = _Window.of(articles, source_days, sources, topic_ids, days)
    rows = []
    for day in days.unique().sort():
        if window.most(day) < MINIMUM_COUNT:
            continue   # no series can reach it
        tested = list(_evaluate(day, window, topic_ids, last_complete))
        if not tested:
            continue
        adjusted = false_discovery_control([series["p_value"] for series in tested])
        for series, q in zip(tested, adjusted, strict=True):
            if q <= q_value and series["observed_count"] >= MINIMUM_COUNT:
                rows.append(series | {"q_value": float(q), "article_ids": window.article_ids(day, series)})
    spikes = pl.DataFrame(
        [{name: row[name] for name in COVERAGE_SPIKES.schema.names()} for row in rows], schema=COVERAGE_SPIKES.schema
    )
    return COVERAGE_SPIKES.conform(spikes.sort("published_date", "country_code", "topic_id"))


@dataclass(frozen=True)
class _Window:
    """Counts by source and day, as arrays: what all evaluated days look back on."""

    first: date
    source_ids: list[str]
    countries: list[str]
    healthy: np.ndarray    # source × day
    beat: np.ndarray       # source × topic × day: originals on the beat
    beside: np.ndarray     # source × day: other originals
    originals: pl.DataFrame

    @classmethod
    def of(
        cls, articles: pl.DataFrame, source_days: pl.DataFrame, sources: pl.DataFrame, topic_ids: list[str], days: pl.Series
    ) -> _Window:
        wanted = days.unique().sort()
        first = (wanted[0] if len(wanted) else date(1970, 1, 1)) - timedelta(days=LAG_DAYS + BASELINE_DAYS - 1)
        length = (wanted[-1] - first).days + 1 if len(wanted) else 0
        declared = sources.select("source_id", "country_code").sort("source_id")
        place = {source_id: number for number, source_id in enumerate(declared["source_id"])}
        topic_place = {topic: number for number, topic in enumerate(topic_ids)}
        shape = (len(place), length)
        healthy, beside = np.zeros(shape, bool), np.zeros(shape)
        beat = np.zeros((len(place), len(topic_ids), length))
        at = {"number": (pl.col("day") - first).dt.total_days()}
        looked = source_days.filter("is_healthy").with_columns(**at)
        for source_id, number in looked.select("source_id", "number").iter_rows():
            if source_id in place and 0 <= number < length:
                healthy[place[source_id], number] = True
        originals = (
            articles.filter(~pl.col("is_copy"))
            .select("article_id", "source_id", "topics", pl.col("published_date").alias("day"), on_beat=pl.col("relevance") == "strong")
            .with_columns(**at)
            .filter(pl.col("number").is_between(0, length - 1), pl.col("source_id").is_in(list(place)))
        )
        for source_id, on_beat, subjects, number in originals.select("source_id", "on_beat", "topics", "number").iter_rows():
            if not on_beat:
                beside[place[source_id], number] += 1
                continue
            for topic in {ANY, *subjects} & topic_place.keys():
                beat[place[source_id], topic_place[topic], number] += 1
        return cls(first, list(place), declared["country_code"].to_list(), healthy, beat, beside, originals.filter("on_beat"))

    def most(self, day: date) -> float:
        """Originals on the beat of a day, all sources together: no series counts more."""
        return self.beat[:, 0, (day - self.first).days].sum()

    def article_ids(self, day: date, series: dict) -> list[str]:
        """The articles behind a series' count, sorted."""
        rows = self.originals.filter(
            pl.col("day") == day,
            pl.col("source_id").is_in(series["panel"]),
            pl.lit(series["topic_id"] == ANY) | pl.col("topics").list.contains(series["topic_id"]),
        )
        return rows["article_id"].sort().to_list()


def _evaluate(day: date, window: _Window, topic_ids: list[str], last_complete: dict[str, date]) -> Iterator[dict]:
    """All series of one day, each with its p-value."""
    today = (day - window.first).days
    past = slice(today - LAG_DAYS - BASELINE_DAYS + 1, today - LAG_DAYS + 1)
    known = window.healthy[:, today] & (window.healthy[:, past].sum(axis=1) >= HISTORY_DAYS)
    weekdays = (day.weekday() - LAG_DAYS - BASELINE_DAYS + 1 + np.arange(BASELINE_DAYS)) % 7
    countries = np.array(window.countries)
    complete = {country for country, last in last_complete.items() if day <= last}
    for country in [ANY, *sorted(set(window.countries))]:
        if (country not in complete) if country != ANY else not complete.issuperset(window.countries):
            continue
        panel = known & ((countries == country) | (country == ANY))
        if not panel.any():
            continue
        seen = window.healthy[panel, past]
        beat = window.beat[panel, :, past] * seen[:, None, :]
        beside = window.beside[panel, past] * seen
        exposure = _exposure(beat[:, 0] + beside, seen)
        usable = exposure >= 0.5   # a day on which most of the panel's output was not to be seen says little
        if usable.sum() < HISTORY_DAYS:
            continue
        observed = window.beat[panel, :, today].sum(axis=0)
        volume = _volume(beside.sum(axis=0), exposure, usable, weekdays, day.weekday(), window.beside[panel, today].sum())
        total = (beat[:, 0] + beside).sum(axis=0)
        factors = weekday_factors(total[usable] / exposure[usable], weekdays[usable])
        found = expectation(
            observed, beat.sum(axis=0)[:, usable], (exposure * factors[weekdays])[usable], factors[day.weekday()] * volume
        )
        members = [source_id for source_id, inside in zip(window.source_ids, panel, strict=True) if inside]
        for number, topic in enumerate(topic_ids):
            yield {
                "spike_id": hashlib.sha256(f"coverage_spikes|{topic}|{country}|{day}".encode()).hexdigest()[:32],
                "published_date": day,
                "topic_id": topic,
                "country_code": country,
                "observed_count": int(observed[number]),
                "expected_count": float(found.expected[number]),
                "dispersion": float(found.dispersion[number]),
                "p_value": float(found.p_value[number]),
                "baseline_days": int(usable.sum()),
                "panel": members,
                "method": METHOD,
                "method_version": VERSION,
            }


def _exposure(output: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Per past day, the share of the panel's usual output whose sources were healthy, 0–1."""
    usual = output.sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    if not usual.any():
        usual = np.ones(len(usual))
    return usual @ seen / usual.sum()


def _volume(
    beside: np.ndarray, exposure: np.ndarray, usable: np.ndarray, weekdays: np.ndarray, weekday: int, today: float
) -> float:
    """How much more the panel publishes beside the beat than usual; at least 1: a quiet day makes no spike."""
    rate = beside[usable] / exposure[usable]
    usual = rate.mean() * weekday_factors(rate, weekdays[usable])[weekday]
    return max(1.0, (today + VOLUME_PRIOR) / (usual + VOLUME_PRIOR))


def weekday_factors(counts: np.ndarray, weekdays: np.ndarray) -> np.ndarray:
    """Seven factors around 1 from the counts of some weeks, drawn towards an even week by WEEKDAY_PRIOR."""
    mean = counts.mean()
    if mean == 0:
        return np.ones(7)
    sums = np.bincount(weekdays, counts, 7)
    return (sums + WEEKDAY_PRIOR * mean) / (mean * (np.bincount(weekdays, minlength=7) + WEEKDAY_PRIOR))


def expectation(observed: np.ndarray, past: np.ndarray, exposure: np.ndarray, today: float) -> Expectation:
    """Expected counts and upper tails of several series at once.

    ``observed``: series; ``past``: series × days; ``exposure``: days, relative size of each (weekday, sources seen);
    ``today``: the same for the evaluated day. The rate is estimated with half an article added, so that no series
    expects nothing; the days left out of it, at first PEAK_SHARE, are in the end those beyond TRIM_P_VALUE. Dispersion
    is Pearson's, at least 1, and the tail has the rate's own uncertainty added.
    """
    size = past / exposure
    kept = size <= np.quantile(size, 1 - PEAK_SHARE, axis=1, keepdims=True)
    for _ in range(3):
        weight = kept * exposure
        rate = ((past * kept).sum(axis=1) + 0.5) / weight.sum(axis=1)
        mean = rate[:, None] * exposure
        dispersion = (kept * (past - mean) ** 2 / mean).sum(axis=1) / (kept.sum(axis=1) - 1)
        dispersion = np.maximum(dispersion, 1.0)
        kept = _tail(past, mean, dispersion[:, None]) >= TRIM_P_VALUE
    expected = rate * today
    uncertain = dispersion * (1 + expected / (rate * weight.sum(axis=1)))
    return Expectation(expected, dispersion, _tail(observed, expected, uncertain))


def _tail(count: np.ndarray, mean: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """P(X >= count) of a negative binomial with that mean and variance = dispersion × mean."""
    from scipy.stats import nbinom

    over = np.maximum(dispersion, 1 + 1e-6)   # at 1 it is Poisson's, which the limit gives to six digits
    return np.clip(nbinom.sf(count - 1, mean / (over - 1), 1 / over), 0.0, 1.0)
