"""marts.coverage_spikes: days and weeks on which a series got more coverage than its past lets one expect.

Days are judged by ``transforms.detection``, all series of a day together; weeks, on their Sunday, by a negative-binomial tail
(``transforms.tail``), which finds what is too thin for days. What is compared with what, ``transforms.panel`` says.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import polars as pl

from transforms import detection
from transforms.coverage import ANY
from transforms.panel import REACH_DAYS, WEEK, Panel
from transforms.series import AXES, Series, series
from warehouse.columns import SENSITIVITY_Q
from warehouse.tables.marts import COVERAGE_SPIKES

METHODS = {"day": detection.METHOD, "week": "negative_binomial_tail"}
VERSION = "2"


def coverage_spikes(
    articles: pl.DataFrame,
    mentions: pl.DataFrame,
    source_days: pl.DataFrame,
    sources: pl.DataFrame,
    topics: pl.DataFrame,
    days: pl.Series,
    last_complete: dict[str, date],
) -> pl.DataFrame:
    """Spikes on ``days``, in every series of ``transforms.series``; of weeks on their last day.

    ``articles``, ``mentions``: marts.articles and marts.mentions of the days and the 90 before them; ``source_days``:
    ops.source_days of the same; ``last_complete``: country -> its last local day that is over; later days are not evaluated
    ('any' waits for all). A row of the result depends on nothing outside these 91 days. False discoveries are controlled
    per day over all series that had any article in them (Benjamini and Hochberg 1995), at the three SENSITIVITY_Q.
    """
    from scipy.stats import false_discovery_control  # scipy.stats takes half a second to import

    wanted = days.unique().sort()
    if wanted.is_empty() or sources.is_empty():
        return COVERAGE_SPIKES.empty()
    counted = series(articles, mentions, source_days, sources, topics, wanted[0] - timedelta(days=REACH_DAYS - 1), wanted[-1])
    rows = []
    for day in wanted:
        views = [view for length in ((1, WEEK) if day.weekday() == 6 else (1,)) if (view := Panel.of(counted, day, length, last_complete))]
        found = [each for view in views for each in view.candidates()]
        if not found:
            continue
        others = sum(view.tested_count for view in views) - len(found)   # series that could reach no alarm
        adjusted = false_discovery_control([*(row["p_value"] for row in found), *[1.0] * others])
        for row, q in zip(found, adjusted, strict=False):
            least = next((name for name, bound in SENSITIVITY_Q.items() if q <= bound), None)
            if least:
                rows.append(_described(row | {"q_value": float(q), "sensitivity": least, "published_date": day}, counted))
    names = COVERAGE_SPIKES.schema.names()
    spikes = pl.DataFrame([{name: row[name] for name in names} for row in rows], schema=COVERAGE_SPIKES.schema)
    return COVERAGE_SPIKES.conform(spikes.sort("published_date", "period", "country_code", *AXES))


def spike_id(row: dict) -> str:
    """32 hex digits of rule, series and day. Series of older contracts, of a topic in a country by day, keep theirs."""
    further = [f"{name}={row[name]}" for name in ("language_code", "genre", "actor_id") if row[name] != ANY]
    further += [] if row["period"] == "day" else [row["period"]]
    name = "|".join(["coverage_spikes", row["topic_id"], row["country_code"], str(row["published_date"]), *further])
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _described(row: dict, counted: Series) -> dict:
    """The row with its id, its articles, and what it comes to."""
    behind = counted.article_ids(row["column"], row["panel"], row["first"], row["last"])
    return row | {
        "spike_id": spike_id(row), "article_ids": behind["article_id"].to_list(), "outlet_count": behind["source"].n_unique(), "method": METHODS[row["period"]],
        "method_version": f"{VERSION}+{detection.VERSION}" if row["period"] == "day" else VERSION,
    }
