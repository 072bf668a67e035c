"""marts.target_tone: the score lies in its interval, and rests on mentions that were scored."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds, not_below


def derived(tone: pl.DataFrame, context: Context) -> pl.DataFrame:
    return tone.with_columns(score_rests_on_mentions=pl.col("tone_score").is_null() == (pl.col("scored_count") == 0))


def expectations(context: Context) -> list[gxe.Expectation]:
    return [
        not_below("score_not_below_interval", "tone_score", "tone_low"),
        not_below("score_not_above_interval", "tone_high", "tone_score"),
        not_below("scored_within_mentions", "mention_count", "scored_count"),
        holds("score_rests_on_mentions"),
    ]
