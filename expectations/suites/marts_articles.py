"""marts.articles: references, order of times, duplicates that no copy row explains, languages as declared."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds, not_below

AHEAD_HOURS = 36
UNFLAGGED_DUPLICATES = 0.05  # share; a prime minister's office repeats headlines for different events
DECLARED_LANGUAGE = 0.95  # share; a few documents in another language are no fault


def derived(articles: pl.DataFrame, context: Context) -> pl.DataFrame:
    languages = context.read("ops.sources").select("source_id", "languages")
    known = context.keys("marts.articles", "article_id")
    covered = context.keys("marts.coverage_daily", "published_date")
    first = articles.select(syndicated_from="article_id", first_published_at="published_at")
    twin = ["published_date", "source_id", "headline", "body_length"]
    pair = ["pair_id", "language_code"]
    return (
        articles.join(languages, on="source_id", how="left", maintain_order="left")
        .join(first, on="syndicated_from", how="left", maintain_order="left")
        .with_columns(
            day_is_covered=pl.col("published_date").is_in(covered.implode()),
            source_is_known=pl.col("languages").is_not_null(),
            first_is_known=pl.col("syndicated_from").is_in(known.implode()),
            copy_has_first=pl.col("is_copy") == pl.col("syndicated_from").is_not_null(),
            published_before_capture=pl.col("published_at") <= pl.col("last_captured_at") + pl.duration(hours=AHEAD_HOURS),
            original_is_single=pl.when(~pl.col("is_copy")).then(
                pl.col("article_id").cum_count().over(*twin, "is_copy") == 1
            ),
            # a link in a menu, or a number that stands on every page, would pair all with all
            pair_has_one_of_a_language=pl.when(pl.col("pair_id").is_not_null()).then(pl.len().over(pair) == 1),
            language_is_declared=pl.col("language_code").is_in(pl.col("languages")),
        )
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [
        holds("day_is_covered"),
        holds("source_is_known"),
        holds("first_is_known"),
        holds("copy_has_first"),
        holds("published_before_capture", threshold=AHEAD_HOURS),
        not_below("captures_in_order", "last_captured_at", "first_captured_at"),
        not_below("first_is_not_later", "published_at", "first_published_at", "warning"),
        holds("original_is_single", "warning", mostly=1 - UNFLAGGED_DUPLICATES),
        holds("pair_has_one_of_a_language", "warning"),
        holds("language_is_declared", "warning", mostly=DECLARED_LANGUAGE),
    ]
