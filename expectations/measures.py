"""What the learned checks measure: every figure is a sum over a sum, by day and subject.

A *subject* is a source, a language or all together. So a figure over several days is the quotient of two sums, and a
day with one article weighs as one article.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

UNDATED = ("no_date", "many_dates", "unreadable_date", "impossible_date")
OLD_DAYS = 3  # from publication to a first capture; a daily crawl sees most articles within two
SUBJECTS = {"source": pl.col("source_id"), "language": pl.col("language_code"), "all": pl.lit("all")}
DOCUMENTS = pl.Schema(
    {
        "key": pl.String, "source_id": pl.String, "language_code": pl.String, "day": pl.Date, "is_copy": pl.Boolean,
        "body_length": pl.Int64, "tone_score": pl.Float64, "age_days": pl.Int64,
    }
)  # fmt: skip
PAGES = pl.Schema({"key": pl.String, "source_id": pl.String, "day": pl.Date, "reason": pl.String})
HEALTH = pl.Schema({"key": pl.String, "source_id": pl.String, "day": pl.Date, "is_healthy": pl.Boolean})


@dataclass(frozen=True)
class History:
    """The last days of accepted data, ``until`` the newest captured day.

    ``documents``: each new document once, on the day it was captured, or published where it was backfilled; its body's
    length where the body is whole, its age at capture where it was observed. ``pages``: each article page asked for and
    answered, with the reason where it is in quarantine. ``health``: each source that was looked at. ``repeated``:
    capture_ids of documents whose very text stands under SAME or more articles of their source. Rows are named by
    ``key``, the source first.
    """

    until: date
    documents: pl.DataFrame
    pages: pl.DataFrame
    health: pl.DataFrame
    repeated: pl.Series

    def with_news(self, new_days: int, window_days: int) -> pl.DataFrame:
        """The documents, with ``is_new``: the source began after all of them did, and less than ``new_days`` before."""
        day, begin = pl.col("day"), self.until - timedelta(days=window_days - 1)
        first = day.min().over("source_id")
        began_later = first >= pl.max_horizontal(day.min(), pl.lit(begin)) + pl.duration(days=new_days)
        return self.documents.with_columns(is_new=began_later & (day < first + pl.duration(days=new_days)))


@dataclass(frozen=True)
class Measure:
    """``numerator`` over ``denominator`` of the rows of a frame of History; a null denominator leaves a row out.

    Without a denominator it is a count per calendar day. With ``all_subjects`` the denominator is that of all of them.
    """

    frame: str
    numerator: pl.Expr
    denominator: pl.Expr | None
    unit: str
    all_subjects: bool = False


def _mean(name: str) -> tuple[pl.Expr, pl.Expr]:
    return pl.col(name), pl.when(pl.col(name).is_not_null()).then(1)


ONE = pl.lit(1)
MEASURES: dict[str, Measure] = {
    "articles_per_day": Measure("documents", ONE, None, "articles a day"),
    "new_source_share": Measure("documents", pl.col("is_new"), ONE, "share of articles"),
    "language_share": Measure("documents", ONE, ONE, "share of articles", all_subjects=True),
    "copy_share": Measure("documents", pl.col("is_copy"), ONE, "share of articles"),
    "body_length": Measure("documents", *_mean("body_length"), "characters"),
    "tone_mean": Measure("documents", *_mean("tone_score"), "mean, -1 to 1"),
    "old_share": Measure("documents", pl.col("age_days") > OLD_DAYS, _mean("age_days")[1], "share of articles"),
    "undated_share": Measure("pages", pl.col("reason").is_in(UNDATED).fill_null(value=False), ONE, "share of pages"),
    "future_share": Measure("pages", pl.col("reason").eq_missing("future_date"), ONE, "share of pages"),
    "quarantined_share": Measure("pages", pl.col("reason").is_not_null(), ONE, "share of pages"),
    "healthy_share": Measure("health", pl.col("is_healthy"), ONE, "share of sources"),
}


def rows(history: History, name: str, of: str, new_days: int, window_days: int) -> pl.DataFrame:
    """The rows that a measure rests on: suite, day, key, numerator, denominator (null for a count per day)."""
    measure = MEASURES[name]
    frame = history.with_news(new_days, window_days) if measure.frame == "documents" else getattr(history, measure.frame)
    if measure.denominator is None and of == "all":
        frame = frame.filter(~pl.col("is_new"))  # what a new source adds is told by new_source_share
    begin = history.until - timedelta(days=window_days - 1)
    denominator = pl.lit(None) if measure.denominator is None else measure.denominator
    return frame.filter(pl.col("day").is_between(begin, history.until)).select(
        "day",
        "key",
        suite=SUBJECTS[of],
        numerator=measure.numerator.cast(pl.Float64),
        denominator=denominator.cast(pl.Float64),
    )


def daily(found: pl.DataFrame, name: str, until: date, window_days: int) -> pl.DataFrame:
    """Sums by suite and calendar day, from the suite's first day on: suite, day, numerator, denominator."""
    begin = until - timedelta(days=window_days - 1)
    calendar = pl.DataFrame({"day": pl.date_range(begin, until, eager=True)})
    sums = found.group_by("suite", "day").agg(pl.col("numerator", "denominator").sum())
    suites = found.group_by("suite").agg(first=pl.col("day").min())
    grid = (
        suites.join(calendar, how="cross")
        .filter(pl.col("day") >= pl.col("first"))
        .join(sums, on=["suite", "day"], how="left")
        .with_columns(pl.col("numerator", "denominator").fill_null(0))
        .sort("suite", "day")
    )
    measure = MEASURES[name]
    if measure.denominator is None:
        return grid.with_columns(denominator=pl.lit(1.0))
    if measure.all_subjects:
        return grid.with_columns(denominator=pl.col("denominator").sum().over("day"))
    return grid
