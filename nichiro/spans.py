"""Spans of days: what is computed or written in one go, so that a whole history needs no more memory than a season."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

import polars as pl

SPAN_DAYS = 90     # published days that are compared or written in one go
Say = Callable[[str], None]


def spans(days: Iterable[date]) -> Iterator[list[date]]:
    """The days in order, in groups that lie within SPAN_DAYS."""
    span: list[date] = []
    for day in sorted(days):
        if span and (day - span[0]).days >= SPAN_DAYS:
            yield span
            span = []
        span.append(day)
    if span:
        yield span


def tell(say: Say, what: str, span: list[date], days: Iterable[date]) -> None:
    """Say how far it is, where it takes more than a moment."""
    first, last = min(days, default=span[0]), max(days, default=span[-1])
    if last - first > timedelta(days=4 * SPAN_DAYS):
        say(f"{what} up to {span[-1]} of {last}")


def around(days: set[date] | list[date], before: int, after: int) -> set[date]:
    """The days with so many before and after each."""
    return {day + timedelta(days=number) for day in days for number in range(-before, after + 1)}


def keys(days: set[date] | list[date], name: str = "published_date") -> pl.DataFrame:
    """The days as keys of a table that is partitioned by them."""
    return pl.DataFrame({name: sorted(days)}, schema={name: pl.Date})
