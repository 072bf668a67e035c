"""marts.tone_daily: the mean lies in its interval, and what was scored was counted."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds, not_below


def derived(tone: pl.DataFrame, context: Context) -> pl.DataFrame:
    share = pl.col("scored_count") / pl.col("article_count")
    return tone.with_columns(
        share_is_the_quotient=pl.when(pl.col("article_count") > 0).then(
            (pl.col("scored_share") - share).abs() < 1e-9
        ),
        mean_rests_on_scores=pl.col("tone_mean").is_null() | (pl.col("scored_count") > 0),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [
        not_below("mean_not_below_interval", "tone_mean", "tone_low"),
        not_below("mean_not_above_interval", "tone_high", "tone_mean"),
        not_below("scored_within_articles", "article_count", "scored_count"),
        holds("share_is_the_quotient"),
        holds("mean_rests_on_scores"),
    ]
