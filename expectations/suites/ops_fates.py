"""ops.fates: the fate says why, and names its document."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds
from warehouse.columns import QUARANTINE_REASONS, SKIP_REASONS

DOCUMENTS = (
    "article",
    "revision",
)  # a photo page without text is a view of a document that parsing cannot name


def derived(fates: pl.DataFrame, context: Context) -> pl.DataFrame:
    fate, reason = pl.col("fate"), pl.col("reason").fill_null("")
    return fates.with_columns(
        reason_is_listed=pl.when(fate == "skipped")
        .then(reason.is_in(SKIP_REASONS))
        .when(fate == "quarantined")
        .then(reason.is_in(QUARANTINE_REASONS)),
        document_is_named=pl.when(fate.is_in(DOCUMENTS)).then(pl.col("article_id").is_not_null()),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [holds("reason_is_listed"), holds("document_is_named")]
