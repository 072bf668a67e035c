"""marts.turns: who spoke in a transcript, and where in its text. Offsets, no words: these are served by the terms."""

from __future__ import annotations

import polars as pl

from warehouse.tables.marts import TURNS


def turns(documents: pl.DataFrame) -> pl.DataFrame:
    """One row per speaker turn of ``documents``: current versions, one per article_id, with ``turns`` of staging.articles."""
    rows = (
        documents.select("article_id", "capture_id", "source_id", "published_date", "method_version", turn="turns")
        .with_columns(number=pl.int_ranges(1, pl.col("turn").list.len() + 1))
        .filter(pl.col("turn").list.len() > 0)
        .explode("turn", "number")
        .unnest("turn")
        .rename({"start": "start_offset", "end": "end_offset"})
    )
    return TURNS.conform(rows.select(TURNS.schema.names()).sort("published_date", "article_id", "number"))
