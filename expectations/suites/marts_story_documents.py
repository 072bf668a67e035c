"""marts.story_documents: an article is joined to others that exist, and never to itself."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds


def derived(documents: pl.DataFrame, context: Context) -> pl.DataFrame:
    articles = context.keys("marts.articles", "article_id")
    return documents.with_columns(
        article_is_known=pl.col("article_id").is_in(articles.implode()),
        followed_are_known=pl.col("follows").list.eval(pl.element().is_in(articles.to_list())).list.all(),
        follows_another=~pl.col("follows").list.contains(pl.col("article_id")),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [holds("article_is_known"), holds("followed_are_known"), holds("follows_another")]
