"""Translations brought up to date: the official texts of the days whose articles changed, and of those near enough to vie for a pair."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from nichiro.settlement import partitions_of
from nichiro.spans import Say, around, keys, spans, tell
from transforms.translations import COMPARED, translations
from warehouse.columns import PARTITION
from warehouse.lake import Lake
from warehouse.store import Candidate
from warehouse.tables import enriched, marts, raw

_VECTOR = ["embedding", "phonetic_keys"]


def settle_translations(lake: Lake, candidate: Candidate, days: Iterable[date], say: Say) -> None:
    """Settle what is whose translation around ``days`` (published). Texts off the beat have no embedding: links alone pair them."""
    reach = enriched.TRANSLATIONS.reach
    changed = around(set(days), reach, reach)
    for span in spans(changed):
        texts = _official(lake, candidate, around(span, reach, reach))
        mine = texts.filter(pl.col("published_date").is_in(span))["article_id"]
        candidate.replace(enriched.TRANSLATIONS, keys(span), translations(texts, mine))
        tell(say, "translations", span, changed)


def _official(lake: Lake, candidate: Candidate, days: set[date]) -> pl.DataFrame:
    """The texts of governments published on ``days``, with their embeddings, which the lake holds."""
    columns = [*(name for name in COMPARED if name not in _VECTOR), "capture_id", "publisher_kind", "relevance"]
    texts = candidate.read(marts.ARTICLES, keys(days), columns).filter(pl.col("publisher_kind") == "government")
    on_beat = texts.filter(pl.col("relevance") != "none").select("capture_id")   # the others have none
    where = candidate.read(raw.CAPTURES, on_beat, PARTITION).unique().sort(PARTITION)
    vectors = lake.read_all(enriched.EMBEDDINGS, partitions_of(where), ["capture_id", *_VECTOR])
    return texts.join(vectors, on="capture_id", how="left").with_columns(pl.col(_VECTOR).fill_null([])).select(COMPARED)
