"""staging.articles: dates that can be, texts that are texts, and, before publishing, no article left unmeasured."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.context import Context
from expectations.rule import holds

AHEAD = pl.duration(hours=36)  # a day-precision date is local noon, and zones reach 14 hours ahead of UTC
FULL_LENGTH = 40  # characters; a shorter "whole" text is a caption or a button
HEADLINE_LENGTH = 400
SAME_BODY = 3  # different articles of a source and run with one and the same body: a banner was taken for it
SWAP_NEAR, SWAP_FAR = 3, 25  # days from the capture: of the date with day and month exchanged, and as read


def derived(articles: pl.DataFrame, context: Context) -> pl.DataFrame:
    body = "body" if "body" in articles.columns else "content_sha256"
    read, captured = pl.col("published_date"), pl.col("captured_date")
    swapped = _swapped(read)
    suspicious = (
        (pl.col("basis") == "observed")
        & ((swapped - captured).dt.total_days().abs() <= SWAP_NEAR)
        & ((read - captured).dt.total_days().abs() > SWAP_FAR)
    )
    checks = articles.with_columns(
        headline_length=pl.col("headline").str.len_chars().cast(pl.Int64),
        published_before_capture=pl.col("published_at") <= pl.col("captured_at") + AHEAD,
        local_day_of_instant=(read - pl.col("published_at").dt.date()).dt.total_days().abs() <= 1,
        captured_on_its_day=pl.col("captured_at").dt.date() == captured,
        full_body_is_long_enough=pl.when(pl.col("body_state") == "full").then(
            pl.col("body_length") >= FULL_LENGTH
        ),
        day_and_month_in_order=~suspicious.fill_null(False),
        body_is_not_boilerplate=pl.when(pl.col("body_length") > 0).then(
            pl.col("article_id").n_unique().over("source_id", "run_id", body) < SAME_BODY
        ),
    )
    if context.gate == "tables":
        measured = context.read("enriched.relevance")["capture_id"]
        checks = checks.with_columns(has_relevance=pl.col("capture_id").is_in(measured.implode()))
    return checks


def expectations(context: Context) -> list[gxe.Expectation]:
    found = [
        holds("published_before_capture"),
        holds("local_day_of_instant"),
        holds("captured_on_its_day"),
        holds("full_body_is_long_enough", "warning"),
        holds("day_and_month_in_order", "warning"),
        holds("body_is_not_boilerplate", "warning"),
        gxe.ExpectColumnValuesToBeBetween(
            column="headline_length", min_value=1, max_value=HEADLINE_LENGTH,
            severity=FailureSeverity.WARNING, meta={"check": "headline_is_a_headline"},
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="content_sha256", regex=r"^[0-9a-f]{64}$", meta={"check": "content_is_hashed"}
        ),
    ]  # fmt: skip
    return found + ([holds("has_relevance")] if context.gate == "tables" else [])


def _swapped(day: pl.Expr) -> pl.Expr:
    """The date with day and month exchanged; null where that is no other date."""
    exchangeable = (day.dt.day() <= 12) & (day.dt.day() != day.dt.month())
    return pl.when(exchangeable).then(pl.date(day.dt.year(), day.dt.day(), day.dt.month()))
