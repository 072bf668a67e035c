"""ops.source_days: a claim about silence needs a source that was looked at."""

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
        source_is_known=pl.col("source_id").is_in(context.keys("ops.sources", "source_id").implode()),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [
        holds("healthy_was_looked_at"),
        holds("healthy_is_not_down"),
        holds("unhealthy_says_why", "warning"),
        holds("source_is_known"),
    ]
