"""The members of a document's list, a row each: its speaker turns, its authors."""

from __future__ import annotations

import polars as pl


def members(documents: pl.DataFrame, name: str) -> pl.DataFrame:
    """One row per struct in the list column ``name`` of ``documents``: what identifies the document, ``number`` from 1, the fields.

    A document with an empty list or none has no row.
    """
    return (
        documents.select("article_id", "capture_id", "source_id", "published_date", "method_version", name)
        .with_columns(number=pl.int_ranges(1, pl.col(name).list.len() + 1))
        .filter(pl.col(name).list.len() > 0)
        .explode(name, "number")
        .unnest(name)
    )
