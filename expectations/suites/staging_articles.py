"""staging.articles: dates that can be, texts that are texts, and, before publishing, no article left unmeasured."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations import dirt
from expectations.context import Context
from expectations.kinds import ValuesWithin
from expectations.rule import holds

AHEAD_HOURS = 36  # a day-precision date is local noon, and zones reach 14 hours ahead of UTC
FULL_LENGTH = 40  # characters; a shorter "whole" text is a caption or a button
HEADLINE_LENGTH = 400
FEED_AGREES = 0.8  # share of pages; a feed may give the day of a change


def derived(articles: pl.DataFrame, context: Context) -> pl.DataFrame:
    read, captured = pl.col("published_date"), pl.col("captured_date")
    checks = articles.with_columns(
        headline_length=pl.col("headline").str.len_chars().cast(pl.Int64),
        published_before_capture=pl.col("published_at") <= pl.col("captured_at") + pl.duration(hours=AHEAD_HOURS),
        local_day_of_instant=(read - pl.col("published_at").dt.date()).dt.total_days().abs() <= 1,
        captured_on_its_day=pl.col("captured_at").dt.date() == captured,
        full_body_is_long_enough=pl.when(pl.col("body_state") == "full").then(
            pl.col("body_length") >= FULL_LENGTH
        ),
        day_and_month_in_order=~dirt.is_swapped(),
        date_is_no_url=~dirt.is_url(),
    )
    if context.gate == "sources":  # texts leave the frame here: a release holds them as the terms allow
        return checks.with_columns(
            body_is_not_boilerplate=~dirt.is_repeated(), lead_is_not_boilerplate=~dirt.is_repeated_lead()
        )
    measured = context.read("enriched.relevance")["capture_id"]
    repeated = context.history.repeated if context.history else pl.Series(dtype=pl.String)
    feeds = (
        context.read("raw.discoveries")
        .filter(via="feed", basis="observed")
        .select("run_id", "source_id", "url", feed_day=dirt.day_of_feed(pl.col("published_text")))
        .drop_nulls()
        .unique(["run_id", "source_id", "url"], maintain_order=True)
    )
    return checks.join(feeds, on=["run_id", "source_id", "url"], how="left", maintain_order="left").with_columns(
        has_relevance=pl.col("capture_id").is_in(measured.implode()),
        text_is_its_own=~pl.col("capture_id").is_in(repeated.implode()),
        published_on_the_feeds_day=(read - pl.col("feed_day")).abs() <= dirt.FEED_APART,
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    found = [
        holds("published_before_capture", threshold=AHEAD_HOURS),
        holds("local_day_of_instant"),
        holds("captured_on_its_day"),
        holds("full_body_is_long_enough", "warning", threshold=FULL_LENGTH),
        holds("day_and_month_in_order", "warning", threshold=dirt.SWAP_FAR),
        holds("date_is_no_url", "warning"),
        ValuesWithin(
            column="headline_length", min_value=1, max_value=HEADLINE_LENGTH,
            severity=FailureSeverity.WARNING, meta={"check": "headline_is_a_headline", "threshold": HEADLINE_LENGTH},
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="content_sha256", regex=r"^[0-9a-f]{64}$", meta={"check": "content_is_hashed"}
        ),
    ]  # fmt: skip
    if context.gate == "sources":
        return [
            *found,
            holds("body_is_not_boilerplate", "warning", threshold=dirt.SAME),
            holds("lead_is_not_boilerplate", "warning", threshold=dirt.SAME),
        ]
    return [
        *found,
        holds("has_relevance"),
        holds("text_is_its_own", "warning", threshold=dirt.SAME),
        holds("published_on_the_feeds_day", "warning", mostly=FEED_AGREES),
    ]
