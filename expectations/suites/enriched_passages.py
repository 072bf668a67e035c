"""enriched.passages: offsets that hold a passage, of an article version that exists."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds


def derived(passages: pl.DataFrame, context: Context) -> pl.DataFrame:
    articles = context.read("staging.articles")["capture_id"]
    return passages.with_columns(
        passage_has_length=pl.col("end_offset") > pl.col("start_offset"),
        passage_has_evidence=pl.col("terms").list.len() > 0,
        article_is_known=pl.col("capture_id").is_in(articles.implode()),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [holds("passage_has_length"), holds("passage_has_evidence"), holds("article_is_known")]
