"""enriched.copies: a copy points to another article that exists."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds, not_below


def derived(copies: pl.DataFrame, context: Context) -> pl.DataFrame:
    articles = context.keys("marts.articles", "article_id")
    first = pl.col("syndicated_from")
    return copies.with_columns(
        first_is_known=first.is_in(articles.implode()),
        copy_is_another_article=first != pl.col("article_id"),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [
        holds("first_is_known"),
        holds("copy_is_another_article"),
        # of two sets, the intersection over the smaller one is never less than over the union
        not_below("containment_not_below_resemblance", "containment", "resemblance", "warning"),
    ]
