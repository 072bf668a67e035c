"""marts.turns: who spoke in a transcript, and where in its text. Offsets, no words: these are served by the terms."""

from __future__ import annotations

import polars as pl

from transforms.members import members
from warehouse.tables.marts import TURNS


def turns(documents: pl.DataFrame) -> pl.DataFrame:
    """One row per speaker turn of ``documents``: current versions, one per article_id, with ``turns`` of staging.articles.

    Offsets are of the body as it was parsed, of ``body_length`` characters, also where retention cut it to an excerpt.
    """
    rows = members(documents, "turns").rename({"start": "start_offset", "end": "end_offset"})
    return TURNS.conform(rows.select(TURNS.schema.names()).sort("published_date", "article_id", "number"))
