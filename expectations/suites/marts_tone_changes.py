"""marts.tone_changes: what is told differs beyond its interval."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds, not_below


def derived(changes: pl.DataFrame, context: Context) -> pl.DataFrame:
    difference = pl.col("after_mean") - pl.col("before_mean")
    return changes.with_columns(
        interval_leaves_zero_out=(pl.col("difference_low") > 0) | (pl.col("difference_high") < 0),
        interval_holds_the_difference=difference.is_between(pl.col("difference_low") - 1e-9, pl.col("difference_high") + 1e-9),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [holds("interval_leaves_zero_out"), holds("interval_holds_the_difference"), not_below("q_not_below_p", "q_value", "p_value")]
