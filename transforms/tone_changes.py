"""marts.tone_changes: days on which the tone toward a target is first seen to differ from that of the weeks before.

The last AFTER_DAYS against the BEFORE_DAYS before them, documents as units, by Welch's t; false discoveries are controlled over all
series of a day (Benjamini and Hochberg 1995). Of days in a row that differ the same way only the first is a change: it is told once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from warehouse.tables.marts import TARGET_TONE, TONE_CHANGES

METHOD = "welch_t"
VERSION = "1"
AFTER_DAYS = 14
BEFORE_DAYS = 56        # eight weeks, as the baseline of coverage
FEWEST = 8              # documents on either side; below, t is ruled by how the scores are shaped
Q_VALUE = 0.05
LEVEL = 0.9             # of the interval of the difference, which must leave zero out
SETTLED_DAYS = 6        # a change is new where none of so many days before saw it
LOOK_BACK = AFTER_DAYS + BEFORE_DAYS - 1 + SETTLED_DAYS + 1
SERIES = ["target_id", "country_code", "language_code", "voice"]


def tone_changes(articles: pl.DataFrame, tones: pl.DataFrame, days: pl.Series, last_complete: dict[str, date]) -> pl.DataFrame:
    """Changes on ``days``. ``articles``, ``tones``: marts.articles and marts.target_tone of the days and the LOOK_BACK before them.

    ``last_complete``: country -> its last local day that is over; later days are not evaluated. Scores of several versions are not
    compared: of a series only the documents of its latest day's version count.
    """
    originals = articles.filter((pl.col("relevance") == "strong") & ~pl.col("is_copy")).select("article_id", "country_code", "language_code")
    rows = tones.drop_nulls("tone_score").join(originals, on="article_id").sort(*SERIES, *TARGET_TONE.primary_key)
    wanted = set(days)
    evaluated = sorted({day - timedelta(days=number) for day in wanted for number in range(SETTLED_DAYS + 1)})
    series = [_Series(key, group) for key, group in rows.group_by(SERIES, maintain_order=True)]
    seen: dict[date, dict[tuple[object, ...], dict[str, Any]]] = {
        day: dict(_differing(day, [each for each in series if day <= last_complete.get(str(each.key[1]), date.min)])) for day in evaluated
    }
    found = [
        _row(day, key, change) for day in sorted(wanted) for key, change in seen[day].items()
        if not any(_is_same(seen[day - timedelta(days=number)].get(key), change) for number in range(1, SETTLED_DAYS + 1))
    ]
    return TONE_CHANGES.conform(pl.DataFrame(found, schema=TONE_CHANGES.schema).sort("published_date", *SERIES))


class _Series:
    """The scores of one series as arrays, by day."""

    def __init__(self, key: tuple[object, ...], rows: pl.DataFrame) -> None:
        rows = rows.sort("published_date", "article_id")
        self.key = key
        self.numbers = rows["published_date"].to_physical().to_numpy()
        self.scores = rows["tone_score"].to_numpy()
        self.versions = rows["method_version"].to_numpy()
        self.article_ids = rows["article_id"].to_list()

    def sides(self, day: date) -> tuple[np.ndarray, np.ndarray] | None:
        """Places of the scores before and after; None where they are too few."""
        number = (day - date(1970, 1, 1)).days
        start, middle, end = np.searchsorted(self.numbers, [number - AFTER_DAYS - BEFORE_DAYS + 1, number - AFTER_DAYS + 1, number + 1])
        if middle - start < FEWEST or end - middle < FEWEST:
            return None
        version = self.versions[end - 1]
        before, after = (np.arange(first, last)[self.versions[first:last] == version] for first, last in ((start, middle), (middle, end)))
        if len(before) < FEWEST or len(after) < FEWEST:
            return None
        return before, after


def _differing(day: date, series: list[_Series]) -> Iterator[tuple[tuple[object, ...], dict[str, Any]]]:
    """The series that differ on a day, with what of it."""
    from scipy.stats import false_discovery_control, t  # takes half a second to import

    tested = [(each, sides) for each in series if (sides := each.sides(day))]
    if not tested:
        return
    before, after = ([each.scores[sides[side]] for each, sides in tested] for side in (0, 1))
    counts = np.array([[len(side) for side in sides] for sides in (before, after)], float)
    means = np.array([[side.mean() for side in sides] for sides in (before, after)])
    parts = np.array([[side.var(ddof=1) for side in sides] for sides in (before, after)]) / counts
    parts = np.maximum(parts, 1e-12)   # scores that are all the same: no division by zero
    error = np.sqrt(parts.sum(axis=0))
    freedom = parts.sum(axis=0) ** 2 / (parts**2 / (counts - 1)).sum(axis=0)
    difference = means[1] - means[0]
    p_values = np.clip(2 * t.sf(np.abs(difference) / error, freedom), 0, 1)
    q_values = false_discovery_control(p_values)
    reach = t.ppf(0.5 + LEVEL / 2, freedom) * error
    for place, (each, (_, late)) in enumerate(tested):
        low, high = difference[place] - reach[place], difference[place] + reach[place]
        if q_values[place] <= Q_VALUE and (low > 0 or high < 0):
            yield each.key, {
                "before_mean": means[0][place], "after_mean": means[1][place], "before_count": int(counts[0][place]), "after_count": int(counts[1][place]),
                "difference_low": max(-2.0, low), "difference_high": min(2.0, high), "p_value": p_values[place], "q_value": q_values[place],
                "article_ids": sorted(each.article_ids[number] for number in late), "method": METHOD, "method_version": f"{VERSION}+{each.versions[late[-1]]}",
            }  # fmt: skip


def _is_same(earlier: dict[str, Any] | None, change: dict[str, Any]) -> bool:
    return earlier is not None and (earlier["difference_low"] > 0) == (change["difference_low"] > 0)


def _row(day: date, key: tuple[object, ...], change: dict[str, Any]) -> dict[str, Any]:
    name = "|".join(("tone_changes", *map(str, key), day.isoformat()))
    return dict(zip(SERIES, key, strict=True)) | change | {"change_id": hashlib.sha256(name.encode()).hexdigest()[:16], "published_date": day}
