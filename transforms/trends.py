"""marts.tone_daily: tone of originals on the beat by day, target and voice, with its interval and how far it can be trusted."""

from __future__ import annotations

import polars as pl

from transforms.target_tone import DOCUMENT, NORMAL
from warehouse.tables.marts import TARGET_TONE, TONE_DAILY

LEVEL = 0.9
KEY = [*TONE_DAILY.primary_key]
NOT_VALIDATED = "not validated"


def tone_daily(articles: pl.DataFrame, tones: pl.DataFrame, validation: pl.DataFrame) -> pl.DataFrame:
    """Mean tone by day; copies do not count. ``articles``: marts.articles, ``tones``: marts.target_tone of the same days;
    ``validation``: ops.tone_validation.

    Documents are the units. The interval is of their mean: Student's t of their spread, and the model's own uncertainty about each
    (``tone_variance``), as if the two were independent; of one document the model's alone, null where its method gives
    none; cut to -1…1. A cell scored by several versions of a method names them all, and is not validated.
    """
    originals = articles.filter((pl.col("relevance") == "strong") & ~pl.col("is_copy")).select("article_id", "country_code", "language_code", "genre")
    # In one order, so that sums of fractions are the same to the last bit, however the rows came.
    rows = tones.join(originals, on="article_id").sort(TARGET_TONE.primary_key)
    score, variance = pl.col("tone_score"), pl.col("tone_variance")
    from scipy.stats import t as student  # takes half a second to import

    versions = pl.col("method_version").filter(score.is_not_null())
    measured = rows.group_by(KEY, maintain_order=True).agg(
        article_count=pl.len(), scored_count=score.count(), mention_count=pl.col("mention_count").sum(), tone_mean=score.mean(),
        error=score.std(ddof=1) / score.count().sqrt(), variance=variance.sum() / score.count() ** 2, known_count=variance.count(),
        method=_names(pl.col("method").filter(score.is_not_null()), pl.col("method")), method_version=_names(versions, pl.col("method_version")),
    )
    sizes = [size for size in measured["scored_count"].unique().to_list() if size >= 2]
    quantile = {size: float(student.ppf(0.5 + LEVEL / 2, size - 1)) for size in sizes}
    spread = pl.col("error") * pl.col("scored_count").replace_strict(quantile, default=None, return_dtype=pl.Float64)
    is_known = (pl.col("scored_count") > 0) & (pl.col("known_count") == pl.col("scored_count"))
    own = pl.when(is_known).then(NORMAL * pl.col("variance").sqrt())
    half = pl.when(spread.is_not_null() | own.is_not_null()).then((spread.fill_null(0) ** 2 + own.fill_null(0) ** 2).sqrt())
    of_method = validation.select(
        "task", "method_version", "language_code", validation_value="value",
        validation=pl.format("{} {} on {} (n = {}){}", "metric", pl.col("value").round(3), "dataset", "example_count",
                             pl.when(pl.col("note").is_not_null()).then(pl.format("; {}", "note")).otherwise(pl.lit(""))),
    )  # fmt: skip
    result = (
        measured.with_columns(
            tone_low=(pl.col("tone_mean") - half).clip(-1, 1),
            tone_high=(pl.col("tone_mean") + half).clip(-1, 1),
            scored_share=pl.col("scored_count") / pl.col("article_count"),
            task=pl.when(pl.col("target_id") == DOCUMENT).then(pl.lit("document_tone")).otherwise(pl.lit("target_tone")),
        )
        .join(of_method, on=["task", "method_version", "language_code"], how="left")
        .with_columns(pl.col("validation").fill_null(NOT_VALIDATED))
    )
    return TONE_DAILY.conform(result.select(TONE_DAILY.schema.names()).sort(KEY))


def _names(scored: pl.Expr, every: pl.Expr) -> pl.Expr:
    """What scored the documents of a cell; where nothing was scored, what tried."""
    used = pl.when(scored.len() > 0).then(scored.unique().sort().implode()).otherwise(every.unique().sort().implode())
    return used.list.join(", ")
