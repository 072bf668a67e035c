"""marts.authors: who wrote a document, and as what."""

from __future__ import annotations

import polars as pl

from warehouse.tables.marts import AUTHORS


def authors(documents: pl.DataFrame) -> pl.DataFrame:
    """One row per author of ``documents``: current versions, one per article_id, with ``credits`` of staging.articles."""
    rows = (
        documents.select("article_id", "capture_id", "source_id", "published_date", "method_version", credit="credits")
        .with_columns(number=pl.int_ranges(1, pl.col("credit").list.len() + 1))
        .filter(pl.col("credit").list.len() > 0)
        .explode("credit", "number")
        .unnest("credit")
    )
    return AUTHORS.conform(rows.select(AUTHORS.schema.names()).sort("published_date", "article_id", "number"))
