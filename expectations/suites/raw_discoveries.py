"""raw.discoveries: every item counted in a document has its row, and what was to be followed was asked for."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds
from warehouse.columns import MOST_LINKS


def derived(links: pl.DataFrame, context: Context) -> pl.DataFrame:
    key = ["run_id", "source_id", "url"]
    asked = context.read("raw.fetches").select(key).unique().with_columns(was_asked=True)
    rows = pl.len().over("capture_id").cast(pl.Int64)
    return links.join(asked, on=key, how="left", maintain_order="left").with_columns(
        every_item_has_its_row=rows == pl.col("item_count").clip(upper_bound=MOST_LINKS),
        followed_was_asked=pl.when(pl.col("decision") == "fetched").then(pl.col("was_asked").fill_null(value=False)),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [holds("every_item_has_its_row"), holds("followed_was_asked", "warning")]
