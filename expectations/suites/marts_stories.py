"""marts.stories: counts and days agree, and its first article exists."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds, not_below


def derived(stories: pl.DataFrame, context: Context) -> pl.DataFrame:
    articles = context.keys("marts.articles", "article_id")
    return stories.with_columns(
        first_article_is_known=pl.col("first_article_id").is_in(articles.implode()),
        ends_not_before_it_begins=pl.col("last_published_date") >= pl.col("published_date"),
        merged_another=~pl.col("merged_story_ids").list.contains(pl.col("story_id")),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [
        holds("first_article_is_known"),
        holds("ends_not_before_it_begins"),
        holds("merged_another"),
        not_below("originals_within_articles", "article_count", "original_count"),
    ]
