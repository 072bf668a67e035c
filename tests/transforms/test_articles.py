"""marts.articles: text as the terms allow, copies marked."""

from __future__ import annotations

import polars as pl
import pytest

from nichiro.errors import ContractError
from tests.transforms.frames import frame, source, version
from transforms.articles import EXCERPT_CHARACTERS, articles, served_text
from transforms.documents import documents
from warehouse.tables import enriched

BODY = "word " * 100


def mart(access: str = "derive", body: str = BODY, copies: pl.DataFrame | None = None) -> dict:
    current = documents(version("c1", "a", 0, body=body, source_id="jp_a"))
    sources = source("jp_a", access=access)
    made = articles(
        current.join(served_text(current, sources), on="capture_id"),
        frame(enriched.RELEVANCE_TABLE, {"capture_id": "c1", "relevance": "strong", "relevance_score": 3.0}),
        frame(enriched.TOPICS, {"capture_id": "c1", "topic_id": "visits"}, {"capture_id": "c1", "topic_id": "energy"}),
        frame(enriched.TONE, {"capture_id": "c1", "tone_score": -0.5}),
        enriched.COPIES.empty() if copies is None else copies,
        sources,
    )
    return made.row(0, named=True)


def test_everything_is_joined() -> None:
    row = mart()
    assert (row["relevance"], row["topics"], row["tone_score"]) == ("strong", ["energy", "visits"], -0.5)
    assert (row["publisher"], row["country_code"], row["is_copy"], row["syndicated_from"]) == ("jp_a Co.", "JP", False, None)


def test_a_copy_is_marked() -> None:
    row = mart(copies=frame(enriched.COPIES, {"article_id": "a", "syndicated_from": "z"}))
    assert (row["is_copy"], row["syndicated_from"]) == (True, "z")


def test_text_by_terms() -> None:
    assert mart("full")["text"] == BODY
    assert mart("feed_only")["text"] is None
    served = mart("derive")["text"]
    assert served.endswith("word…")
    assert len(served) <= EXCERPT_CHARACTERS + 1
    assert mart("derive", "short")["text"] == "short"
    assert mart("derive", "語" * 400)["text"] == "語" * EXCERPT_CHARACTERS + "…"


def test_a_source_that_is_not_declared_is_an_error() -> None:
    with pytest.raises(ContractError, match="publisher"):
        articles(
            documents(version("c1", "a", 0)).with_columns(text=pl.lit("")),
            frame(enriched.RELEVANCE_TABLE, {"capture_id": "c1"}), enriched.TOPICS.empty(), enriched.TONE.empty(),
            enriched.COPIES.empty(), source("other"),
        )


def test_no_documents() -> None:
    empty = articles(
        documents(version("c1", "a", 0).clear()).with_columns(text=pl.lit("")), enriched.RELEVANCE_TABLE.empty(), enriched.TOPICS.empty(),
        enriched.TONE.empty(), enriched.COPIES.empty(), source("jp_a"),
    )
    assert empty.is_empty()
