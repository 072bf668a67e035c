"""raw.captures: the fetch clock, the body's hash, and that there is a body."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds
from warehouse.columns import RULE_KINDS

CLOCKS_APART = timedelta(hours=1)  # two machines; under a replay, each step starts its clock anew


def derived(captures: pl.DataFrame, context: Context) -> pl.DataFrame:
    return captures.with_columns(
        captured_on_its_day=pl.col("captured_at").dt.date() == pl.col("captured_date"),
        captured_in_the_past=pl.col("captured_at") <= context.checked_at + CLOCKS_APART,
        # an empty robots.txt allows everything
        answer_is_not_empty=pl.when((pl.col("http_status") == 200) & ~pl.col("kind").is_in(RULE_KINDS)).then(
            pl.col("body_bytes") > 0
        ),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [
        holds("captured_on_its_day"),
        holds("captured_in_the_past"),
        holds("answer_is_not_empty", "warning"),
        gxe.ExpectColumnValuesToMatchRegex(
            column="body_sha256", regex=r"^[0-9a-f]{64}$", meta={"check": "body_is_hashed"}
        ),
    ]
