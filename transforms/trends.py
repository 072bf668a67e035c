"""marts.tone_daily: document tone of originals on the beat, with its interval and how far it can be trusted."""

from __future__ import annotations

import polars as pl

from transforms.coverage import KEY, by_topic, spine
from warehouse.tables.marts import TONE_DAILY

METHOD = "mean_document_tone"
VERSION = "1"
LEVEL = 0.9
VALIDATION = "unvalidated dictionary baseline: compare changes within a language, never levels across languages"


def tone_daily(articles: pl.DataFrame, sources: pl.DataFrame, topics: pl.DataFrame, days: pl.Series) -> pl.DataFrame:
    """Mean tone of exactly ``days``; copies do not count. Frames as in ``coverage_daily``.

    The interval is Student's t at LEVEL over the articles of the cell, cut to -1…1, and null below two scores.
    """
    from scipy.stats import t as student  # takes half a second to import

    # In one order, so that sums of fractions are the same to the last bit, however the rows came.
    originals = articles.filter((pl.col("relevance") == "strong") & ~pl.col("is_copy")).sort("article_id")
    score = pl.col("tone_score")
    measured = by_topic(originals).group_by(KEY).agg(
        article_count=pl.len(),
        scored_count=score.count(),
        tone_mean=score.mean(),
        error=score.std(ddof=1) / score.count().sqrt(),
    )
    sizes = measured["scored_count"].unique().to_list()
    quantile = {size: float(student.ppf(0.5 + LEVEL / 2, size - 1)) for size in sizes if size >= 2}
    reach = pl.col("error") * pl.col("scored_count").replace_strict(quantile, default=None, return_dtype=pl.Float64)
    result = (
        spine(articles, sources, topics, days)
        .join(measured, on=KEY, how="left")
        .with_columns(
            pl.col("article_count", "scored_count").fill_null(0).cast(pl.Int64),
            tone_low=(pl.col("tone_mean") - reach).clip(-1, 1),
            tone_high=(pl.col("tone_mean") + reach).clip(-1, 1),
        )
        .with_columns(
            scored_share=pl.when(pl.col("article_count") > 0).then(pl.col("scored_count") / pl.col("article_count")),
            validation=pl.lit(VALIDATION),
            method=pl.lit(METHOD),
            method_version=pl.lit(VERSION),
        )
    )
    return TONE_DAILY.conform(result.select(TONE_DAILY.schema.names()).sort(KEY))
