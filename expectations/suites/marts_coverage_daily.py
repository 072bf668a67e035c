"""marts.coverage_daily: counts that add up, explicit zeroes, a newest day that is new.

That no day is missing is checked where the days come from: marts.articles and ops.source_days.
"""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import equal, holds, not_below

FRESH_DAYS = 3  # the last complete day of the westernmost publisher, and a day of grace


def derived(coverage: pl.DataFrame, context: Context) -> pl.DataFrame:
    day, today = pl.col("published_date"), pl.lit(context.checked_at).dt.date()
    newest = pl.lit(context.keys("marts.coverage_daily", "published_date").max(), dtype=pl.Date)
    share = pl.col("attention_count") / pl.col("total_count")
    return coverage.with_columns(
        counted=pl.col("original_count") + pl.col("copy_count"),
        share_is_the_quotient=pl.when(pl.col("total_count") > 0).then(
            (pl.col("attention_share") - share).abs() < 1e-9
        ),
        every_topic_has_a_row=pl.len().over("published_date", "country_code", "language_code", "genre")
        == pl.col("topic_id").n_unique().over("published_date"),
        newest_day_is_fresh=pl.when(day == day.max()).then(newest >= today - pl.duration(days=FRESH_DAYS)),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [
        equal("originals_and_copies_add_up", "counted", "article_count"),
        not_below("attention_within_total", "total_count", "attention_count"),
        not_below("attention_within_originals", "original_count", "attention_count"),
        not_below("healthy_within_declared", "source_count", "healthy_source_count"),
        holds("share_is_the_quotient"),
        holds("every_topic_has_a_row"),
        holds("newest_day_is_fresh", "warning", threshold=FRESH_DAYS),
    ]
