"""ops.partitions: the accounts. In each loaded log partition, captures and fates are equally many."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.accounting import counted
from expectations.context import Context
from expectations.rule import equal, holds


def derived(partitions: pl.DataFrame, context: Context) -> pl.DataFrame:
    accepted = pl.col("status") == "accepted"
    return counted(partitions, context.read("raw.captures"), context.read("ops.fates")).with_columns(
        declared_count=pl.when(accepted).then("capture_count"),
        declared_quarantined=pl.when(accepted).then("quarantined_count"),
        held_says_why=pl.when(~accepted).then(pl.col("reasons").list.len() > 0),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [
        equal("every_capture_has_one_fate", "captures", "fates"),
        equal("captures_are_loaded", "captures", "declared_count"),
        equal("quarantine_adds_up", "quarantined_fates", "declared_quarantined"),
        holds("held_says_why"),
    ]
