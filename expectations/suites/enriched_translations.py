"""enriched.translations: a version points to another article that exists; likeness alone has a score."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds


def derived(translations: pl.DataFrame, context: Context) -> pl.DataFrame:
    articles = context.keys("marts.articles", "article_id")
    first = pl.col("translation_of")
    return translations.with_columns(
        first_is_known=first.is_in(articles.implode()),
        version_is_another_article=first != pl.col("article_id"),
        only_text_has_a_score=(pl.col("evidence") == "text") == pl.col("translation_score").is_not_null(),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [holds("first_is_known"), holds("version_is_another_article"), holds("only_text_has_a_score")]
