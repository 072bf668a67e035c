"""Alarms on the Kremlin's archive: the labels are whole, a burst is found, a collection that stops is none."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest

from benchmarks.kremlin_alarms import LABELS, alarms, periods

MONDAY = date(2016, 1, 4)


def found(burst: int = 0, gap: range = range(0)) -> pl.DataFrame:
    """Two pages off the beat every week, one on it every fourth; so many more on it in week 100."""
    rows = [(MONDAY + timedelta(days=7 * week + day), "none") for week in range(150) if week not in gap for day in (1, 3)]
    rows += [(MONDAY + timedelta(days=7 * week), "strong") for week in range(0, 150, 4) if week not in gap]
    rows += [(MONDAY + timedelta(days=700), "strong")] * burst
    return pl.DataFrame(rows, schema={"published_date": pl.Date, "relevance": pl.String}, orient="row")


@pytest.mark.parametrize("basis", ["share", "count"])
def test_a_burst_is_an_alarm(basis: str) -> None:
    told = alarms(found(burst=6), ("strong",), "week", basis)
    assert (MONDAY + timedelta(days=700), 7) in [(first, count) for first, _, count, _, _ in told]
    assert alarms(found(), ("strong",), "week", basis) == []


def test_a_collection_that_stops_is_no_alarm() -> None:
    assert alarms(found(gap=range(60, 90)), ("strong",), "week", "share") == []


def test_periods_follow_each_other() -> None:
    for freq in ("week", "month"):
        spans = periods(freq)
        assert all(first[1] + timedelta(days=1) == second[0] for first, second in pairwise(spans))


def test_labels_are_whole() -> None:
    with LABELS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    starts = {freq: {first.isoformat() for first, _ in periods(freq)} for freq in ("week", "month")}
    assert len({(row["freq"], row["first_date"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["first_date"] in starts[row["freq"]]
        assert row["verdict"] in ("event", "passing")
        assert row["what"]
