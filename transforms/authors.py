"""marts.authors: who wrote a document, and as what."""

from __future__ import annotations

import polars as pl

from transforms.members import members
from warehouse.tables.marts import AUTHORS


def authors(documents: pl.DataFrame) -> pl.DataFrame:
    """One row per author of ``documents``: current versions, one per article_id, with ``credits`` of staging.articles."""
    return AUTHORS.conform(members(documents, "credits").select(AUTHORS.schema.names()).sort("published_date", "article_id", "number"))
