"""enriched.target_tone: probabilities are whole, the label follows from them, and what is not scored says why."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds

ROUNDED = 0.001   # three probabilities of four decimals


def derived(tone: pl.DataFrame, context: Context) -> pl.DataFrame:
    return probable(tone).with_columns(
        name_lies_in_its_sentence=(pl.col("sentence_start") <= pl.col("start_offset")) & (pl.col("end_offset") <= pl.col("sentence_end"))
    )


def probable(tone: pl.DataFrame) -> pl.DataFrame:
    """The checks of three probabilities and their label."""
    names = ("negative", "neutral", "positive")
    of_label = pl.coalesce(pl.when(pl.col("label") == name).then(pl.col(name)) for name in names)
    return tone.with_columns(
        probabilities_sum_to_one=(pl.sum_horizontal(*names, ignore_nulls=False) - 1).abs() < ROUNDED,
        label_is_most_probable=of_label >= pl.max_horizontal(*names) - 1e-9,
        scored_or_says_why=pl.col("label").is_null() == pl.col("unscored_reason").is_not_null(),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [holds("name_lies_in_its_sentence"), *scored()]


def scored() -> list[gxe.Expectation]:
    return [holds("probabilities_sum_to_one"), holds("label_is_most_probable"), holds("scored_or_says_why")]
