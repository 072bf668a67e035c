"""The embeddings of documents, which the lake holds and no release serves."""

from __future__ import annotations

import polars as pl

from nichiro.settlement import partitions_with
from warehouse.lake import Lake
from warehouse.store import Candidate
from warehouse.tables import enriched

VECTOR = ["embedding", "phonetic_keys"]


def with_embeddings(lake: Lake, candidate: Candidate, texts: pl.DataFrame, on_beat: pl.DataFrame) -> pl.DataFrame:
    """``texts`` (capture_id) with the columns VECTOR, empty lists where there are none; ``on_beat``: the captures that can have some."""
    vectors = lake.read_all(enriched.EMBEDDINGS, partitions_with(candidate, on_beat), ["capture_id", *VECTOR])
    return texts.join(vectors, on="capture_id", how="left").with_columns(pl.col(VECTOR).fill_null([]))
