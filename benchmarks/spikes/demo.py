"""Spikes on the demo: what was planted, and what changes of our own collection set off.

``demo_truth``: ``recall``, planted stories alarmed on one of their days; ``precision``, alarmed days of the whole beat and its topics
that are planted ones; at medium sensitivity, on the seed that was never looked at. ``collection_change`` ``alarms``: the demo's rows as they
would be had we collected otherwise, once for each source and change: the source added on day 70, doubled from day 75 on (what it
publishes, on the beat and beside it, twice), or not reached for days 60 to 73. Counted are the series and days alarmed from the change to four
weeks after its end that the demo as it is does not alarm, planted days left out; ``n``: changes. In ``--quick`` every fourth.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.form import OURS, Row
from benchmarks.truth import HELD_OUT_SEED

ADDED, DOUBLED, GAP = 70, 75, (60, 73)
AFTER_DAYS = 28


def measure(quick: bool) -> list[Row]:
    """Run the demo on the held-out seed, and change its rows."""
    from nichiro.demo import run_demo
    from tests.demosite import DemoSite

    with tempfile.TemporaryDirectory(prefix="nichiro-spikes-") as folder:
        for _ in run_demo(Path(folder), HELD_OUT_SEED, lambda step, message: None):
            pass
        return score(Path(folder), DemoSite(seed=HELD_OUT_SEED).truth(), 4 if quick else 1)


def score(data_dir: Path, truth: dict[str, Any], every: int = 1) -> list[Row]:
    """Rows of the release in ``data_dir``; every so-manieth change."""
    from warehouse.store import connect
    from warehouse.tables import TABLES

    names = ("marts.articles", "marts.mentions", "ops.source_days", "ops.sources", "ops.topics", "marts.coverage_spikes")
    with connect(data_dir) as connection:
        frames = {name: TABLES[name].conform(connection.sql(f"FROM {name}").pl(), served=True) for name in names}
    planted = {date.fromisoformat(day) for spike in truth["spikes"] for day in spike["days"]}
    found = frames["marts.coverage_spikes"].filter(pl.col("sensitivity") != "high")
    return [*on_truth(found, truth, planted), collection_change(frames, date.fromisoformat(truth["first_day"]), truth["days"], planted, every)]


def on_truth(found: pl.DataFrame, truth: dict[str, Any], planted: set[date]) -> list[Row]:
    daily = found.filter(pl.col("period") == "day", *(pl.col(name) == "any" for name in ("language_code", "genre", "actor_id")))
    alarmed = set(daily["published_date"])
    told = [bool(alarmed & {date.fromisoformat(day) for day in spike["days"]}) for spike in truth["spikes"]]
    in_week = {day + timedelta(days=number) for day in planted for number in range(7)}   # a week is told by its last day
    every = {(day, day in (planted if period == "day" else in_week)) for day, period in found.select("published_date", "period").iter_rows()}
    return [
        Row(OURS, "demo_truth", "recall", sum(told) / len(told), len(told)),
        Row(OURS, "demo_truth", "precision", len(alarmed & planted) / len(alarmed) if alarmed else 0.0, len(alarmed)),
        Row(OURS, "demo_truth", "precision_of_every_series", sum(right for _, right in every) / len(every) if every else 0.0, len(every)),
    ]


def collection_change(frames: dict[str, pl.DataFrame], first: date, days: int, planted: set[date], every: int) -> Row:
    """Alarms that a change of collection sets off."""
    alarms, changes, as_it_is = 0, [*changed(frames, first)][::every], {}
    for articles, source_days, since, until in changes:
        looked = [since + timedelta(days=number) for number in range((until - since).days + AFTER_DAYS) if since + timedelta(days=number) < first + timedelta(days=days)]
        if since not in as_it_is:
            as_it_is[since] = alarmed(frames, looked)
        after = alarmed(frames | {"marts.articles": articles, "ops.source_days": source_days}, looked)
        alarms += len([row for row in after - as_it_is[since] if row[0] not in planted])
    return Row(OURS, "collection_change", "alarms", alarms, len(changes))


def alarmed(frames: dict[str, pl.DataFrame], looked: list[date]) -> set[tuple]:
    """Day and series of the spikes at medium sensitivity on some days."""
    from transforms.spikes import coverage_spikes

    complete = dict.fromkeys(frames["ops.sources"]["country_code"].unique(), looked[-1])
    found = coverage_spikes(
        *(frames[name] for name in ("marts.articles", "marts.mentions", "ops.source_days", "ops.sources", "ops.topics")), pl.Series("day", looked, pl.Date), complete,
    )
    series = ("published_date", "topic_id", "country_code", "language_code", "genre", "actor_id", "period")
    return set(found.filter(pl.col("sensitivity") != "high").select(series).iter_rows())


def changed(frames: dict[str, pl.DataFrame], first: date) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, date, date]]:
    """Per source with anything on the beat and per change: articles, health, first and last day of the change."""
    articles, health = frames["marts.articles"], frames["ops.source_days"]
    for source_id in articles.filter(pl.col("relevance") == "strong")["source_id"].unique().sort():
        mine = pl.col("source_id") == source_id
        added, doubled, gap = (first + timedelta(days=number - 1) for number in (ADDED, DOUBLED, GAP[0]))
        yield articles.filter(~mine | (pl.col("published_date") >= added)), health.filter(~mine | (pl.col("day") >= added)), added, added
        again = articles.filter(mine, pl.col("published_date") >= doubled).with_columns(pl.col("article_id") + "-again")
        yield pl.concat([articles, again]), health, doubled, doubled
        back = first + timedelta(days=GAP[1] - 1)
        missing = pl.col("published_date").is_between(gap, back)
        down = health.with_columns(is_healthy=pl.col("is_healthy") & ~(mine & pl.col("day").is_between(gap, back)))
        yield articles.filter(~(mine & missing)), down, gap, back
