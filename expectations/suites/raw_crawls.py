"""raw.crawls: what a crawl says it found is what its log holds."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import equal
from warehouse.columns import PARTITION


def derived(crawls: pl.DataFrame, context: Context) -> pl.DataFrame:
    rows = context.read("raw.discoveries").group_by(PARTITION).agg(link_rows=pl.len().cast(pl.Int64))
    return crawls.join(rows, on=PARTITION, how="left", maintain_order="left").with_columns(pl.col("link_rows").fill_null(0))


def expectations(context: Context) -> list[gxe.Expectation]:
    return [equal("every_link_is_in_the_log", "discovered_count", "link_rows")]
