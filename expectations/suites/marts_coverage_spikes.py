"""marts.coverage_spikes: more than expected, and the rows behind the number are there."""

from __future__ import annotations

import polars as pl
from great_expectations import expectations as gxe

from expectations.context import Context
from expectations.rule import holds, not_below


def derived(spikes: pl.DataFrame, context: Context) -> pl.DataFrame:
    articles = context.keys("marts.articles", "article_id").implode()
    rows = pl.col("article_ids")
    return spikes.with_columns(
        observed_above_expected=pl.col("observed_count") > pl.col("expected_count"),
        has_rows_behind_it=rows.list.len() > 0,
        rows_behind_it_are_known=rows.list.set_difference(pl.lit(articles)).list.len() == 0,
        rows_behind_it_add_up=rows.list.n_unique() == pl.col("observed_count"),
    )


def expectations(context: Context) -> list[gxe.Expectation]:
    return [
        holds("observed_above_expected"),
        holds("has_rows_behind_it"),
        holds("rows_behind_it_are_known"),
        holds("rows_behind_it_add_up", "warning"),
        # Benjamini-Hochberg never makes a p-value smaller
        not_below("q_value_not_below_p_value", "q_value", "p_value"),
    ]
