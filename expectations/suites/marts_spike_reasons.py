"""marts.spike_reasons: every sentence is on a spike that exists and names the rows that it rests on."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds

NEAR = ("count", "story", "sources", "terms", "actors")   # what rests on the spike's own articles; a story may have begun long before


def derived(reasons: pl.DataFrame, context: Context) -> pl.DataFrame:
    spikes, articles = context.keys("marts.coverage_spikes", "spike_id"), context.keys("marts.articles", "article_id").implode()
    rows = pl.col("row_ids")
    return reasons.with_columns(
        spike_is_known=pl.col("spike_id").is_in(spikes.implode()),
        has_rows_behind_it=rows.list.len() > 0,
        rows_behind_it_are_known=~pl.col("kind").is_in(NEAR) | (rows.list.set_difference(pl.lit(articles)).list.len() == 0),
        is_a_sentence=pl.col("sentence").str.ends_with("."),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [holds("spike_is_known"), holds("has_rows_behind_it"), holds("rows_behind_it_are_known"), holds("is_a_sentence")]
