"""ops.source_days: silence needs a source that was looked at, and a day that was looked at has its zeroes."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds


def derived(days: pl.DataFrame, context: Context) -> pl.DataFrame:
    healthy = pl.col("is_healthy")
    return days.with_columns(
        healthy_was_looked_at=pl.when(healthy).then(pl.col("basis") != "unknown"),
        healthy_is_not_down=pl.when(healthy).then(
            ~pl.col("state").is_in(["blocked", "challenged", "changed", "robots", "down", "held", "unknown"])
        ),
        unhealthy_says_why=pl.when(~healthy & (pl.col("state") != "unknown")).then(
            pl.col("reason").is_not_null()
        ),
        day_is_covered=pl.col("day").is_in(context.keys("marts.coverage_daily", "published_date").implode()),
        source_is_known=pl.col("source_id").is_in(context.keys("ops.sources", "source_id").implode()),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [
        holds("healthy_was_looked_at"),
        holds("healthy_is_not_down"),
        holds("unhealthy_says_why", "warning"),
        holds("day_is_covered"),
        holds("source_is_known"),
    ]
