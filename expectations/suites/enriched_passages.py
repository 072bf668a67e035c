"""enriched.passages: offsets that hold a passage, and the terms that it rests on."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds


def derived(passages: pl.DataFrame, context: Context) -> pl.DataFrame:
    return passages.with_columns(
        passage_has_length=pl.col("end_offset") > pl.col("start_offset"),
        passage_has_evidence=pl.col("terms").list.len() > 0,
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [holds("passage_has_length"), holds("passage_has_evidence")]
